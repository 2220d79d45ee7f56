/** Nuke's expressions, and the Tcl in brackets that values may hold. */
import { embeddedCode } from "./embedded-code.ts";
import { pythonTokens } from "./python-tokens.ts";
import type { TakeToken } from "./legend.ts";

/** Longer than this, it is data. */
const LONGEST = 20_000;

/** Commands by which brackets are known to be Tcl: in labels and code there are others. */
const commands = new Set(
  "value knob file getenv lindex lrange llength split join string format python metadata argv expr expression regsub regexp if return set date stack numvalue topnode knobs exists clock lsearch lappend foreach catch class".split(
    " ",
  ),
);

/** The elements of `{{…} {…}}` that are expressions; curves and lists of words are not. */
export function bracedExpressions(text: string, start: number, end: number, take: TakeToken): void {
  let depth = 0;
  let opened = start;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 123) {
      depth++;
      if (depth === 2) opened = at + 1;
    } else if (code === 125) {
      if (depth === 2 && isExpression(text, opened, at)) expressionTokens(text, opened, at, take);
      depth--;
    }
  }
}

function isExpression(text: string, start: number, end: number): boolean {
  if (end - start > LONGEST || /^\s*(?:curve|default)\b/u.test(text.slice(start, start + 40))) return false;
  const inner = text.slice(start, end);
  if (!/[A-Za-z_]/u.test(inner)) return false;
  // Two words side by side, which no operator joins, are a list.
  return inner.includes("[") || (!/[{}]/u.test(inner) && !/[\w.)"]\s+[\w("]/u.test(inner));
}

const part =
  /(?<tcl>\\?\[)|(?<string>\\?"[^"]*")|(?<number>(?<![\w.])(?:0x[\da-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+))|(?<name>[A-Za-z_]\w*(?:\.\w+)*)|(?<operator>[!%&*+\-/:<=>?^|~]+)/gu;

/** An expression: functions, knobs, numbers, operators. */
export function expressionTokens(text: string, start: number, end: number, take: TakeToken): void {
  if (end - start > LONGEST) return;
  const written = text.slice(start, end);
  let skip = 0;
  for (const { 0: found, index, groups = {} } of written.matchAll(part)) {
    if (index < skip) continue;
    const at = start + index;
    const behind = index + found.length;
    if (groups.tcl !== undefined) skip = commandTokens(text, start + behind, end, take) - start;
    else if (groups.string !== undefined) take(at, start + behind, "string");
    else if (groups.number !== undefined) take(at, start + behind, "number");
    else if (groups.operator !== undefined) take(at, start + behind, "operator");
    else if (/^\s*\(/u.test(written.slice(behind, behind + 4))) take(at, start + behind, "function");
    else take(at, start + behind, found.includes(".") ? "property" : "variable");
  }
}

/** Tcl in the brackets of a text. */
export function bracketTokens(text: string, start: number, end: number, take: TakeToken): void {
  if (end - start > LONGEST) return;
  for (let at = text.slice(start, end).indexOf("[") + start; at >= start && at < end;) {
    const behind = commandTokens(text, at + 1, end, take);
    const next = text.slice(behind, end).indexOf("[");
    if (next < 0) return;
    at = behind + next;
  }
}

/** Brackets in brackets that are read. */
const DEEPEST = 100;

/** One command from after its bracket on; returns the offset after the part that was read. */
function commandTokens(text: string, start: number, end: number, take: TakeToken, depth = 0): number {
  const name = /^\s*([A-Za-z_]\w*)(?=[\s\]]|\\\])/u.exec(text.slice(start, Math.min(end, start + 60)));
  if (depth > DEEPEST || !name?.[1] || !commands.has(name[1])) return start;
  const nameEnd = start + name[0].length;
  take(nameEnd - name[1].length, nameEnd, "function");
  if (name[1] === "python") {
    const close = closing(text, nameEnd, end);
    pythonTokens(embeddedCode(text, nameEnd, close, true), take);
    return close;
  }
  let at = nameEnd;
  while (at < end) {
    const rest = text.slice(at, Math.min(end, at + 300));
    if (rest.startsWith("]")) return at + 1;
    if (rest.startsWith("[")) {
      at = commandTokens(text, at + 1, end, take, depth + 1);
      continue;
    }
    const word = /^-?[A-Za-z_][\w.]*|^-?[\d.]+/u.exec(rest)?.[0];
    if (word === undefined) {
      at++;
      continue;
    }
    take(
      at,
      at + word.length,
      /^-?[\d.]+$/u.test(word) ? "number" : word.includes(".") ? "property" : "variable",
    );
    at += word.length;
  }
  return end;
}

/** Offset of the bracket that ends what begins after one. */
function closing(text: string, start: number, end: number): number {
  let depth = 1;
  for (let at = start; at < end; at++) {
    const character = text.charAt(at);
    if (character === "[") depth++;
    else if (character === "]" && --depth === 0) return at;
  }
  return end;
}
