/** What may be written at an offset: a class, a knob's name, or its value. */
import type { ScriptNode } from "../../script/script-node.ts";
import type { NkDocument } from "../core/nk-document.ts";
import { knobSpans, nodeAt } from "../core/positions.ts";

interface Replaced {
  /** Offsets of what a suggestion takes the place of. */
  readonly start: number;
  readonly end: number;
}

export type CompletionPlace =
  | (Replaced & { readonly kind: "class" })
  | (Replaced & { readonly kind: "knob"; readonly node: ScriptNode })
  /** In an expression, after the names of a path. */
  | (Replaced & { readonly kind: "path"; readonly node: ScriptNode; readonly path: readonly string[] })
  | (Replaced & {
      readonly kind: "value";
      readonly node: ScriptNode;
      readonly knob: string;
      /** What stands there now. */
      readonly written: string;
    });

/** Null: nothing that could be suggested. */
export function placeAt(document: NkDocument, offset: number): CompletionPlace | null {
  const { script } = document;
  const { text } = script;
  const { line } = document.positionAt(offset);
  const lineStart = document.offsetAt({ line, character: 0 });
  const before = text.slice(lineStart, offset);
  const node = nodeAt(script, offset);
  const body = node?.body;
  if (node && body && offset >= body.start && offset <= body.end)
    return inBody(text, node, offset, lineStart, before);
  const word = /^[ \t]*([\w.]*)$/u.exec(before)?.[1];
  if (word === undefined) return null;
  return { kind: "class", start: offset - word.length, end: wordEnd(text, offset) };
}

function inBody(
  text: string,
  node: ScriptNode,
  offset: number,
  lineStart: number,
  before: string,
): CompletionPlace | null {
  const name = (): CompletionPlace | null => {
    const word = /(?:^[ \t]*|\{[ \t]*)([\w.]*)$/u.exec(before)?.[1];
    return word === undefined
      ? null
      : { kind: "knob", node, start: offset - word.length, end: wordEnd(text, offset) };
  };
  let last: ReturnType<typeof knobSpans>[number] | undefined;
  for (const span of knobSpans(text, node)) {
    if (span.nameStart > offset) break;
    last = span;
  }
  if (!last || offset <= last.nameEnd || last.name === "addUserKnob") return name();
  const { name: knob, nameEnd, valueStart, valueEnd } = last;
  const written = valueEnd > valueStart;
  // Behind a name and a blank, before any value.
  if (!written || offset < valueStart) {
    if (nameEnd < lineStart || text.slice(nameEnd, offset).trim() !== "") return name();
    return written ? null : { kind: "value", node, knob, written: "", start: offset, end: offset };
  }
  if (offset > valueEnd) return name();
  // Within a value of several lines, or deep in braces, a suggestion would take too much away.
  if (valueStart < lineStart) return null;
  const lineEnd = text.slice(valueStart, valueEnd).search(/[\n\r]/u);
  const end = lineEnd < 0 ? valueEnd : offset;
  const value = text.slice(valueStart, end);
  const head = value.slice(0, offset - valueStart);
  if (/^\{\{|\[/u.test(head)) return inExpression(text, node, head, offset);
  if (/[{[]/u.test(head)) return null;
  return { kind: "value", node, knob, written: value, start: valueStart, end };
}

/** No path of names is longer. */
const LONGEST_PATH = 1000;

function inExpression(text: string, node: ScriptNode, head: string, offset: number): CompletionPlace | null {
  const path = /(?<![\w./\\])((?:[A-Za-z_]\w*\.)*)([A-Za-z_]\w*|)$/u.exec(head.slice(-LONGEST_PATH));
  if (!path) return null;
  const [, before = "", word = ""] = path;
  let end = offset;
  while (/\w/u.test(text.charAt(end))) end++;
  return {
    kind: "path",
    node,
    path: before.split(".").filter((name) => name !== ""),
    start: offset - word.length,
    end,
  };
}

function wordEnd(text: string, offset: number): number {
  let end = offset;
  while (end < text.length && /[\w.]/u.test(text.charAt(end))) end++;
  return end;
}
