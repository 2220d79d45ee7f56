import { type Connection, TextDocumentSyncKind, TextDocuments } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { publishDiagnostics } from "./diagnostics.ts";
import { OpenScripts } from "./open-scripts.ts";
import { answerScriptFacts } from "./script-facts.ts";

/** Glues the features to a connection. Reads text and starts nothing. */
export function serve(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  const scripts = new OpenScripts(documents);
  connection.onInitialize(() => ({
    capabilities: { textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental } },
    serverInfo: { name: "nuke-background-render" },
  }));
  answerScriptFacts(connection, scripts);
  publishDiagnostics(connection, documents, scripts);
  documents.onDidClose(({ document }) => scripts.forget(document.uri));
  documents.listen(connection);
  connection.listen();
}
