import { type FoldingRange, FoldingRangeKind } from "vscode-languageserver";
import { scanBody } from "../../script/tcl/body-scan.ts";
import type { Steps } from "../../script/steps.ts";
import type { Feature } from "../core/feature.ts";
import type { NkDocument } from "../core/nk-document.ts";
import { answer } from "../core/time-slicing.ts";
import { groupPlaces, perNode } from "../core/positions.ts";

/** Folds nodes, groups, values of several lines, the window layout and comments. What closes a fold stays in sight. */
export const foldingFeature: Feature = {
  capabilities: { foldingRangeProvider: true },
  register: ({ connection, scripts }) => {
    connection.onFoldingRanges(async ({ textDocument }, token) => {
      const document = scripts.get(textDocument.uri);
      if (document === undefined) return null;
      return await answer(document, token, folds(document));
    });
  },
};

function* folds(document: NkDocument): Steps<FoldingRange[]> {
  const { script } = document;
  const { text } = script;
  const ranges: FoldingRange[] = [];
  const groups = groupPlaces(script);
  const lineAt = (offset: number): number => document.positionAt(offset).line;
  /** Editors take one fold for each line, the first one they are told of. */
  const fold = (startLine: number, endLine: number, kind?: FoldingRangeKind): void => {
    if (endLine > startLine)
      ranges.push(kind === undefined ? { startLine, endLine } : { startLine, endLine, kind });
  };
  let before = 0;
  for (const statement of script.statements) {
    yield;
    const { place } = statement;
    if (statement.kind === "stray") continue;
    foldComments(text, before, place.start, lineAt, fold);
    before = place.end;
    const first = place.line - 1;
    if (statement.kind === "command") {
      fold(first, closingLine(text, place.end, lineAt));
      continue;
    }
    const { node } = statement;
    const last = closingLine(text, place.end, lineAt);
    const group = groups.get(node);
    if (group) {
      // The head folds all of it, the line of its brace what it holds.
      const end = group.end > group.contentEnd ? lineAt(group.contentEnd) - 1 : lineAt(group.end);
      fold(first, end);
      fold(lineAt(place.end), end);
    } else {
      fold(first, last);
    }
    for (const { start, end } of longValues(text, node))
      fold(lineAt(place.start + start), closingLine(text, place.start + end, lineAt));
  }
  foldComments(text, before, text.length, lineAt, fold);
  return ranges;
}

/** The last line to hide of what ends at an offset: the line before, where only its brace or quote stands there. */
function closingLine(text: string, end: number, lineAt: (offset: number) => number): number {
  const line = lineAt(end);
  let at = end - 1;
  while (at > 0 && " \t}\"'".includes(text.charAt(at))) at--;
  return "\n\r".includes(text.charAt(at)) ? line - 1 : line;
}

interface LongValue {
  readonly start: number;
  readonly end: number;
}
const none: readonly LongValue[] = [];

/** Knobs whose value goes over several lines, from their name on. */
const longValues = perNode((text, node): readonly LongValue[] => {
  const { start } = node.place;
  const { body } = node;
  let long: LongValue[] | null = null;
  /** Where the next line begins; asked for again only once it is passed. */
  let nextLine = -1;
  scanBody(text, body.start, body.end, (nameStart, _nameEnd, valueStart, valueEnd) => {
    if (nextLine < valueStart) nextLine = nextLineEnd(text, valueStart);
    if (nextLine < valueEnd) (long ??= []).push({ start: nameStart - start, end: valueEnd - start });
  });
  return long ?? none;
});

function nextLineEnd(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at < 0 ? Infinity : at;
}

/** Comments that follow one another between two statements. */
function foldComments(
  text: string,
  start: number,
  end: number,
  lineAt: (offset: number) => number,
  fold: (startLine: number, endLine: number, kind?: FoldingRangeKind) => void,
): void {
  // Between nearly all statements there is one line end.
  if (end - start < 3) return;
  const hash = text.slice(start, end).indexOf("#");
  if (hash < 0) return;
  let at = start + hash;
  let first = -1;
  let last = -1;
  for (let line = lineAt(at); at < end; line++) {
    const next = text.indexOf("\n", at);
    const lineEnd = next < 0 || next > end ? end : next;
    if (/^\s*#/u.test(text.slice(at, lineEnd))) {
      if (first < 0) first = line;
      last = line;
    } else {
      if (first >= 0) fold(first, last, FoldingRangeKind.Comment);
      first = -1;
    }
    at = lineEnd + 1;
  }
  if (first >= 0) fold(first, last, FoldingRangeKind.Comment);
}
