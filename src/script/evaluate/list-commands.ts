/** Tcl's commands for lists, as far as file names use them. */
import { mergeList, splitList } from "../tcl/tcl-list.ts";
import type { EvaluationBudget } from "./budget.ts";
import { tclIndex } from "./tcl-index.ts";

/** @throws {UnknownValueError} when the result would be too long: many words with much between them. */
export function joinCommand(list: string, between: string, budget: EvaluationBudget): string {
  const words = splitList(list);
  budget.checkLength(list.length + words.length * between.length, "[join …]");
  return words.join(between);
}

/** Splits a text at each of the given characters; without characters, into single characters. */
export function splitCommand(text: string, at = " \t\n"): string {
  if (at === "") return printAll(Array.from(text));
  const separators = new Set(at);
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    if (!separators.has(text.charAt(index))) continue;
    parts.push(text.slice(start, index));
    start = index + 1;
  }
  parts.push(text.slice(start));
  return printAll(parts);
}

export function lindexCommand(list: string, index: string): string {
  const words = splitList(list);
  return words[tclIndex(index, words.length)] ?? "";
}

export function lrangeCommand(list: string, first: string, last: string): string {
  const words = splitList(list);
  return printAll(words.slice(Math.max(0, tclIndex(first, words.length)), tclIndex(last, words.length) + 1));
}

/** Always a list, also of one word. */
function printAll(words: readonly string[]): string {
  return words.length === 0 ? "" : mergeList(words);
}
