/** What the language server answers beyond the LSP. The schema is checked by whoever asks. */
import * as z from "zod/mini";
import { scriptFactsSchema } from "../plan/target.ts";

/** Request: the Writes of an open document and what planning needs of its script. */
export const scriptFactsMethod = "nukeRender/scriptFacts";

export const scriptFactsParamsSchema = z.object({ uri: z.string() });
export type ScriptFactsParams = z.infer<typeof scriptFactsParamsSchema>;

/** Null: the document is not open, or is no script that can be read. */
export const scriptFactsResultSchema = z.nullable(scriptFactsSchema);
export type ScriptFactsResult = z.infer<typeof scriptFactsResultSchema>;
