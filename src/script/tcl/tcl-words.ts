/**
 * Tcl's rules of words (Tcl(n), the twelve rules of syntax), without running anything: commands, words, and what a word says. A dollar
 * sign and a bracket stay what they are written as, because only Nuke knows what they stand for.
 */

export interface TclWord {
  /** Offset of its first character, quotes and braces included. */
  readonly start: number;
  /** Offset after its last one. */
  readonly end: number;
  readonly kind: "bare" | "quoted" | "braced" | "unclosed";
}

/** Failed searches for a closing character after which searching stops: broken text must not take quadratic time. */
export const MOST_MISSES = 64;

export interface Budget {
  misses: number;
}

const [tab, newline, verticalTab, formFeed, carriage, space] = [9, 10, 11, 12, 13, 32];
const [quote, hash, semicolon, openBracket, backslash, closeBracket, openBrace, closeBrace] = [
  34, 35, 59, 91, 92, 93, 123, 125,
];

/**
 * Hands over the words of each command between two offsets of a text. A word whose brace or quote is not closed there is that one
 * character, of kind `unclosed`, and what follows it is read on.
 */
export function readCommands(
  text: string,
  start: number,
  end: number,
  take: (words: TclWord[]) => void,
): void {
  let at = start;
  const budget: Budget = { misses: 0 };
  while (at < end) {
    const { words, next } = readCommand(text, at, end, budget);
    if (words.length > 0) take(words);
    at = next;
  }
}

/** One command, or the blanks, line ends and comments before the next one (no words). `next` is where to read on. */
export function readCommand(
  text: string,
  start: number,
  end: number,
  budget: Budget,
): { words: TclWord[]; next: number } {
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (isBlank(code) || isNewline(code) || code === semicolon) at++;
    else if (code === backslash && isNewline(text.charCodeAt(at + 1))) at = afterEscape(text, at);
    else break;
  }
  if (at < end && text.charCodeAt(at) === hash) return { words: [], next: commentEnd(text, at, end) };
  return readWords(text, at, end, budget);
}

/** The words up to the end of the command they belong to, or of the text. `next` is where to read on. */
export function readWords(
  text: string,
  start: number,
  end: number,
  budget: Budget,
): { words: TclWord[]; next: number } {
  const words: TclWord[] = [];
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (isNewline(code) || code === semicolon) break;
    const word = readWord(text, at, end, budget);
    words.push(word);
    at = skipBlanks(text, word.end, end);
  }
  return { words, next: at };
}

/** What a word says: braces as they are, else with Tcl's backslashes resolved. Line ends are `\n`, as Tcl reads files. */
export function substitute(text: string, { start, end, kind }: TclWord): string {
  const inner =
    kind === "braced" || kind === "quoted" ? text.slice(start + 1, end - 1) : text.slice(start, end);
  return decodeText(inner, kind === "braced");
}

/** The same for text whose braces or quotes have been taken off. */
export function decodeText(text: string, braced: boolean): string {
  const value = text.includes("\r") ? text.replaceAll(/\r\n?/gu, "\n") : text;
  if (!value.includes("\\")) return value;
  return braced ? foldLines(value) : resolveEscapes(value);
}

function readWord(text: string, start: number, end: number, budget: Budget): TclWord {
  const code = text.charCodeAt(start);
  if (code === openBrace || code === quote) {
    const search = code === openBrace ? closingBrace : closingQuote;
    const close = budget.misses < MOST_MISSES ? search(text, start, end, budget) : -1;
    if (close < 0) {
      budget.misses++;
      return { start, end: start + 1, kind: "unclosed" };
    }
    return { start, end: close + 1, kind: code === openBrace ? "braced" : "quoted" };
  }
  return { start, end: bareEnd(text, start, end, budget), kind: "bare" };
}

/** Offset of the brace that closes the one at `start`; -1 when there is none before `end`. */
function closingBrace(text: string, start: number, end: number): number {
  let depth = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) at++;
    else if (code === openBrace) depth++;
    else if (code === closeBrace && --depth === 0) return at;
  }
  return -1;
}

/** Offset of the quote that closes the one at `start`. Brackets may hold their own quotes; unclosed brackets are text. */
function closingQuote(text: string, start: number, end: number, budget: Budget): number {
  for (let at = start + 1; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) {
      at++;
    } else if (code === quote) {
      return at;
    } else if (code === openBracket) {
      const close = closingBracket(text, at, end, budget);
      if (close >= 0) at = close;
    }
  }
  return -1;
}

/** How far a bracket is followed, in characters. */
const BRACKET_REACH = 65_536;

/** Offset of the bracket that closes the one at `start`; -1 when there is none. Quotes and braces inside are words of the command in it. */
function closingBracket(text: string, start: number, end: number, budget: Budget): number {
  if (budget.misses >= MOST_MISSES) return -1;
  const reach = Math.min(end, start + BRACKET_REACH);
  let depth = 0;
  let trusted = true;
  for (let at = start; at < reach; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) {
      at++;
    } else if (code === openBracket) {
      depth++;
    } else if (code === closeBracket) {
      if (--depth === 0) return at;
    } else if (trusted && (code === quote || code === openBrace) && beginsWord(text, at)) {
      const close = code === quote ? plainQuote(text, at, reach) : closingBrace(text, at, reach);
      if (close >= 0) at = close;
      else trusted = false;
    }
  }
  budget.misses++;
  return -1;
}

/** The next quote that is not escaped. */
function plainQuote(text: string, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) at++;
    else if (code === quote) return at;
  }
  return -1;
}

function beginsWord(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  return isBlank(before) || isNewline(before) || before === semicolon || before === openBracket;
}

function bareEnd(text: string, start: number, end: number, budget: Budget): number {
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (isBlank(code) || isNewline(code) || code === semicolon) return at;
    if (code === backslash) {
      // A backslash before a line end parts words.
      if (isNewline(text.charCodeAt(at + 1))) return at === start ? at + 1 : at;
      at += 2;
    } else if (code === openBracket) {
      const close = closingBracket(text, at, end, budget);
      at = close < 0 ? at + 1 : close + 1;
    } else {
      at++;
    }
  }
  return end;
}

/** Behind blanks, and line ends that a backslash makes blanks. */
export function skipBlanks(text: string, start: number, end = text.length): number {
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (isBlank(code)) at++;
    else if (code === backslash && isNewline(text.charCodeAt(at + 1))) at = afterEscape(text, at);
    else break;
  }
  return at;
}

/** The end of the line, but for line ends that are escaped. */
export function commentEnd(text: string, start: number, end = text.length): number {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) at = afterEscape(text, at) - 1;
    else if (isNewline(code)) return at;
  }
  return end;
}

/** Behind a backslash and what it escapes, a line end of two characters too. */
export function afterEscape(text: string, at: number): number {
  const code = text.charCodeAt(at + 1);
  const isLong =
    (code === carriage && text.charCodeAt(at + 2) === newline) || (code >= 0xd800 && code <= 0xdbff);
  return Math.min(text.length, at + (isLong ? 3 : 2));
}

/** In braces only a backslash before a line end means anything: with the blanks after it, it is one blank. */
function foldLines(text: string): string {
  if (!text.includes("\\\n")) return text;
  return text.replaceAll(/\\(?:\n[ \t]*|[^])/gu, (found) => (found.startsWith("\\\n") ? " " : found));
}

const letters: Record<string, string> = { a: "\u0007", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

function resolveEscapes(text: string): string {
  return text.replaceAll(
    /\\(?:\n[ \t]*|x[\dA-Fa-f]{1,2}|u[\dA-Fa-f]{1,4}|U[\dA-Fa-f]{1,8}|[0-3][0-7]{0,2}|[4-7][0-7]?|[^])/gu,
    (found) => {
      const [, kind = ""] = found;
      if (kind === "\n") return " ";
      if (found.length > 2 && "xuU".includes(kind)) return characterOf(Number.parseInt(found.slice(2), 16));
      if (kind >= "0" && kind <= "7") return String.fromCodePoint(Number.parseInt(found.slice(1), 8));
      return letters[kind] ?? found.slice(1);
    },
  );
}

function characterOf(code: number): string {
  return code > 0x10_ff_ff ? "\uFFFD" : String.fromCodePoint(code);
}

export function isBlank(code: number): boolean {
  return code === space || code === tab || code === formFeed || code === verticalTab;
}

export function isNewline(code: number): boolean {
  return code === newline || code === carriage;
}
