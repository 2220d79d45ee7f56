import { type Hover, MarkupKind } from "vscode-languageserver";
import { type ExpressionPath, expressionPaths } from "../../script/expression-paths.ts";
import type { ScriptNode } from "../../script/script-node.ts";
import { splitList } from "../../script/tcl/tcl-list.ts";
import { isPythonKnob } from "../semantic-tokens/embedded-code.ts";
import { prepareNames } from "../core/time-slicing.ts";
import type { Feature } from "../core/feature.ts";
import { expandKnob, fileKnobs, firstFile, firstFrame } from "../core/file-knobs.ts";
import { knobFact } from "../completion/knob-table.ts";
import { withoutTags } from "../core/labels.ts";
import { codeBlock, inlineCode, plainMarkdown, shortened } from "../core/markdown.ts";
import type { NkDocument } from "../core/nk-document.ts";
import { type KnobSpan, knobAt, knobSpans, nodeAt, valueOf } from "../core/positions.ts";
import { targetAt } from "../core/symbol-at.ts";

/** Tells what a node or a knob is. */
export const hoverFeature: Feature = {
  capabilities: { hoverProvider: true },
  register: ({ connection, scripts }) => {
    connection.onHover(async ({ textDocument, position }, token) => {
      const document = scripts.get(textDocument.uri);
      if (document === undefined) return null;
      const offset = document.offsetAt(position);
      if (isOnExpression(document, offset)) await prepareNames(document, token);
      return hoverAt(document, offset);
    });
  },
};

function hoverAt(document: NkDocument, offset: number): Hover | null {
  const { script } = document;
  const hover = (lines: readonly string[], start: number, end: number): Hover => ({
    contents: {
      kind: MarkupKind.Markdown,
      value: lines.filter((line) => line !== "").join("\n\n"),
    },
    range: document.rangeAt(start, end),
  });
  const node = nodeAt(script, offset);
  if (!node) return variableHover(document, offset, hover);
  const { body } = node;
  if (offset < body.start)
    return hover(aboutNode(document, node), node.place.start, headEnd(script.text, node));
  const knob = knobAt(script.text, node, offset);
  if (!knob) return null;
  // A name in an expression tells of the node it names.
  if (isOnExpression(document, offset)) {
    const target = targetAt(script, offset);
    if (target?.kind === "node" && target.at === "use")
      return hover(aboutNode(document, target.node), target.by.start, target.by.end);
  }
  const onValue = offset >= knob.valueStart && knob.valueEnd > knob.valueStart;
  if (knob.name === "name" && onValue && node.class !== "Root")
    return hover(aboutNode(document, node), knob.valueStart, knob.valueEnd);
  const [start, end] = onValue ? [knob.valueStart, knob.valueEnd] : [knob.nameStart, knob.nameEnd];
  return hover(aboutKnob(document, node, knob), start, end);
}

/** `set`, `push` and `clone`: what the variable holds. */
function variableHover(
  document: NkDocument,
  offset: number,
  hover: (lines: readonly string[], start: number, end: number) => Hover,
): Hover | null {
  const target = targetAt(document.script, offset);
  if (target?.kind !== "variable") return null;
  const { node, known, variable } = target.use;
  const lines = node
    ? aboutNode(document, node)
    : [`${inlineCode(`$${variable}`)} ${known ? "holds no node." : "is never set."}`];
  return hover(lines, target.by.start, target.by.end);
}

/** Whether a name in an expression stands there. */
function isOnExpression({ script }: NkDocument, offset: number): boolean {
  const node = nodeAt(script, offset);
  return (
    node !== undefined &&
    offset >= node.body.start &&
    expressionPaths(script.text, node).some((path) => holds(path, offset))
  );
}

function holds({ parts }: ExpressionPath, offset: number): boolean {
  return parts.some(({ start, end }) => offset >= start && offset <= end);
}

/** Behind the class, without the body's brace. */
function headEnd(text: string, node: ScriptNode): number {
  let end = node.body.start;
  while (end > node.place.start && /[\s{]/u.test(text.charAt(end - 1))) end--;
  return end;
}

function aboutNode(document: NkDocument, node: ScriptNode): string[] {
  const { fullName, cloneOf, inputs } = node;
  const label = node.effectiveKnob("label") ?? "";
  const what = cloneOf ? ` (clone of ${plainMarkdown(cloneOf.fullName || cloneOf.class)})` : "";
  return [
    `**${plainMarkdown(node.class === "Root" ? "Root" : fullName || node.class)}** · ${inlineCode(node.class)}${what}`,
    plainMarkdown(shortened(withoutTags(label, " ")).trim()),
    inputs.length === 0
      ? ""
      : inputs
          .map((input, index) => `${index + 1}. ${input ? plainMarkdown(nameOf(input)) : "nothing"}`)
          .slice(0, 20)
          .join("\n"),
    ...fileKnobs(document.script.text, node)
      .slice(0, 4)
      .map(({ knob, value }) => `${inlineCode(knob)} ${resolved(document, node, value)}`),
  ];
}

function nameOf(input: ScriptNode): string {
  return input.fullName === "" ? `a ${input.class} without a name` : input.fullName;
}

/** The file a knob names, with its first frame. */
function resolved(document: NkDocument, node: ScriptNode, value: string): string {
  const { file, why } = expandKnob(document, node, value);
  if (file === null) return `${inlineCode(shortened(value))} (${plainMarkdown(why)})`;
  const first = firstFile(document.script, node, file);
  if (first === file) return inlineCode(file);
  return `${inlineCode(first)} (frame ${firstFrame(document.script, node)})`;
}

function aboutKnob(document: NkDocument, node: ScriptNode, knob: KnobSpan): string[] {
  const { text } = document.script;
  const { name } = knob;
  const fact = knobFact(node.class, name);
  const value = valueOf(text, knob);
  const file = fileKnobs(text, node).find((one) => one.start + node.place.start >= knob.valueStart);
  const path = file?.knob === name && file.value === value ? resolved(document, node, value) : "";
  const shown = isPythonKnob(name) ? codeBlock(shortened(value), "python") : codeBlock(shortened(value));
  const of = node.class === "Root" ? "Root" : nameOf(node);
  return [
    `**${plainMarkdown(name)}** of ${plainMarkdown(of)} · ${inlineCode(node.class)}`,
    fact?.about ?? declaredAs(text, node, name),
    name === "addUserKnob" ? declaredAs(text, node, splitList(value)[1] ?? "") : "",
    fact?.values && fact.values.length <= 30 && !fact.values.includes("true")
      ? fact.values.map(inlineCode).join(", ")
      : "",
    value === "" ? "" : shown,
    // What is written as it is found says nothing more.
    path === inlineCode(value) ? "" : path,
  ];
}

/** Label and help of a knob of the user's own: `addUserKnob {7 size l Size t "how large"}`. */
function declaredAs(text: string, node: ScriptNode, name: string): string {
  for (const knob of knobSpans(text, node)) {
    if (knob.name !== "addUserKnob") continue;
    const words = splitList(valueOf(text, knob));
    if (words[1] !== name) continue;
    const after = (flag: string): string => words[words.indexOf(flag, 2) + 1] ?? "";
    const label = words.includes("l", 2) ? after("l") : "";
    const help = words.includes("t", 2) ? after("t") : "";
    return [label, help]
      .filter((part) => part !== "")
      .map((part) => plainMarkdown(shortened(part)))
      .join(": ");
  }
  return "";
}
