/** Which Writes read, somewhere above them, what other Writes of the script write. */
import { withHashes } from "../plan/frames/frame-file.ts";
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

/** More than any shot has. They grow with the square of the Writes, and so do all lists of them. */
const MOST_NEEDS = 100_000;
/** Nodes looked at for all Writes together. */
const MOST_VISITS = 5_000_000;

/**
 * The needs of each Write that has any, each other Write once. A Write that reads its own files back needs no other. Takes time with the
 * number of nodes, times that of the Writes whose files are read; null where that is too much.
 * @param writes all Writes with their expanded names.
 * @param fileOf the expanded name of another node that has a `file` knob; null where reading cannot tell.
 */
export function* writeNeeds(
  nodes: readonly ScriptNode[],
  writes: ReadonlyMap<ScriptNode, KnownFile>,
  fileOf: (node: ScriptNode) => string | null,
): Steps<Map<ScriptNode, WriteNeed[]> | null> {
  const needs = new Map<ScriptNode, WriteNeed[]>();
  const writers = new Map<string, ScriptNode[]>();
  for (const [node, { file }] of writes) {
    if (file !== null && !isOn(node, "reading") && !isOn(node, "disable"))
      addTo(writers, pattern(file), node);
  }
  if (writers.size === 0) return needs;
  const endings = new Set([...writers.keys()].map(lastPart));
  const readers = new Map<ScriptNode, ScriptNode[]>();
  let [visits, found] = [0, 0];
  for (const node of nodes) {
    yield;
    if (!mayRead(node, endings) || !readsFile(node, writes)) continue;
    const file = writes.has(node) ? writes.get(node)?.file : fileOf(node);
    const sources = (file && writers.get(pattern(file))) || [];
    visits += sources.length;
    if (visits > MOST_VISITS) return null;
    for (const writer of sources) if (writer !== node) addTo(readers, writer, node);
  }
  if (readers.size === 0) return needs;
  const below = consumers(nodes);
  for (const [write, own] of readers) {
    const reached = new Map(own.map((reader) => [reader, reader]));
    // A map walks on over what is added on the way.
    for (const [node, reader] of reached) {
      yield;
      if (++visits > MOST_VISITS) return null;
      if (writes.has(node) && node !== write) {
        if (++found > MOST_NEEDS) return null;
        addTo(needs, node, { write, reader });
      }
      for (const next of below.get(node) ?? []) {
        // What a Write that reads its file has above it is not asked for.
        if (!reached.has(next) && !(writes.has(next) && isOn(next, "reading"))) reached.set(next, reader);
      }
    }
  }
  return needs;
}

function addTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** Names that are the same files: `%04d` is `####`, and slashes stand either way. */
export function pattern(file: string): string {
  return withHashes(file)
    .replaceAll("\\", "/")
    .replace(/^([a-z]):/u, (drive) => drive.toUpperCase())
    .replaceAll(/\/{2,}|\/\.(?=\/)/gu, "/");
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
    if (from) addTo(below, from, to);
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
