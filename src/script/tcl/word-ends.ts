/** Where a word, a comment or the blanks between words end, as far as no search for it may fail too often. */
import { isNameCode } from "./body-scan.ts";
import { afterEscape, isBlank, isNewline } from "./tcl-words.ts";

/** How far a bracket is followed. */
export const BRACKET_REACH = 65_536;

const [openBracket, backslash, closeBracket] = [91, 92, 93];
const [openBrace, closeBrace] = [123, 125];

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
