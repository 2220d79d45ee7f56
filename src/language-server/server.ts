import {
  type Connection,
  DidChangeConfigurationNotification,
  TextDocumentSyncKind,
} from "vscode-languageserver";
import { features } from "./features.ts";
import { Disk } from "./core/disk.ts";
import { OpenScripts } from "./core/open-documents.ts";
import { trustMethod, trustSchema } from "./core/protocol.ts";
import { ServerSettings } from "./core/settings.ts";
import { WorkspaceScripts } from "./core/workspace-files.ts";

/**
 * Glues the features to a connection. Reads text and starts nothing.
 * @param skipped uris of files on disk that are too hard to read.
 */
export function serve(connection: Connection, skipped: readonly string[] = []): void {
  const scripts = new OpenScripts();
  const settings = new ServerSettings(connection);
  const disk = new Disk();
  const workspace = new WorkspaceScripts(disk, skipped);
  let canRegister = false;

  connection.onInitialize(({ capabilities, workspaceFolders, initializationOptions }) => {
    const trust = trustSchema.safeParse(initializationOptions);
    disk.setTrusted(trust.success && trust.data.trusted);
    workspace.setFolders((workspaceFolders ?? []).map(({ uri }) => uri));
    settings.prepare(capabilities.workspace?.configuration ?? false);
    canRegister = capabilities.workspace?.didChangeConfiguration?.dynamicRegistration ?? false;
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
  connection.onNotification(trustMethod, (params: unknown) => {
    const trust = trustSchema.safeParse(params);
    if (trust.success) disk.setTrusted(trust.data.trusted);
  });
  disk.onDidChangeTrust(() => workspace.refresh());
  connection.onDidChangeWatchedFiles(() => workspace.refresh());
  for (const feature of features) feature.register({ connection, scripts, workspace, settings, disk });
  scripts.listen(connection);
  connection.listen();
}
