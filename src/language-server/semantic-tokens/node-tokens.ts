/** The semantic tokens of a node: its class, its name, and the code in its knobs. */
import { scanBody } from "../../script/tcl/body-scan.ts";
import type { ScriptNode } from "../../script/script-node.ts";
import { type TclWord, readWords } from "../../script/tcl/tcl-words.ts";
import { embeddedCode, isPythonKnob } from "./embedded-code.ts";
import { bracedExpressions, bracketTokens, expressionTokens } from "./expression-tokens.ts";
import { pythonTokens } from "./python-tokens.ts";
import { knobName, perNode, valueWords } from "../core/positions.ts";
import { type TakeToken, tokenTypes } from "./legend.ts";

/** Numbers of one token: lines from the node's first, column (on that line, from the node's start), length, type, modifiers. */
export const TOKEN_SIZE = 5;

/** Tokens lie on one line each, as the protocol wants them. */
export const nodeTokens = perNode((text, node): Uint32Array => {
  const numbers: number[] = [];
  const { start } = node.place;
  let at = start;
  let line = 0;
  let lineStart = start;
  /** Where the last token ends: none may begin before. */
  let end = start;
  const goTo = (offset: number): void => {
    for (; at < offset; at++) {
      const code = text.charCodeAt(at);
      if (code !== 10 && (code !== 13 || text.charCodeAt(at + 1) === 10)) continue;
      line++;
      lineStart = at + 1;
    }
  };
  readTokens(text, node, (from, to, type, declares = false) => {
    if (from < end || to <= from) return;
    end = to;
    const kind = tokenTypes.indexOf(type);
    const put = (pieceStart: number, length: number): void => {
      if (length === 0) return;
      goTo(pieceStart);
      numbers.push(line, pieceStart - lineStart, length, kind, declares ? 1 : 0);
    };
    // Only strings and the like go over lines.
    const written = text.slice(from, to);
    if (!/[\n\r]/u.test(written)) {
      put(from, to - from);
      return;
    }
    for (const { 0: piece, index } of written.matchAll(/[^\n\r]+/gu)) put(from + index, piece.length);
  });
  return Uint32Array.from(numbers);
});

function readTokens(text: string, node: ScriptNode, take: TakeToken): void {
  const { start, end } = node.body;
  const [first = ""] = node.head;
  headTokens(text, node, take);
  /** Buttons of the user's own, whose value is Python. */
  let buttons: Set<string> | null = null;
  scanBody(text, start, end, (nameStart, nameEnd, valueStart, valueEnd) => {
    if (valueEnd === valueStart) return;
    const name = knobName(text, nameStart, nameEnd);
    if (name === "name" && first !== "Root") take(valueStart, valueEnd, "function", true);
    else if (name === "addUserKnob") {
      const button = buttonTokens(text, valueStart, valueEnd, take);
      if (button !== null) (buttons ??= new Set()).add(button);
    } else if (isPythonKnob(name) || buttons?.has(name) === true) {
      const words = valueWords(text, valueStart, valueEnd);
      const [word] = words;
      if (word && words.length === 1) wordPython(text, word, take);
    } else if (/^(?:temp_)?expr\d$/u.test(name)) {
      expressionTokens(text, ...inner(text, valueStart, valueEnd), take);
    } else if (text.charCodeAt(valueStart) === 123) {
      bracedExpressions(text, valueStart, valueEnd, take);
    } else {
      bracketTokens(text, valueStart, valueEnd, take);
    }
  });
}

/** `Grade {`, or `clone $C1 {` and `clone node1|Read|7 Read {`. */
function headTokens(text: string, node: ScriptNode, take: TakeToken): void {
  const { words } = readWords(text, node.place.start, node.body.start - 1, { misses: 0 });
  const [first, which, classOfClone] = words;
  if (!first) return;
  if (node.head[0] !== "clone") {
    take(first.start, first.end, "class");
    return;
  }
  take(first.start, first.end, "keyword");
  if (which) take(which.start, which.end, "variable");
  if (classOfClone) take(classOfClone.start, classOfClone.end, "class");
}

/** The Python of `addUserKnob {22 name l Label T "…"}`; returns the button's name. */
function buttonTokens(text: string, start: number, end: number, take: TakeToken): string | null {
  if (!text.startsWith("{22 ", start)) return null;
  const { words } = readWords(text, start + 1, end - 1, { misses: 0 });
  const flag = words.findIndex((word, index) => index > 1 && text.slice(word.start, word.end) === "T");
  const code = flag < 0 ? undefined : words[flag + 1];
  if (code) wordPython(text, code, take);
  const [, name] = words;
  return name ? text.slice(name.start, name.end) : null;
}

function wordPython(text: string, { start, end, kind }: TclWord, take: TakeToken): void {
  if (kind === "unclosed") return;
  const enclosed = kind === "bare" ? 0 : 1;
  pythonTokens(embeddedCode(text, start + enclosed, end - enclosed, kind !== "braced"), take);
}

/** Without quotes and braces. */
function inner(text: string, start: number, end: number): [number, number] {
  const enclosed = end - start > 1 && /["{]/u.test(text.charAt(start)) ? 1 : 0;
  return [start + enclosed, end - enclosed];
}
