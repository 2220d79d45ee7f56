/** Which Writes read, somewhere above them, what other Writes of the script write. */
import type { ScriptNode } from "./script-node.ts";
import type { Steps } from "./steps.ts";

/** The pixels of a Write come from the files of another one. */
export interface WriteNeed {
  readonly write: ScriptNode;
  /** Who reads those files. */
  readonly reader: ScriptNode;
}

interface KnownFile {
  readonly file: string | null;
}

/**
 * The needs of each Write that has any, each other Write once. A Write that reads its own files back needs nobody. Takes time with the
 * number of nodes, times that of the Writes whose files are read.
 * @param writes all Writes with their expanded names.
 * @param fileOf the expanded name of another node that has a `file` knob; null where reading cannot tell.
 */
export function* writeNeeds(
  nodes: readonly ScriptNode[],
  writes: ReadonlyMap<ScriptNode, KnownFile>,
  fileOf: (node: ScriptNode) => string | null,
): Steps<Map<ScriptNode, WriteNeed[]>> {
  const needs = new Map<ScriptNode, WriteNeed[]>();
  const writers = new Map<string, ScriptNode[]>();
  for (const [node, { file }] of writes) {
    if (file === null || isOn(node, "reading") || isOn(node, "disable")) continue;
    writers.set(pattern(file), [...(writers.get(pattern(file)) ?? []), node]);
  }
  if (writers.size === 0) return needs;
  const endings = new Set([...writers.keys()].map(lastPart));
  const readers = new Map<ScriptNode, ScriptNode[]>();
  for (const node of nodes) {
    yield;
    if (!mayRead(node, endings) || !readsFile(node, writes)) continue;
    const file = writes.has(node) ? writes.get(node)?.file : fileOf(node);
    for (const writer of (file && writers.get(pattern(file))) || [])
      if (writer !== node) readers.set(writer, [...(readers.get(writer) ?? []), node]);
  }
  if (readers.size === 0) return needs;
  const below = consumers(nodes);
  for (const [write, own] of readers) {
    const reached = new Map(own.map((reader) => [reader, reader]));
    // A map walks on over what is added on the way.
    for (const [node, reader] of reached) {
      yield;
      if (writes.has(node) && node !== write)
        needs.set(node, [...(needs.get(node) ?? []), { write, reader }]);
      for (const next of below.get(node) ?? []) {
        // What a Write that reads its file has above it is not asked for.
        if (!reached.has(next) && !(writes.has(next) && isOn(next, "reading"))) reached.set(next, reader);
      }
    }
  }
  return needs;
}

/** Names that are the same files: `%04d` is `####`, and slashes stand either way. */
export function pattern(file: string): string {
  return file
    .replaceAll("\\", "/")
    .replace(/^([a-z]):/u, (drive) => drive.toUpperCase())
    .replaceAll(/\/{2,}|\/\.(?=\/)/gu, "/")
    .replaceAll(/#+|%0?\d*d/gu, (token) =>
      token.startsWith("#") ? token : "#".repeat(Math.max(1, Number.parseInt(token.slice(1), 10) || 1)),
    );
}

/** Nearly all that read something are sorted out by the last part of the name as it stands there. */
function mayRead(node: ScriptNode, endings: ReadonlySet<string>): boolean {
  if (!(node.hasFile || (node.cloneOf?.hasFile ?? false))) return false;
  const last = lastPart(node.effectiveKnob("file") ?? "");
  return /[[\]{}$\\:]/u.test(last) || endings.has(pattern(last));
}

function lastPart(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}

/** Reads, cameras, geometry, and Writes switched to read. */
function readsFile(node: ScriptNode, writes: ReadonlyMap<ScriptNode, unknown>): boolean {
  if (isOn(node, "disable")) return false;
  if (writes.has(node)) return isOn(node, "reading");
  // Cameras, axes and lights do so only when told to; geometry unless it is told not to.
  return /camera|axis|light/iu.test(node.class)
    ? isOn(node, "read_from_file")
    : !isOff(node, "read_from_file");
}

/** Whom each node feeds. A group hands its inputs to the Input nodes in it and gives out what its Output gets; a clone of it likewise. */
function consumers(nodes: readonly ScriptNode[]): Map<ScriptNode, ScriptNode[]> {
  const below = new Map<ScriptNode, ScriptNode[]>();
  const feed = (from: ScriptNode | null | undefined, to: ScriptNode): void => {
    if (!from) return;
    const known = below.get(from);
    if (known) known.push(to);
    else below.set(from, [to]);
  };
  const doors = new Map<ScriptNode, { inputs: ScriptNode[]; outputs: ScriptNode[] }>();
  for (const node of nodes) {
    if (node.group === null || (node.class !== "Input" && node.class !== "Output")) continue;
    const found = doors.get(node.group) ?? { inputs: [], outputs: [] };
    doors.set(node.group, found);
    if (node.class === "Input") found.inputs.push(node);
    else found.outputs.push(node);
  }
  for (const node of nodes) {
    const inside = doors.get(node) ?? (node.cloneOf && doors.get(node.cloneOf));
    for (const input of inside?.inputs ?? []) feed(node.inputs[inputNumber(input)], input);
    for (const output of inside?.outputs ?? []) feed(output, node);
    // Also a group that is disabled, or of whose inside nothing is known, passes its input on.
    if (!inside || inside.outputs.length === 0 || isOn(node, "disable"))
      for (const input of node.inputs) feed(input, node);
  }
  return below;
}

function inputNumber(input: ScriptNode): number {
  return Number.parseInt(input.effectiveKnob("number") ?? "0", 10) || 0;
}

function isOn(node: ScriptNode, knob: string): boolean {
  return /^(?:true|1|yes|on)$/iu.test(node.effectiveKnob(knob)?.trim() ?? "");
}

function isOff(node: ScriptNode, knob: string): boolean {
  return /^(?:false|0|no|off)$/iu.test(node.effectiveKnob(knob)?.trim() ?? "");
}
