import { type Connection, DiagnosticSeverity, type TextDocuments } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { OpenScripts } from "./open-scripts.ts";

/** Marks what could not be read, where it begins. */
export function publishDiagnostics(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  scripts: OpenScripts,
): void {
  const publish = async (document: TextDocument): Promise<void> => {
    const { uri, version } = document;
    const script = await scripts.get(uri);
    // An edit may have come while the text was read; that version has its own turn.
    if (script === null || documents.get(uri)?.version !== version) return;
    const diagnostics = script.problems.map(({ line, message }) => ({
      severity: DiagnosticSeverity.Error,
      source: "nk",
      message,
      range: { start: { line: line - 1, character: 0 }, end: { line, character: 0 } },
    }));
    await connection.sendDiagnostics({ uri, version, diagnostics });
  };
  documents.onDidChangeContent(({ document }) => {
    publish(document).catch((error: unknown) => connection.console.error(String(error)));
  });
  documents.onDidClose(({ document }) => {
    connection
      .sendDiagnostics({ uri: document.uri, diagnostics: [] })
      .catch((error: unknown) => connection.console.error(String(error)));
  });
}
