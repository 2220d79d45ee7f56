/** Checks that need nothing but the script. */
import { extname } from "node:path";
import { namesOf } from "../../script/symbol-table.ts";
import type { Script } from "../../script/script.ts";
import type { Steps } from "../../script/steps.ts";
import type { ScriptNode } from "../../script/script-node.ts";
import type { Finding } from "./rules.ts";
import { type Span, classSpanOf, nameSpanOf, variableSpan } from "../core/symbol-at.ts";

export function* textChecks(script: Script): Steps<Finding[]> {
  const findings = readingProblems(script);
  yield;
  const more = [
    unsetVariables(script),
    yield* duplicateNames(script),
    missingNodes(script),
    yield* foreignPaths(script),
  ];
  return [findings, ...more].flat();
}

function readingProblems({ text, problems }: Script): Finding[] {
  // Of the line the last problem was in: one long line may hold a thousand.
  let [from, end] = [-1, -1];
  return problems.map(({ offset, code, message }) => {
    if (offset < from || offset > end) [from, end] = [offset, lineEnd(text, offset)];
    const found = { code, start: offset, end: Math.max(offset + 1, end), message };
    if (code === "stray-brace") {
      const edits = [{ start: offset, end: offset + 1, text: "" }];
      return { ...found, fix: { title: "Remove it", kind: "edit", edits } };
    }
    // If a node's own brace is missing, its place is unknown.
    if (text.charAt(offset) !== "{" && text.charAt(offset) !== '"') return found;
    const closing = code === "unclosed-brace" ? "}" : '"';
    const edits = [{ start: end, end, text: closing }];
    return {
      ...found,
      fix: { title: `Close it with ${closing} at the end of the line`, kind: "edit", edits },
    };
  });
}

function unsetVariables(script: Script): Finding[] {
  return namesOf(script)
    .variables.filter(
      ({ kind, known, variable }) => kind !== "set" && !known && variable !== "cut_paste_input",
    )
    .map((use) => {
      const { start, end } = variableSpan(script, use);
      const found = {
        code: "unset-variable" as const,
        start,
        end,
        message: `$${use.variable} is never set: Nuke cannot connect what follows.`,
      };
      if (use.kind !== "push") return found;
      const edits = [{ start: start - 1, end, text: "0" }];
      return { ...found, fix: { title: "Push nothing (0) instead", kind: "edit", edits } };
    });
}

function* duplicateNames(script: Script): Steps<Finding[]> {
  const findings: Finding[] = [];
  const seen = new Map<ScriptNode | null, Set<string>>();
  /** The last number given to a name in a group: the search for a free one continues from there. */
  const given = new Map<Set<string>, Map<string, number>>();
  for (const node of script.nodes) {
    yield;
    if (node.name === "" || node.cloneOf) continue;
    const names = seen.get(node.group) ?? new Set<string>();
    seen.set(node.group, names);
    if (!names.has(node.name)) {
      names.add(node.name);
      continue;
    }
    const span = nameSpanOf(script, node);
    if (!span) continue;
    const numbers = given.get(names) ?? new Map<string, number>();
    given.set(names, numbers);
    const free = freeName(
      node.name,
      numbers,
      (name) => names.has(name) || namesOf(script).child(node.group, name) !== undefined,
    );
    names.add(free);
    findings.push({
      code: "duplicate-name",
      ...span,
      message: `There is another ${node.name} ${node.group ? `in ${node.parent}` : "in this script"}: Nuke will rename one of them.`,
      fix: { title: `Rename it to ${free}`, kind: "edit", edits: [{ ...span, text: free }] },
    });
  }
  return findings;
}

function freeName(name: string, numbers: Map<string, number>, taken: (name: string) => boolean): string {
  let start = name.length;
  // With more digits it is no number that can be counted on.
  while (start > name.length - 9 && /\d/u.test(name.charAt(start - 1))) start--;
  const [stem, digits] = [name.slice(0, start), name.slice(start)];
  let number = (numbers.get(name) ?? Number(digits || 0)) + 1;
  while (taken(`${stem}${number}`)) number++;
  numbers.set(name, number);
  return `${stem}${number}`;
}

function missingNodes(script: Script): Finding[] {
  // A gizmo or a pasted fragment is only a part: what it names may be where it is put.
  if (!script.root) return [];
  return namesOf(script).deadPaths.flatMap(({ path: { parts } }) => {
    const [first] = parts;
    const named = first?.name === "parent" ? parts[1] : first;
    if (!first || !named) return [];
    return [
      {
        code: "missing-node" as const,
        start: first.start,
        end: named.end,
        message: `There is no node ${named.name} here.`,
      },
    ];
  });
}

/** Paths of the other family of systems: they cannot be there. */
function* foreignPaths(script: Script): Steps<Finding[]> {
  const windows = process.platform === "win32";
  const foreign = windows ? /^\/(?!\/)[\w.-]+\//u : /^(?:[A-Za-z]:[\\/]|\\\\\w)/u;
  const system = windows ? "Linux or macOS" : "Windows";
  const findings: Finding[] = [];
  for (const node of script.nodes) {
    if (!node.hasFile) continue;
    yield;
    const value = node.knob("file") ?? "";
    const span = foreign.test(value) ? valueSpan(node, "file") : null;
    if (!span) continue;
    findings.push({
      code: "foreign-path",
      ...span,
      message: `"${value}" is a ${system} path: it does not work on this system.`,
    });
  }
  return findings;
}

/** The value of a knob as it is written; null when there is none. */
export function valueSpan(node: ScriptNode, knob: string): Span | null {
  const place = node.knobPlace(knob);
  const [first] = place?.words ?? [];
  return place && first ? { start: first.start, end: place.end } : null;
}

/** A knob's value, or, where it is not written, the node's class. */
export function knobOrClass(script: Script, node: ScriptNode, knob: string): Span {
  return valueSpan(node, knob) ?? classSpanOf(script, node);
}

/** The ending of a file's name without its dot, in small letters. */
export function endingOf(file: string): string {
  return extname(file.replaceAll("\\", "/")).slice(1).toLowerCase();
}

function lineEnd(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && text.charAt(at) !== "\n" && text.charAt(at) !== "\r") at++;
  return at;
}
