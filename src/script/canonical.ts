/** A script as text that line tools can compare: one knob a line, in an order that does not depend on how the script was saved. */
import { GivenNames } from "./default-names.ts";
import { childrenOf } from "./match-nodes.ts";
import { type MeaningOptions, inputsThatCount, knobsThatCount, otherCommands } from "./significance.ts";
import type { Script } from "./script.ts";
import type { ScriptNode } from "./script-node.ts";

/** Version and other commands, Root, then the nodes by name, those of a group indented below it; a blank line before each. */
export function canonicalText(script: Script, options: MeaningOptions = {}): string {
  const lines: string[] = [];
  if (script.version !== null) lines.push(`version ${printValue(script.version)}`);
  for (const command of otherCommands(script, options)) lines.push(printValue(command));
  if (script.root !== null) lines.push("", "Root");
  for (const line of knobLines(script.root, "  ", options)) lines.push(line);

  const children = childrenOf(script, options);
  const names = new GivenNames(script.nodes);
  /** Nodes still to be printed, the next one last: groups may nest deeper than calls can. */
  const rest: { node: ScriptNode; indent: string }[] = [];
  const enter = (group: ScriptNode | null, indent: string): void => {
    const sorted = (children.get(group) ?? [])
      .map((node) => ({ node, name: names.name(node) }))
      .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
    for (const { node } of sorted.reverse()) rest.push({ node, indent });
  };
  enter(null, "");
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { node, indent } = next;
    lines.push("", `${indent}${node.class} ${printValue(names.fullName(node))}`);
    if (node.cloneOf) lines.push(`${indent}  clone ${printValue(names.fullName(node.cloneOf))}`);
    const inputs = inputLine(node, names, options);
    if (inputs !== "") lines.push(`${indent}  inputs ${inputs}`);
    // Not spread: there may be more than a call takes.
    for (const line of knobLines(node, `${indent}  `, options)) lines.push(line);
    enter(node, `${indent}  `);
  }
  return `${lines.join("\n").replace(/^\n+/u, "")}\n`;
}

/** A value on one line: as it is where it reads like that, else in quotes with backslashes. */
export function printValue(value: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what does not fit on a line
  if (!/^["\s]|\s$|[\u0000-\u001F\u007F\u0085\u2028\u2029]|^$/u.test(value)) return value;
  return JSON.stringify(value).replaceAll(
    /[\u007F\u0085\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Names inside the group, where they are unique; `-`: nothing. */
function inputLine(node: ScriptNode, names: GivenNames, options: MeaningOptions): string {
  return inputsThatCount(node, options)
    .map((input) => (input === null ? "-" : printValue(names.name(input))))
    .join(" ");
}

function knobLines(node: ScriptNode | null, indent: string, options: MeaningOptions): string[] {
  return [...knobsThatCount(node, options)].map(([knob, value]) => {
    const name = knob.startsWith("addUserKnob ") ? "addUserKnob" : printValue(knob);
    return `${indent}${name} ${printValue(value)}`;
  });
}
