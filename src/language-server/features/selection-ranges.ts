import type { SelectionRange } from "vscode-languageserver";
import type { Script } from "../../script/script.ts";
import type { Feature } from "../core/feature.ts";
import type { NkDocument } from "../core/nk-document.ts";
import { groupPlaces, knobAt, statementAt, valueWords } from "../core/positions.ts";

/** Grows a selection: word, brackets around it, knob value, knob, body, node, group, document. */
export const selectionRangesFeature: Feature = {
  capabilities: { selectionRangeProvider: true },
  register: ({ connection, scripts }) => {
    connection.onSelectionRanges(({ textDocument, positions }) => {
      const document = scripts.get(textDocument.uri);
      if (document === undefined) return null;
      return positions.map((position) => selectionAt(document, document.offsetAt(position)));
    });
  },
};

type Span = readonly [start: number, end: number];

/** Steps from a word to the document, at most: an answer nests as deep, and so do the calls that print it. */
const [MOST_OUTER, MOST_INNER] = [20, 80];

function selectionAt(document: NkDocument, offset: number): SelectionRange {
  const spans: Span[] = [];
  // From the outermost in; what is as large as what it is in says nothing new.
  for (const span of spansAt(document.script, offset)) {
    const [start, end] = span;
    const before = spans.at(-1);
    if (before && (start < before[0] || end > before[1] || end - start >= before[1] - before[0])) continue;
    if (start <= offset && end >= offset) spans.push(span);
  }
  const shown =
    spans.length > MOST_OUTER + MOST_INNER
      ? [...spans.slice(0, MOST_OUTER), ...spans.slice(-MOST_INNER)]
      : spans;
  let range: SelectionRange | undefined;
  for (const [start, end] of shown) range = { range: document.rangeAt(start, end), parent: range };
  return range ?? { range: document.rangeAt(offset, offset) };
}

/** What an offset is in, from the outermost in. */
function spansAt(script: Script, offset: number): Span[] {
  const { text } = script;
  const spans: Span[] = [[0, text.length]];
  for (const { start, contentEnd, end } of groupPlaces(script).values())
    if (start <= offset && offset <= end) spans.push([start, end], [start, contentEnd]);
  // Outer groups are larger than those they hold.
  spans.sort(([a, b], [c, d]) => d - c - (b - a));
  const statement = statementAt(script, offset);
  if (!statement) return spans;
  spans.push([statement.place.start, statement.place.end]);
  if (statement.kind === "node") {
    const { body } = statement.node;
    spans.push(trimmed(text, body.start, body.end));
    const knob = offset >= body.start ? knobAt(text, statement.node, offset) : undefined;
    if (knob) {
      spans.push([knob.nameStart, Math.max(knob.nameEnd, knob.valueEnd)]);
      if (offset >= knob.valueStart)
        for (const span of insideValue(text, knob.valueStart, knob.valueEnd, offset)) spans.push(span);
    }
  }
  spans.push(wordAt(text, offset));
  return spans;
}

/** A value, one word of it, and each pair of brackets around the offset, with and without them. */
function insideValue(text: string, start: number, end: number, offset: number): Span[] {
  const spans: Span[] = [[start, end]];
  for (const word of valueWords(text, start, end))
    if (word.kind === "quoted" && word.start < offset && offset < word.end)
      spans.push([word.start, word.end], [word.start + 1, word.end - 1]);
  const open: number[] = [];
  const around: Span[] = [];
  for (let at = start; at < end; at++) {
    const character = text.charAt(at);
    if (character === "\\") at++;
    else if (character === "{" || character === "[") open.push(at);
    else if (character === "}" || character === "]") {
      const opened = open.pop();
      if (opened !== undefined && opened < offset && offset <= at)
        around.push([opened + 1, at], [opened, at + 1]);
    }
  }
  // They were found from the inside out.
  return [...spans, ...around.reverse()];
}

function wordAt(text: string, offset: number): Span {
  let [start, end] = [offset, offset];
  while (start > 0 && /[\w.]/u.test(text.charAt(start - 1))) start--;
  while (end < text.length && /[\w.]/u.test(text.charAt(end))) end++;
  return [start, end];
}

function trimmed(text: string, start: number, end: number): Span {
  const body = text.slice(start, end);
  return [start + (body.length - body.trimStart().length), start + body.trimEnd().length];
}
