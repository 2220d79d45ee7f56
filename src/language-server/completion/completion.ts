import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  CompletionTriggerKind,
  type Range,
} from "vscode-languageserver";
import { namesOf } from "../../script/symbol-table.ts";
import type { ScriptNode } from "../../script/script-node.ts";
import { type CompletionPlace, placeAt } from "./completion-context.ts";
import type { Feature } from "../core/feature.ts";
import { knobFact, knobsOfClass, tableClasses } from "./knob-table.ts";
import { LearnedClasses } from "./observed-classes.ts";
import type { NkDocument } from "../core/nk-document.ts";
import type { SeenKnobs } from "../workspace/index-entry.ts";
import { summariesOf } from "../workspace/workspace-index.ts";

/** Suggests knobs, their values, and classes, from observed scripts and from the table. */
export const completionFeature: Feature = {
  capabilities: { completionProvider: { triggerCharacters: [" ", "."] } },
  register: ({ connection, scripts, workspace }) => {
    const learned = new LearnedClasses(scripts, summariesOf(workspace));
    connection.onCompletion(({ textDocument, position, context }) => {
      const document = scripts.get(textDocument.uri);
      if (document === undefined) return null;
      const place = placeAt(document, document.offsetAt(position));
      if (place === null) return null;
      // A space triggers values only: indenting a line triggers nothing.
      // So does a dot for names alone.
      const wanted = context?.triggerCharacter === "." ? "path" : "value";
      if (context?.triggerKind === CompletionTriggerKind.TriggerCharacter && place.kind !== wanted)
        return null;
      return {
        isIncomplete: learned.isReading,
        items: itemsAt(document, place, learned),
      } satisfies CompletionList;
    });
  },
};

function itemsAt(document: NkDocument, place: CompletionPlace, learned: LearnedClasses): CompletionItem[] {
  const range = document.rangeAt(place.start, place.end);
  if (place.kind === "class") return classItems(learned.classCounts(), range);
  const { node } = place;
  if (place.kind === "path") return pathItems(document, node, place.path, learned, range);
  const seen = learned.knobsOf(node.class);
  return place.kind === "knob"
    ? knobItems(node, document.script.text.slice(place.start, place.end), seen, range)
    : valueItems(node, place.knob, place.written, seen, range);
}

/** Commands that stand where classes do. */
const commands = ["push", "set", "end_group", "clone", "version", "add_layer"];

function classItems(seen: ReadonlyMap<string, number>, range: Range): CompletionItem[] {
  const counts = new Map(tableClasses.map((name) => [name, 0]));
  for (const [name, count] of seen) if (/^[A-Za-z_][\w.]*$/u.test(name)) counts.set(name, count);
  const items: CompletionItem[] = [...counts].map(([label, count]) => ({
    label,
    kind: CompletionItemKind.Class,
    detail: times(count),
    sortText: rank(count, label),
    textEdit: { range, newText: label },
  }));
  for (const label of commands) {
    items.push({
      label,
      kind: CompletionItemKind.Keyword,
      sortText: `~${label}`,
      textEdit: { range, newText: label },
    });
  }
  return items;
}

function knobItems(node: ScriptNode, written: string, seen: SeenKnobs, range: Range): CompletionItem[] {
  const counts = new Map<string, number>(knobsOfClass(node.class).map(([name]) => [name, 0]));
  for (const [name, { count }] of seen) counts.set(name, count);
  // What the node has, it does not need twice; what is half written has been learned as well.
  for (const name of node.knobNames) if (name !== written) counts.delete(name);
  if ((counts.get(written) ?? 0) <= 1 && !knobFact(node.class, written)) counts.delete(written);
  return [...counts].map(([label, count]) => {
    const fact = knobFact(node.class, label);
    return {
      label,
      kind: CompletionItemKind.Property,
      detail: times(count),
      ...(fact && { documentation: fact.about }),
      sortText: rank(count, label),
      textEdit: { range, newText: label },
    };
  });
}

/** Nodes that can be named here, and knobs of the one that has been named. */
function pathItems(
  { script }: NkDocument,
  node: ScriptNode,
  path: readonly string[],
  learned: LearnedClasses,
  range: Range,
): CompletionItem[] {
  const names = namesOf(script);
  const item = (label: string, kind: CompletionItemKind, order: number): CompletionItem => ({
    label,
    kind,
    sortText: `${order} ${label}`,
    textEdit: { range, newText: label },
  });
  if (path.length === 0) {
    const nodes = new Set([...names.namesIn(node.group), ...names.namesIn(node), ...names.namesIn(null)]);
    nodes.delete(node.name);
    return [
      ...[...nodes].map((name) => item(name, CompletionItemKind.Function, 0)),
      ...["this", "parent", "root", "input"].map((word) => item(word, CompletionItemKind.Keyword, 1)),
    ];
  }
  const target = names.walk(node, path);
  if (target === undefined) return [];
  const knobs = target ?? script.root;
  const known = knobs
    ? [
        ...knobs.knobNames,
        ...learned.knobsOf(knobs.class).keys(),
        ...knobsOfClass(knobs.class).map(([name]) => name),
      ]
    : [];
  return [
    ...[...names.namesIn(target)].map((name) => item(name, CompletionItemKind.Function, 0)),
    ...[...new Set(known)].map((name) => item(name, CompletionItemKind.Property, 1)),
  ];
}

function valueItems(
  node: ScriptNode,
  knob: string,
  written: string,
  seen: SeenKnobs,
  range: Range,
): CompletionItem[] {
  const fact = knobFact(node.class, knob);
  const counts = new Map<string, number>();
  for (const value of fact?.values ?? []) counts.set(wordOf(value), 0);
  for (const [value, count] of seen.get(knob)?.values ?? []) counts.set(value, count);
  // A flag of which only one value has been seen.
  if (counts.has("true") || counts.has("false"))
    for (const value of ["true", "false"]) if (!counts.has(value)) counts.set(value, 0);
  // The value at the cursor has been learned as well.
  if (counts.get(written) === 1 && fact?.values?.some((value) => wordOf(value) === written) !== true)
    counts.delete(written);
  const quoted = /^["{]/u.test(written);
  return [...counts].map(([newText, count]) => {
    const label = newText.replace(/^"(.*)"$/u, "$1");
    return {
      label,
      kind: /^-?[\d.]+$/u.test(label) ? CompletionItemKind.Value : CompletionItemKind.EnumMember,
      detail: times(count),
      sortText: rank(count, label),
      filterText: quoted ? newText : label,
      textEdit: { range, newText },
    };
  });
}

/** A value as Nuke writes it. */
function wordOf(value: string): string {
  return /^[\w.+/-]+$/u.test(value) ? value : `"${value.replaceAll(/["$[\\\]]/gu, String.raw`\$&`)}"`;
}

function times(count: number): string {
  return count === 0 ? "" : count === 1 ? "used once" : `used ${count} times`;
}

/** What is used most comes first. */
function rank(count: number, label: string): string {
  return `${String(Math.max(0, 999_999 - count)).padStart(6, "0")} ${label}`;
}
