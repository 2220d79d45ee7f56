/** The knobs of a node that name files, and which files those are. Looks at text only. */
import { frameFile } from "../../plan/frames/frame-file.ts";
import { scanBody } from "../../script/tcl/body-scan.ts";
import { type Expanded, FileNames } from "../../script/file-name.ts";
import type { Script } from "../../script/script.ts";
import type { ScriptNode } from "../../script/script-node.ts";
import { detached } from "../../script/string-pool.ts";
import { splitList } from "../../script/tcl/tcl-list.ts";
import { isWrite, rootViews } from "../../script/write-targets.ts";
import type { NkDocument } from "./nk-document.ts";
import { pathOf } from "../features/script-facts.ts";
import { type KnobSpan, knobName, perNode, valueOf, valueWords } from "./positions.ts";

/** A file's name as a knob holds it. Offsets, without quotes and braces, count from the node's start. */
export interface FileKnob {
  readonly knob: string;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const none: readonly FileKnob[] = [];
/** Knobs whose value is always a file name. */
const certain = new Set(["file", "proxy", "vfield_file", "cdlfile", "lutfile", "fileLUT"]);
const likely = /(?:file|path|proxy|font|directory|folder)$/iu;

/** In the order they are written. */
export const fileKnobs = perNode((text, node): readonly FileKnob[] => {
  const { start } = node.place;
  const { body } = node;
  let found: FileKnob[] | null = null;
  /** Names that `addUserKnob {2 name …}` declares: a file knob of the user's own. */
  let declared: Set<string> | null = null;
  scanBody(text, body.start, body.end, (nameStart, nameEnd, valueStart, valueEnd) => {
    if (valueStart === valueEnd) return;
    const name = knobName(text, nameStart, nameEnd);
    if (name === "addUserKnob") {
      const declares = /^\{2 ([\w.]+)/u.exec(text.slice(valueStart, valueStart + 200))?.[1];
      if (declares !== undefined) (declared ??= new Set()).add(declares);
      return;
    }
    if (!certain.has(name) && !likely.test(name) && declared?.has(name) !== true) return;
    const span: KnobSpan = { name, nameStart, nameEnd, valueStart, valueEnd };
    const words = valueWords(text, valueStart, valueEnd);
    const [word] = words;
    if (!word || words.length > 1 || word.kind === "unclosed") return;
    const value = valueOf(text, span);
    if (!looksLikeFile(value, certain.has(name))) return;
    const quotes = word.kind === "bare" ? 0 : 1;
    (found ??= []).push({
      // They outlive the text they were read from.
      knob: detached(name),
      value: detached(value),
      start: word.start + quotes - start,
      end: word.end - quotes - start,
    });
  });
  return found ?? none;
});

/** No expression, no flag and no list of a font's properties. */
function looksLikeFile(value: string, isCertain: boolean): boolean {
  if (value.trim() === "" || /[\n\r]/u.test(value) || /^\s*\{/u.test(value)) return false;
  if (/[/\\]/u.test(value)) return true;
  const hasCommand = value.includes("[") && value.lastIndexOf("]") > value.indexOf("[");
  return isCertain && (hasCommand || /\.[a-z][a-z\d]*$/iu.test(value));
}

/** The name without Tcl; frame and view tokens stay. */
export function expandKnob(document: NkDocument, node: ScriptNode, value: string): Expanded {
  return new FileNames(document.script, pathOf(document.uri)).expand(value, node);
}

/** The frame a node reads or writes first: its own range where it has one, else the script's. */
export function firstFrame(script: Script, node: ScriptNode): number {
  const limited = isWrite(node) ? /^(?:true|1)$/iu.test(node.effectiveKnob("use_limit") ?? "") : true;
  const own = limited ? Number.parseFloat(node.effectiveKnob("first") ?? "") : Number.NaN;
  const first = Number.isFinite(own) ? own : Number.parseFloat(script.root?.knob("first_frame") ?? "");
  return Number.isFinite(first) ? Math.round(first) : 1;
}

/** The view a node reads or writes first. */
export function firstView(script: Script, node: ScriptNode): string {
  return splitList(node.effectiveKnob("views") ?? "")[0] ?? rootViews(script.root)[0] ?? "main";
}

/** The file of the first frame and view. */
export function firstFile(script: Script, node: ScriptNode, expanded: string): string {
  return frameFile(expanded, firstFrame(script, node), firstView(script, node));
}
