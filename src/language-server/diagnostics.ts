import { type Diagnostic, DiagnosticSeverity } from "vscode-languageserver";
import type { Feature } from "./feature.ts";
import type { NkDocument } from "./nk-document.ts";

/** Marks what could not be read, where it begins. */
export const diagnosticsFeature: Feature = {
  capabilities: {},
  register: ({ connection, scripts }) => {
    const send = (uri: string, diagnostics: Diagnostic[], version?: number): void => {
      const said = version === undefined ? { uri, diagnostics } : { uri, version, diagnostics };
      connection.sendDiagnostics(said).catch((error: unknown) => connection.console.error(String(error)));
    };
    scripts.onDidChange((document) => send(document.uri, readingProblems(document), document.version));
    scripts.onDidClose((uri) => send(uri, []));
  },
};

function readingProblems(document: NkDocument): Diagnostic[] {
  return document.script.problems.map(({ offset, code, message }) => {
    const start = document.positionAt(offset);
    return {
      severity: DiagnosticSeverity.Error,
      source: "nk",
      code,
      message,
      range: { start, end: { line: start.line + 1, character: 0 } },
    };
  });
}
