/** Tcl's `string …` (string(n)), as far as file names use it. Each pays for what it looks at and makes. */
import { splitList } from "../tcl/tcl-list.ts";
import type { EvaluationBudget } from "./budget.ts";
import { tclIndex } from "./tcl-index.ts";
import { UnknownValueError } from "./unknown-value.ts";

export function stringCommand(verb: string, args: readonly string[], budget: EvaluationBudget): string {
  const [first = "", second = "", third = ""] = args;
  switch (verb) {
    case "range":
      return first.slice(Math.max(0, tclIndex(second, first.length)), tclIndex(third, first.length) + 1);
    case "index":
      return first.charAt(tclIndex(second, first.length));
    case "tolower":
      return first.toLowerCase();
    case "toupper":
      return first.toUpperCase();
    case "length":
      return String(first.length);
    case "trim":
      return trim(first, second, true, true);
    case "trimleft":
      return trim(first, second, true, false);
    case "trimright":
      return trim(first, second, false, true);
    case "map":
      return mapped(splitList(first), second, budget);
    case "first":
      return String(second.indexOf(first));
    case "last":
      return String(second.lastIndexOf(first));
    default:
      throw new UnknownValueError("needs-nuke", `"[string ${verb.slice(0, 40)} …]" is worked out by Nuke`);
  }
}

function trim(text: string, characters: string, left: boolean, right: boolean): string {
  const set = new Set(characters);
  const drop = (character: string): boolean =>
    characters === "" ? /\s/u.test(character) : set.has(character);
  let [start, end] = [0, text.length];
  if (left) while (start < end && drop(text.charAt(start))) start++;
  if (right) while (end > start && drop(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

function mapped(words: readonly string[], text: string, budget: EvaluationBudget): string {
  // Each character may be held against each pair.
  budget.spend(text.length * (words.length + 1), "[string map …]");
  const parts: string[] = [];
  let length = 0;
  for (let at = 0; at < text.length;) {
    const pair = words.findIndex(
      (from, place) => place % 2 === 0 && from !== "" && text.startsWith(from, at),
    );
    const part = pair < 0 ? text.charAt(at) : (words[pair + 1] ?? "");
    parts.push(part);
    length += part.length;
    budget.checkLength(length, "[string map …]");
    at += pair < 0 ? 1 : (words[pair]?.length ?? 1);
  }
  return parts.join("");
}
