/**
 * Where the commands of a script begin and end, by Tcl's rules of words. The same rules as the grammar for editors
 * (syntaxes/tree-sitter-nk/src/scanner.c), which a test holds against this.
 */
import { isNameCode } from "./body-scan.ts";
import { afterEscape, commentEnd, isBlank, isNewline, skipBlanks } from "./tcl-words.ts";
import { BRACKET_REACH, braceEnd, braceRunEnd, bracketEnd, isWord } from "./word-ends.ts";

/** What a command is at first sight. A crowded node has words after its body; a broken node's brace is never closed. */
export type CommandType = "comment" | "stray" | "command" | "node" | "crowded" | "broken";

/** How many searches for an end may fail: broken text must not take quadratic time. */
export const MOST_FAILED = 16;

const [newline, space, quote, hash, semicolon, openBracket, backslash, closeBracket] = [
  10, 32, 34, 35, 59, 91, 92, 93,
];
const [openBrace, closeBrace] = [123, 125];

/** Commands of Nuke's and Tcl's own whose braces hold no knobs. */
const rawCommands: ReadonlySet<string> = new Set(
  (
    "add_layer define_window_layout define_window_layout_xml set push version stack if for foreach while proc expr eval catch load switch " +
    "global return python knob knobs menu addmenu puts package namespace variable unset lappend append array string list source add_view"
  ).split(" "),
);

/** Goes from command to command. */
export class CommandScanner {
  readonly #text: string;
  #at: number;
  /** Searches that found no end; after MOST_FAILED, searching stops. */
  failed: number;
  type: CommandType = "command";
  start = 0;
  end = 0;
  /** Blanks before the command, at most 255. */
  #indent = 0;

  constructor(text: string, at = 0, failed = 0) {
    this.#text = text;
    this.#at = at;
    this.failed = failed;
  }

  /** Goes to the next command: `type`, `start` and `end` are its. False at the end of the text. */
  next(): boolean {
    const text = this.#text;
    let indent = 0;
    // Blanks after a semicolon indent nothing.
    let isBehind = false;
    let at = this.#at;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (isBlank(code)) {
        if (indent < 255 && !isBehind) indent++;
      } else if (isNewline(code)) indent = 0;
      else if (code === semicolon) {
        isBehind = true;
        indent = 0;
      } else if (code === backslash && isNewline(text.charCodeAt(at + 1))) at = afterEscape(text, at) - 1;
      else break;
    }
    this.start = at;
    if (at >= text.length) {
      this.#at = at;
      return false;
    }
    this.#indent = indent;
    const code = text.charCodeAt(at);
    if (code === hash) {
      this.type = "comment";
      this.#at = this.end = commentEnd(text, at + 1);
    } else if (code === closeBrace) {
      this.type = "stray";
      this.#at = this.end = braceRunEnd(text, at + 1, closeBrace);
    } else this.#command(at);
    return true;
  }

  get #maySearch(): boolean {
    return this.failed < MOST_FAILED;
  }

  #fail(): void {
    if (this.failed < MOST_FAILED) this.failed++;
  }

  #command(start: number): void {
    const text = this.#text;
    let [at, isRaw] = this.#name(start);
    let type: CommandType = "command";
    this.end = at;
    for (;;) {
      at = skipBlanks(text, at);
      const code = at < text.length ? text.charCodeAt(at) : newline;
      if (isNewline(code) || code === semicolon) break;
      if (code === openBrace && !isRaw && type === "command") {
        const body = this.#body(at + 1);
        type = body.closed ? "node" : "broken";
        at = body.end;
      } else {
        if (type === "node") type = "crowded";
        at = code === openBrace || code === quote ? this.#enclosed(at) : this.#bare(at);
      }
      this.end = at;
    }
    this.type = type;
    this.#at = at;
  }

  /** The end of a command's first word, and whether its braces are taken as they are. */
  #name(start: number): [end: number, isRaw: boolean] {
    const text = this.#text;
    const first = text.charCodeAt(start);
    if (first === openBrace || first === quote) {
      const search = this.#maySearch;
      const end = this.#enclosed(start);
      return [!search && first === openBrace ? braceRunEnd(text, end, first) : end, true];
    }
    let at = start;
    while (isWord(text.charCodeAt(at))) at++;
    const next = at < text.length ? text.charCodeAt(at) : newline;
    if (!isBlank(next) && !isNewline(next) && next !== semicolon) return [this.#bare(at), false];
    return [at, rawCommands.has(text.slice(start, at))];
  }

  /** After a word in braces or quotes; where it never closes, after its first character, so that what follows is still read. */
  #enclosed(start: number): number {
    if (!this.#maySearch) return start + 1;
    const text = this.#text;
    const end = text.charCodeAt(start) === openBrace ? braceEnd(text, start + 1) : this.#quoteEnd(start + 1);
    if (end >= 0) return end;
    this.#fail();
    return start + 1;
  }

  /** The first plain quote, or, if brackets hold their own quotes, the one after them. */
  #quoteEnd(start: number): number {
    const text = this.#text;
    let end = -1;
    let brackets = 0;
    let reach = BRACKET_REACH;
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === backslash) {
        at = afterEscape(text, at) - 1;
        continue;
      }
      if (code === openBracket) brackets++;
      else if (code === closeBracket && brackets > 0) brackets--;
      else if (code === quote) {
        if (brackets === 0) return at + 1;
        if (end < 0) end = at + 1;
      }
      if (end >= 0 && --reach === 0) break;
    }
    if (end >= 0) this.#fail();
    return end;
  }

  /** Behind a bare word: to the next blank, line end or semicolon that is not escaped or in brackets. */
  #bare(start: number): number {
    const text = this.#text;
    let at = start;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (isBlank(code) || isNewline(code) || code === semicolon) break;
      if (code === backslash) {
        // A backslash before a line end parts words.
        if (isNewline(text.charCodeAt(at + 1))) break;
        at = afterEscape(text, at);
      } else if (code === openBracket && this.#maySearch) {
        const close = bracketEnd(text, at + 1);
        if (close >= 0) at = close;
        else {
          // The word ends after it, and the rest is read as words.
          this.#fail();
          return at + 1;
        }
      } else at++;
    }
    return Math.min(at, text.length);
  }

  /** Behind a body: by Tcl's count, or, where that never comes out, where it seems to have ended. */
  #body(start: number): { end: number; closed: boolean } {
    const text = this.#text;
    let depth = 1;
    /** Where it ends should its brace never close; settled once a line shows that it had ended. */
    let end = text.length;
    let found = false;
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === openBrace) depth++;
      else if (code === closeBrace) {
        if (--depth === 0) return { end: at + 1, closed: true };
      } else if (code === backslash) at = afterEscape(text, at) - 1;
      else if (code === newline && !found) {
        const shown = this.#endsAt(at + 1);
        if (shown === null) continue;
        found = true;
        end = shown.closes ? shown.at + 1 : at;
        // Its own brace belongs to it, and may be the one that closes it.
        if (shown.closes && depth === 1) return { end, closed: true };
        if (!this.#maySearch) return { end, closed: false };
      }
    }
    this.#fail();
    return { end, closed: false };
  }

  /** Whether a line of a body shows that the body ended before it, or, with its own brace (`closes`), at it. */
  #endsAt(line: number): { at: number; closes: boolean } | null {
    const text = this.#text;
    let at = line;
    while (isBlank(text.charCodeAt(at))) at++;
    if (at - line > this.#indent || at >= text.length) return null;
    const first = text.charCodeAt(at);
    if (first === closeBrace) return { at, closes: true };
    if (!isWord(first)) return null;
    const start = at;
    while (isNameCode(text.charCodeAt(at))) at++;
    const next = at < text.length ? text.charCodeAt(at) : newline;
    const name = text.slice(start, Math.min(at, start + 16));
    const seems =
      name === "end_group"
        ? isNewline(next)
        : next === space && (name === "push" || name === "set" || this.#opensNode(first, at + 1));
    return seems ? { at: start, closes: false } : null;
  }

  #opensNode(first: number, at: number): boolean {
    const behind = at + 1 < this.#text.length ? this.#text.charCodeAt(at + 1) : newline;
    return first >= 65 && first <= 90 && this.#text.charCodeAt(at) === openBrace && isNewline(behind);
  }
}
