/** What of a script counts when it is compared: what it does, and not how it lies on the screen. */
import type { Script } from "./script.ts";
import type { ScriptNode } from "./script-node.ts";
import { printList, readList } from "./tcl-list.ts";
import { decodeWord, readCommands } from "./tcl-words.ts";

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
const guiKnobsOf: Record<string, ReadonlySet<string>> = {
  BackdropNode: new Set(["bdwidth", "bdheight", "z_order", "appearance", "border_width"]),
  // Nuke writes the path a script is saved under and takes the one it is opened from; the frame is where the playhead stood.
  Root: new Set(["name", "frame"]),
};

/** A Viewer is what somebody looked at: its knobs and its inputs change with every keystroke, and it renders nothing. */
export function countsNode(node: ScriptNode, { all = false }: MeaningOptions): boolean {
  return all || node.class !== "Viewer";
}

/** What feeds a node, without the empty inputs at the end: an input that nothing is connected to is none. */
export function inputsThatCount(node: ScriptNode): readonly (ScriptNode | null)[] {
  return node.inputs.slice(0, node.inputs.findLastIndex((input) => input !== null) + 1);
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
    name !== "inputs" && (all || !(guiKnobs.has(name) || guiKnobsOf[node.class]?.has(name)));
  for (const name of [...node.knobNames].sort()) {
    if ((name !== "name" || node.class === "Root") && counts(name)) knobs.set(name, node.knob(name) ?? "");
  }
  if (node.userKnobs > 0) addUserKnobs(node, knobs);
  return knobs;
}

function addUserKnobs(node: ScriptNode, knobs: Map<string, string>): void {
  const { text, bodyStart, bodyEnd } = node.place;
  readCommands(text, bodyStart, bodyEnd, (words) => {
    const [first = "", ...values] = words.map((word) => decodeWord(text, word));
    if (first !== "addUserKnob") return;
    const value = values.length === 1 ? (values[0] ?? "") : printList(values);
    const name = `addUserKnob ${readList(value)[1] ?? ""}`.trimEnd();
    // Dividers have no name, so one name may stand several times.
    let key = name;
    for (let number = 2; knobs.has(key); number++) key = `${name} (${number})`;
    knobs.set(key, value);
  });
}

/** What the model of a script does not hold: `version` apart, these are the stack's. */
const modelled = new Set(["version", "push", "set", "end_group", "Root"]);

/** Commands that are neither nodes nor their connections, such as `add_layer {…}`, each as one Tcl list, sorted. */
export function otherCommands(script: Script, { all = false }: MeaningOptions): string[] {
  const found: string[] = [];
  const places = [...script.nodes, ...(script.root === null ? [] : [script.root])]
    .map((node) => node.place)
    .sort((a, b) => a.start - b.start);
  let next = 0;
  readCommands(script.text, 0, script.text.length, (words) => {
    const start = words[0]?.start ?? 0;
    while ((places[next]?.end ?? Infinity) <= start) next++;
    if ((places[next]?.start ?? Infinity) <= start) return;
    const [name = "", ...values] = words.map((word) => decodeWord(script.text, word));
    // A brace too many is damage, and no command.
    if (modelled.has(name) || /^\}+$/u.test(name) || (!all && name.startsWith("define_window_layout")))
      return;
    found.push(printList([name, ...values]));
  });
  return found.sort();
}
