import {
  type Connection,
  DidChangeConfigurationNotification,
  TextDocumentSyncKind,
} from "vscode-languageserver";
import { features } from "./features.ts";
import { OpenScripts } from "./core/open-documents.ts";
import { ServerSettings } from "./core/settings.ts";
import { WorkspaceScripts } from "./core/workspace-files.ts";

/** Glues the features to a connection. Reads text and starts nothing. */
export function serve(connection: Connection): void {
  const scripts = new OpenScripts();
  const settings = new ServerSettings(connection);
  const workspace = new WorkspaceScripts();
  let canRegister = false;

  connection.onInitialize(async ({ capabilities, workspaceFolders }) => {
    workspace.setFolders((workspaceFolders ?? []).map(({ uri }) => uri));
    settings.prepare(capabilities.workspace?.configuration ?? false);
    canRegister = capabilities.workspace?.didChangeConfiguration?.dynamicRegistration ?? false;
    await scripts.prepare();
    return {
      capabilities: Object.assign(
        {
          textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
          workspace: { workspaceFolders: { supported: true } },
        },
        ...features.map((feature) => feature.capabilities),
      ),
      serverInfo: { name: "nuke-background-render" },
    };
  });
  connection.onInitialized(async () => {
    if (canRegister)
      await connection.client.register(DidChangeConfigurationNotification.type, { section: "nukeRender" });
    await settings.refresh();
  });
  connection.onDidChangeWatchedFiles(() => workspace.refresh());
  for (const feature of features) feature.register({ connection, scripts, workspace, settings });
  scripts.listen(connection);
  connection.listen();
}
