/** What is kept of a script for searching and completion when the script itself is not: its nodes' names, and what their knobs say. */
import { scanBody } from "../../script/tcl/body-scan.ts";
import type { Script } from "../../script/script.ts";
import type { ScriptNode } from "../../script/script-node.ts";
import type { StringPool } from "../../script/string-pool.ts";
import { knobName } from "../core/positions.ts";

/** Nodes of one class that are looked at: more of them say little that is new. */
const MOST_NODES = 200;
/** Values of one knob, and the length of one, that are kept. */
const [MOST_VALUES, LONGEST_VALUE] = [24, 64];
/** Knobs whose values no other node has. */
const ownValues = new Set(
  "name xpos ypos inputs selected addUserKnob label file proxy origfirst origlast version timecode edge_code bdwidth bdheight".split(
    " ",
  ),
);

export interface SeenKnob {
  count: number;
  /** As they are written, quotes and braces included, with how often each was seen. */
  readonly values: Map<string, number>;
}

export type SeenKnobs = Map<string, SeenKnob>;

/** Knobs by their name, of all nodes of a class. */
export type SeenClasses = Map<string, { count: number; readonly knobs: SeenKnobs }>;

/** What the nodes of a script teach about their classes. */
export function seenClasses(script: Script, pool: StringPool): SeenClasses {
  const classes: SeenClasses = new Map();
  for (const node of script.root ? [script.root, ...script.nodes] : script.nodes) {
    let seen = classes.get(node.class);
    if (!seen) classes.set(node.class, (seen = { count: 0, knobs: new Map() }));
    if (seen.count++ < MOST_NODES) learn(script.text, node, seen.knobs, pool);
  }
  return classes;
}

function learn(text: string, node: ScriptNode, knobs: SeenKnobs, pool: StringPool): void {
  const { start, end } = node.body;
  scanBody(text, start, end, (nameStart, nameEnd, valueStart, valueEnd) => {
    const name = pool.keep(knobName(text, nameStart, nameEnd));
    // What is half written, or no knob at all.
    if (!/^[A-Za-z_][\w.]*$/u.test(name)) return;
    let seen = knobs.get(name);
    if (!seen) knobs.set(name, (seen = { count: 0, values: new Map() }));
    seen.count++;
    if (valueEnd === valueStart || valueEnd - valueStart > LONGEST_VALUE || ownValues.has(name)) return;
    const written = text.slice(valueStart, valueEnd);
    // Curves, expressions and multi-line text are specific to one node.
    if (/[\n\r]|^\{\{|[[;]/u.test(written)) return;
    const times = seen.values.get(written);
    if (times !== undefined) seen.values.set(written, times + 1);
    else if (seen.values.size < MOST_VALUES) seen.values.set(pool.keep(written), 1);
  });
}

/** Adds what one script teaches about a class to what others did. */
export function mergeSeen(into: SeenKnobs, from: ReadonlyMap<string, SeenKnob>): void {
  for (const [name, knob] of from) {
    let known = into.get(name);
    if (!known) into.set(name, (known = { count: 0, values: new Map() }));
    known.count += knob.count;
    for (const [value, times] of knob.values) known.values.set(value, (known.values.get(value) ?? 0) + times);
  }
}
