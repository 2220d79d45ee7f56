/** The .nk language server: over VS Code's IPC, or over stdio for other editors (`nbr language-server --stdio`). */
import { ProposedFeatures, createConnection } from "vscode-languageserver/node";
import { serve } from "./server.ts";

serve(createConnection(ProposedFeatures.all));
