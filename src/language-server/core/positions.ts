/** Where things are in a script: the node, knob and group at an offset. */
import { scanBody } from "../../script/tcl/body-scan.ts";
import { groupsThatEnd } from "../../script/connect-nodes.ts";
import type { Script } from "../../script/script.ts";
import type { ScriptNode } from "../../script/script-node.ts";
import type { Statement } from "../../script/statement.ts";
import { mergeList } from "../../script/tcl/tcl-list.ts";
import { type TclWord, substitute, readWords } from "../../script/tcl/tcl-words.ts";

/** A knob as it is written. Offsets are those of the text; a knob without a value has an empty one after its name. */
export interface KnobSpan {
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** All knobs of a node in the order they are written, `addUserKnob` too. */
export function knobSpans(text: string, node: ScriptNode): KnobSpan[] {
  const spans: KnobSpan[] = [];
  const { start, end } = node.body;
  scanBody(text, start, end, (nameStart, nameEnd, valueStart, valueEnd) => {
    spans.push({ name: knobName(text, nameStart, nameEnd), nameStart, nameEnd, valueStart, valueEnd });
  });
  return spans;
}

/** A knob's name without the quotes it may be written in. */
export function knobName(text: string, start: number, end: number): string {
  const written = text.slice(start, end);
  return written.length > 1 && /^["{]/u.test(written) ? written.slice(1, -1) : written;
}

/** What a knob says, as `ScriptNode.knob` tells it. */
export function valueOf(text: string, { valueStart, valueEnd }: KnobSpan): string {
  const words = valueWords(text, valueStart, valueEnd).map((word) => substitute(text, word));
  return words.length === 1 ? (words[0] ?? "") : mergeList(words);
}

/** The words a value is written in. */
export function valueWords(text: string, start: number, end: number): readonly TclWord[] {
  return start === end ? [] : readWords(text, start, end, { misses: 0 }).words;
}

/** The statement that an offset is in or at the end of. */
export function statementAt(script: Script, offset: number): Statement | undefined {
  let low = 0;
  let high = script.statements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((script.statements[middle]?.place.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  const found = script.statements[low - 1];
  return found && found.place.end >= offset ? found : undefined;
}

export function nodeAt(script: Script, offset: number): ScriptNode | undefined {
  const statement = statementAt(script, offset);
  return statement?.kind === "node" ? statement.node : undefined;
}

/** The knob whose name or value an offset is in or at the end of. */
export function knobAt(text: string, node: ScriptNode, offset: number): KnobSpan | undefined {
  return knobSpans(text, node).find(
    ({ nameStart, nameEnd, valueEnd }) => nameStart <= offset && offset <= Math.max(nameEnd, valueEnd),
  );
}

/** What opens a group, and what ends it. */
export interface GroupPlace {
  /** Offset of the Group. */
  readonly start: number;
  /** Offset of `end_group`; that of the text's end when there is none. */
  readonly contentEnd: number;
  /** Offset after it. */
  readonly end: number;
}

const known = new WeakMap<Script, ReadonlyMap<ScriptNode, GroupPlace>>();

/** The groups of a script and where they stand. */
export function groupPlaces(script: Script): ReadonlyMap<ScriptNode, GroupPlace> {
  const before = known.get(script);
  if (before) return before;
  const places = new Map<ScriptNode, GroupPlace>();
  const { length } = script.text;
  for (const [{ node }, ended] of groupsThatEnd(script.statements)) {
    places.set(node, {
      start: node.place.start,
      contentEnd: ended?.place.start ?? length,
      end: ended?.place.end ?? length,
    });
  }
  known.set(script, places);
  return places;
}

/**
 * Keeps what was read of a node for as long as it lives: an edit makes new nodes of those it touches, and moves the others. So offsets
 * kept this way count from the node's start, connections, which any edit may change, must not be kept, and strings only as copies.
 */
export function perNode<Kept extends object>(
  read: (text: string, node: ScriptNode) => Kept,
): (text: string, node: ScriptNode) => Kept {
  const kept = new WeakMap<ScriptNode, Kept>();
  return (text, node) => {
    const before = kept.get(node);
    if (before !== undefined) return before;
    const fresh = read(text, node);
    kept.set(node, fresh);
    return fresh;
  };
}
