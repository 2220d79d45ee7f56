/** What of a script counts when it is compared: what it does, and not how it lies on the screen. */
import type { Script } from "./script.ts";
import type { ScriptNode } from "./script-node.ts";
import { mergeList, splitList } from "./tcl/tcl-list.ts";

export interface MeaningOptions {
  /** Positions and GUI state too. */
  readonly all?: boolean;
}

/**
 * Positions and GUI state. `autolabel` and `dope_sheet` change what is shown and no pixel; `useLifetime` and the lifetime's ends do
 * change pixels, and a label is what people write to each other, so both count.
 */
const guiKnobs = new Set(
  `xpos ypos selected selectable tile_color gl_color note_font note_font_size note_font_color hide_input postage_stamp
  postage_stamp_frame dope_sheet bookmark indicators autolabel panelDropped`.split(/\s+/u),
);

/** GUI state that other classes have under the same name and mean it. */
const guiKnobsOf = new Map<string, ReadonlySet<string>>([
  ["BackdropNode", new Set(["bdwidth", "bdheight", "z_order", "appearance", "border_width"])],
  // Nuke writes the path a script is saved under and takes the one it is opened from; the frame is where the playhead stood.
  ["Root", new Set(["name", "frame"])],
]);

/** A Viewer records what the artist looked at: its knobs and its inputs change with every keystroke, and it renders nothing. */
export function countsNode(node: ScriptNode, { all = false }: MeaningOptions): boolean {
  return all || node.class !== "Viewer";
}

/** What feeds a node, without the empty inputs at the end: an input that nothing is connected to is none. */
export function inputsThatCount(node: ScriptNode, options: MeaningOptions): readonly (ScriptNode | null)[] {
  const inputs = node.inputs.map((input) => (input !== null && countsNode(input, options) ? input : null));
  return inputs.slice(0, inputs.findLastIndex((input) => input !== null) + 1);
}

/**
 * The knobs written on a node and their values, sorted, then its user knobs' definitions (`addUserKnob NAME`) in their order, which is
 * that of the panel. Without its name and its inputs, which are not compared as text.
 */
export function knobsThatCount(
  node: ScriptNode | null,
  { all = false }: MeaningOptions,
): ReadonlyMap<string, string> {
  const knobs = new Map<string, string>();
  if (node === null) return knobs;
  const counts = (name: string): boolean =>
    name !== "inputs" && (all || !(guiKnobs.has(name) || guiKnobsOf.get(node.class)?.has(name)));
  for (const name of [...node.knobNames].sort()) {
    if ((name !== "name" || node.class === "Root") && counts(name)) knobs.set(name, node.knob(name) ?? "");
  }
  addUserKnobs(node, knobs);
  return knobs;
}

function addUserKnobs(node: ScriptNode, knobs: Map<string, string>): void {
  const numbers = new Map<string, number>();
  for (const value of node.userKnobValues) {
    const name = `addUserKnob ${splitList(value)[1] ?? ""}`.trimEnd();
    // Dividers have no name, so one name may stand several times; counting on keeps thousands of them from taking quadratic time.
    let number = (numbers.get(name) ?? 0) + 1;
    const key = (): string => (number === 1 ? name : `${name} (${number})`);
    while (knobs.has(key())) number++;
    numbers.set(name, number);
    knobs.set(key(), value);
  }
}

/** What the model of a script holds already: its version and the stack's commands. */
const modelled = new Set(["version", "push", "set", "end_group"]);

/** Commands that are neither nodes nor their connections, such as `add_layer {…}`, each as one Tcl list, sorted. */
export function otherCommands(script: Script, { all = false }: MeaningOptions): string[] {
  const found: string[] = [];
  for (const statement of script.statements) {
    if (statement.kind !== "command") continue;
    const { name, args } = statement;
    if (!modelled.has(name) && (all || !name.startsWith("define_window_layout")))
      found.push(mergeList([name, ...args]));
  }
  return found.sort();
}
