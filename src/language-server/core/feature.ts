import type { Connection, ServerCapabilities } from "vscode-languageserver";
import type { Disk } from "./disk.ts";
import type { OpenScripts } from "./open-documents.ts";
import type { ServerSettings } from "./settings.ts";
import type { WorkspaceScripts } from "./workspace-files.ts";

/** What every feature works with. */
export interface ServerContext {
  readonly connection: Connection;
  readonly scripts: OpenScripts;
  readonly workspace: WorkspaceScripts;
  readonly settings: ServerSettings;
  readonly disk: Disk;
}

/** One feature of the server: what it can do, and the requests it answers. */
export interface Feature {
  readonly capabilities: ServerCapabilities;
  register(context: ServerContext): void;
}
