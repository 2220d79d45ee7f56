/** Where knobs speak of other nodes: `{{parent.Grade1.white}}`, `[value Read1.first]`, links such as `addUserKnob {41 size T Blur1.size}`. */
import type { Knob, ScriptNode } from "./script-node.ts";

/** A dotted path in an expression, with the offsets of its parts. */
export interface ExpressionPath {
  readonly parts: readonly { readonly name: string; readonly start: number; readonly end: number }[];
  /** It can only be meant as a knob of a node. */
  readonly certain: boolean;
}

const path = /(?<![\w./\\$%#'"-])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+/gu;
/** Commands of Nuke's Tcl whose first word is a knob. */
const knobCommand = /\b(?:value|knob|exists|knob_default)\s+$/u;

const notes = new Set(["StickyNote", "BackdropNode"]);

/** All paths in the knobs of a node. */
export function expressionPaths(text: string, node: ScriptNode): ExpressionPath[] {
  const { start, end } = node.body;
  const body = text.slice(start, end);
  // Nearly all nodes have none; notes only tell of some.
  if (notes.has(node.class)) return [];
  if (!/\{\{|\[|addUserKnob/u.test(body)) return [];
  const found: ExpressionPath[] = [];
  for (const name of node.knobNames) {
    const knob = node.knobPlace(name);
    if (knob) knobPaths(text, knob, found);
  }
  for (const knob of node.userKnobPlaces) linkPaths(text, knob, found);
  return found;
}

// They add to one list: a knob may have more paths than a call takes arguments.
function knobPaths(text: string, knob: Knob, found: ExpressionPath[]): void {
  for (const word of knob.words) {
    const raw = text.slice(word.start, word.end);
    if (word.kind === "braced" && raw.startsWith("{{")) pathsIn(raw, word.start, true, found);
    else if (raw.includes("[")) {
      for (const { start, end } of brackets(raw))
        pathsIn(raw.slice(start, end), word.start + start, false, found);
    }
  }
}

/** `{41 size l Size T Blur1.size}`: what is after T. */
function linkPaths(text: string, knob: Knob, found: ExpressionPath[]): void {
  const raw = text.slice(knob.start, knob.end);
  const words = raw
    .slice(raw.indexOf("{") + 1)
    .replace(/\}$/u, "")
    .trim()
    .split(/\s+/u);
  const target = words.at(-1) ?? "";
  if (words.at(-2) !== "T" || !words.slice(0, -2).includes("41")) return;
  if (!target.includes(".") || !/^[\w.]+$/u.test(target)) return;
  const at = raw.lastIndexOf(target);
  pathsIn(target, knob.start + at, true, found);
}

function pathsIn(raw: string, offset: number, expression: boolean, found: ExpressionPath[]): void {
  // Numbers of a curve are no paths, and there can be a million of them.
  if (raw.startsWith("{{curve") && !raw.includes("=")) return;
  const brackets = new BracketFollower(raw);
  for (const match of raw.matchAll(path)) {
    const parts: { name: string; start: number; end: number }[] = [];
    let at = offset + match.index;
    for (const name of match[0].split(".")) {
      parts.push({ name, start: at, end: at + name.length });
      at += name.length + 1;
    }
    const before = raw.slice(Math.max(0, match.index - 20), match.index);
    const inBrackets = expression && brackets.isInside(match.index);
    const called = raw.charAt(match.index + match[0].length) === "(";
    found.push({ parts, certain: !called && (knobCommand.test(before) || (expression && !inBrackets)) });
  }
}

/** Whether the last bracket before a place opens; asked for one place after the other. */
class BracketFollower {
  readonly #raw: string;
  #at = 0;
  #inside = false;

  constructor(raw: string) {
    this.#raw = raw;
  }

  isInside(place: number): boolean {
    for (; this.#at < place; this.#at++) {
      const character = this.#raw.charAt(this.#at);
      if (character === "[" || character === "]") this.#inside = character === "[";
    }
    return this.#inside;
  }
}

/** Offsets of what is in outermost brackets, escaped or not. Python in them is left out: its dots mean something else. */
function brackets(raw: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < raw.length; at++) {
    const character = raw.charAt(at);
    if (character === "[" && depth++ === 0) start = at + 1;
    else if (character === "]" && depth > 0 && --depth === 0) {
      if (!/^\s*python\b/u.test(raw.slice(start, start + 12))) found.push({ start, end: at });
    }
  }
  return found;
}
