/** Where a word, a comment or the blanks between words end, as far as no search for it may fail too often. */
import { isNameCode } from "./body-scan.ts";
import { isBlank, isNewline } from "./tcl-words.ts";

/** How far a bracket is followed. */
export const BRACKET_REACH = 65_536;

const [newline, carriage, openBracket, backslash, closeBracket] = [10, 13, 91, 92, 93];
const [openBrace, closeBrace] = [123, 125];

/** Behind a backslash and what it escapes, a line end of two characters too. */
export function afterEscape(text: string, at: number): number {
  const code = text.charCodeAt(at + 1);
  const isLong =
    (code === carriage && text.charCodeAt(at + 2) === newline) || (code >= 0xd800 && code <= 0xdbff);
  return Math.min(text.length, at + (isLong ? 3 : 2));
}

/** Behind blanks, and line ends that a backslash makes blanks. */
export function skipBlanks(text: string, start: number): number {
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (isBlank(code)) at++;
    else if (code === backslash && isNewline(text.charCodeAt(at + 1))) at = afterEscape(text, at);
    else return at;
  }
}

/** The end of the line, but for line ends that are escaped. */
export function commentEnd(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) at = afterEscape(text, at) - 1;
    else if (isNewline(code)) return at;
  }
  return text.length;
}

/** Behind the braces that follow one that belongs to nothing, and the blanks and line ends in between. */
export function braceRunEnd(text: string, start: number, brace: number): number {
  let end = start;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === brace) end = at + 1;
    else if (!isBlank(code) && !isNewline(code)) break;
  }
  return end;
}

/** Behind the brace that closes; negative where none does. */
export function braceEnd(text: string, start: number): number {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === openBrace) depth++;
    else if (code === closeBrace && --depth === 0) return at + 1;
    else if (code === backslash) at = afterEscape(text, at) - 1;
  }
  return -1;
}

/** Behind the bracket that closes; negative where none does within reach. */
export function bracketEnd(text: string, start: number): number {
  let open = 1;
  let at = start;
  for (let taken = 0; taken < BRACKET_REACH && at < text.length; taken++) {
    const code = text.charCodeAt(at);
    if (code === backslash) at = afterEscape(text, at);
    else {
      // Half of a pair is no character of its own.
      if (code >= 0xd800 && code <= 0xdbff) at++;
      at++;
      if (code === openBracket) open++;
      else if (code === closeBracket && --open === 0) return at;
    }
  }
  return -1;
}

/** Whether a character may stand in the plain first word of a command. */
export function isWord(code: number): boolean {
  return isNameCode(code) && code !== 46;
}
