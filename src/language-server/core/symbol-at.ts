/** What stands at a place of a script: a node's class or name, a variable of the stack, a name in an expression. */
import { statementAt } from "./positions.ts";
import type { Location } from "vscode-languageserver";
import type { VariableUse } from "../../script/connect-nodes.ts";
import { namesOf } from "../../script/symbol-table.ts";
import type { Script } from "../../script/script.ts";
import type { ScriptNode } from "../../script/script-node.ts";
import { readWords } from "../../script/tcl/tcl-words.ts";
import type { NkDocument } from "./nk-document.ts";

/** Offsets in a script's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Target =
  /** `by`: the word that is pointed at. */
  | {
      readonly kind: "node";
      readonly node: ScriptNode;
      readonly at: "class" | "name" | "use";
      readonly by: Span;
    }
  | { readonly kind: "variable"; readonly use: VariableUse; readonly by: Span };

/** Null where nothing stands that leads anywhere. */
export function targetAt(script: Script, offset: number): Target | null {
  const statement = statementAt(script, offset);
  if (!statement || statement.kind === "stray") return null;
  const names = namesOf(script);
  const variable = names.variables.find((use) => use.statement === statement);
  if (variable) {
    const by = variableSpan(script, variable);
    if (contains(by, offset)) return { kind: "variable", use: variable, by };
  }
  if (statement.kind !== "node") return null;
  const { node } = statement;
  const classSpan = classSpanOf(script, node);
  if (contains(classSpan, offset)) return { kind: "node", node, at: "class", by: classSpan };
  const nameSpan = nameSpanOf(script, node);
  if (nameSpan && contains(nameSpan, offset)) return { kind: "node", node, at: "name", by: nameSpan };
  const use = names.uses.find((one) => one.by === node && contains(one, offset));
  return use ? { kind: "node", node: use.node, at: "use", by: { start: use.start, end: use.end } } : null;
}

/** The class a node begins with; of a clone, the word `clone`. */
export function classSpanOf({ text }: Script, { place }: ScriptNode): Span {
  const [first] = readWords(text, place.start, place.end, { misses: 0 }).words;
  return { start: place.start, end: first?.end ?? place.start };
}

/** The value of the name knob, without quotes or braces. Null: it has none. */
export function nameSpanOf(_script: Script, node: ScriptNode): Span | null {
  const word = node.knobPlace("name")?.words[0];
  if (!word) return null;
  return word.kind === "bare"
    ? { start: word.start, end: word.end }
    : { start: word.start + 1, end: word.end - 1 };
}

/** Where a node is gone to: its name, or its class where it has none. */
export function mainSpanOf(script: Script, node: ScriptNode): Span {
  return nameSpanOf(script, node) ?? classSpanOf(script, node);
}

/** The variable's name in a command, without its dollar sign. */
export function variableSpan({ text }: Script, { statement, variable }: VariableUse): Span {
  const { start, end } = statement.place;
  const word = readWords(text, start, Math.min(end, start + 400), { misses: 0 }).words[1];
  const at = word ? text.indexOf(variable, word.start) : -1;
  return at < 0 ? { start, end: start } : { start: at, end: at + variable.length };
}

/** All places that name a node: its own, those of expressions, and the variables that hold it. */
export function placesOf(script: Script, node: ScriptNode, withOwn: boolean): Span[] {
  const names = namesOf(script);
  const own = withOwn ? [mainSpanOf(script, node)] : [];
  const uses = names.uses.filter((use) => use.node === node);
  const variables = names.variables
    .filter((use) => use.node === node)
    .map((use) => variableSpan(script, use));
  return [...own, ...uses, ...variables].sort((a, b) => a.start - b.start);
}

/** Uses of the same variable that belong together: from the `set` before to the next `set` of that name. */
export function variablePlaces(script: Script, use: VariableUse): Span[] {
  const same = namesOf(script).variables.filter(({ variable }) => variable === use.variable);
  const at = same.indexOf(use);
  let first = at;
  while (first > 0 && same[first]?.kind !== "set") first--;
  let last = at + 1;
  while (last < same.length && same[last]?.kind !== "set") last++;
  return same.slice(first, last).map((one) => variableSpan(script, one));
}

export function locationOf(document: NkDocument, { start, end }: Span): Location {
  return { uri: document.uri, range: document.rangeAt(start, end) };
}

function contains({ start, end }: Span, offset: number): boolean {
  return offset >= start && offset <= end;
}
