import { type KnobChange, type ScriptDifference, compareScripts, isEqual } from "../script/compare.ts";
import { printValue } from "../script/canonical.ts";
import { exitCodes } from "./failure.ts";
import { readScripts } from "./script-arguments.ts";
import type { LineColor, Terminal } from "./terminal.ts";

/** `nbr diff`: what changed between two scripts. Answers as diff does. */
export async function diffCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { scripts, json, all } = await readScripts("diff", 2, args, terminal);
  const [old, now] = scripts;
  if (!old || !now) throw new Error("two scripts were read");
  const difference = compareScripts(old.script, now.script, { all });
  if (json) terminal.out(JSON.stringify(difference));
  else for (const line of differenceLines(difference)) terminal.out(line, colorOf(line));
  if (!isEqual(difference)) return exitCodes.different;
  const damaged = [old, now].filter(({ script }) => script.problems.length > 0);
  if (damaged.length === 0 || old.script.text === now.script.text) return exitCodes.equal;
  terminal.err(
    `nbr: No difference in the readable parts, but ${damaged.map(({ shown }) => `"${shown}"`).join(" and ")} cannot be read completely.`,
  );
  return exitCodes.badInput;
}

/** What changed, for people: `+` new, `-` gone, `~` changed; below it, indented, how. */
export function differenceLines(difference: ScriptDifference): string[] {
  const { version, root, added, removed, reclassed, recloned, rewired, renamed, changed, commands } =
    difference;
  const lines: string[] = [];
  if (version !== null)
    lines.push(`~ version ${version.old ?? "(not written)"} → ${version.new ?? "(not written)"}`);
  for (const command of commands.removed) lines.push(`- ${printValue(command)}`);
  for (const command of commands.added) lines.push(`+ ${printValue(command)}`);
  if (root.length > 0) lines.push("~ Root", ...root.flatMap(knobLines));
  for (const node of removed) lines.push(`- ${node.class} ${node.name}`);
  for (const node of added) lines.push(`+ ${node.class} ${node.name}`);

  const nodes = new Map<string, { head: string; details: string[] }>();
  const detail = (className: string, name: string, ...details: readonly string[]): void => {
    const known = nodes.get(name) ?? { head: `~ ${className} ${name}`, details: [] };
    nodes.set(name, known);
    for (const line of details) known.details.push(line);
  };
  for (const one of renamed) detail(one.class, one.new, `    name  ${one.old} → ${one.new}`);
  for (const one of reclassed) detail(one.new, one.name, `    class  ${one.old} → ${one.new}`);
  for (const one of recloned)
    detail("clone", one.name, `    clone of  ${one.old ?? "nothing"} → ${one.new ?? "nothing"}`);
  for (const one of rewired)
    detail(one.class, one.name, `    inputs  ${inputText(one.old)} → ${inputText(one.new)}`);
  for (const one of changed) detail(one.class, one.name, ...one.knobs.flatMap(knobLines));
  return [...lines, ...[...nodes.values()].flatMap(({ head, details }) => [head, ...details])];
}

function inputText(names: readonly (string | null)[]): string {
  return names.length === 0 ? "none" : names.map((name) => name ?? "-").join(" ");
}

/** If longer than this, old and new are on separate lines. */
const SHORT = 40;

function knobLines({ knob, old, new: now }: KnobChange): string[] {
  if (old === null) return [`    + ${knob}  ${printValue(now ?? "")}`];
  if (now === null) return [`    - ${knob}  ${printValue(old)}`];
  const [before, after] = aroundDifference(printValue(old), printValue(now));
  if (before.length + after.length <= 2 * SHORT) return [`    ${knob}  ${before} → ${after}`];
  return [`    ${knob}`, `      - ${before}`, `      + ${after}`];
}

/** How much is shown of what two long values have in common, on each side of what they have not. */
const COMMON = 30;

/** Long values without most of what they have in common: a curve of a thousand keys in which one moved. */
function aroundDifference(old: string, now: string): [string, string] {
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  const shorter = Math.min(old.length, now.length) - start;
  while (end < shorter && old.at(-1 - end) === now.at(-1 - end)) end++;
  const cut = (text: string): string => {
    const from = start > 2 * COMMON ? start - COMMON : 0;
    const to = end > 2 * COMMON ? text.length - end + COMMON : text.length;
    return `${from > 0 ? "…" : ""}${text.slice(from, to)}${to < text.length ? "…" : ""}`;
  };
  return [cut(old), cut(now)];
}

const colors = new Map<string | undefined, LineColor>([
  ["+", "green"],
  ["-", "red"],
  ["~", "yellow"],
]);

function colorOf(line: string): LineColor | undefined {
  return colors.get(/^(?: {4}| {6})?([+~-]) /u.exec(line)?.[1]);
}
