import { DiagnosticSeverity } from "vscode-languageserver";

/** What checks find; each code can be switched off (`nukeRender.diagnostics.disabled`). */
export const severities = {
  "unclosed-brace": DiagnosticSeverity.Error,
  "unclosed-quote": DiagnosticSeverity.Error,
  "stray-brace": DiagnosticSeverity.Error,
  "write-without-file": DiagnosticSeverity.Warning,
  "missing-folder": DiagnosticSeverity.Warning,
  "same-path": DiagnosticSeverity.Error,
  "no-frame-token": DiagnosticSeverity.Warning,
  "frame-token-too-wide": DiagnosticSeverity.Error,
  "type-mismatch": DiagnosticSeverity.Warning,
  "limit-reversed": DiagnosticSeverity.Warning,
  "unknown-token": DiagnosticSeverity.Warning,
  "unset-variable": DiagnosticSeverity.Warning,
  "duplicate-name": DiagnosticSeverity.Warning,
  "missing-node": DiagnosticSeverity.Warning,
  "missing-sequence": DiagnosticSeverity.Warning,
  "sequence-gaps": DiagnosticSeverity.Warning,
  "not-utf8": DiagnosticSeverity.Information,
  "foreign-path": DiagnosticSeverity.Information,
} as const;

export type FindingCode = keyof typeof severities;

/** Something to put right, between two offsets of the text. */
export interface Finding {
  readonly code: FindingCode;
  readonly start: number;
  readonly end: number;
  readonly message: string;
  /** What would put it right, where that is certain. */
  readonly fix?: Fix;
}

export type Fix =
  | {
      readonly title: string;
      readonly kind: "edit";
      readonly edits: readonly { readonly start: number; readonly end: number; readonly text: string }[];
    }
  | { readonly title: string; readonly kind: "create-folder"; readonly folder: string };
