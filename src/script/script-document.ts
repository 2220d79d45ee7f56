import { type NkParser, loadParser } from "./parser.ts";
import { LineCounter, StatementReader, countLines } from "./read-statements.ts";
import { type Script, scriptFrom, sourceOf } from "./script.ts";
import type { Source } from "./place.ts";
import type { Statement } from "./statement.ts";
import { StringPool } from "./string-pool.ts";

/** One change of a text: what stood between two offsets of the text before it is this now. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Characters read again around an edit, at first; more where that does not meet what was there before. */
const WINDOW = 16_384;
/** As many that never close, and the reader soon stops searching (MOST_MISSES in scanner.c): from then on all of the text counts. */
const MOST_OPEN = 8;

/**
 * A script that is being edited. Keeps its statements, and after an edit reads again those that it touched: tree-sitter's own reuse of a
 * tree takes time with the number of commands at its top level, because it cannot reuse parts of a repetition, and a script is little else.
 * Its `Script` is true until the next edit.
 */
export class ScriptDocument {
  readonly #parser: NkParser;
  readonly #pool = new StringPool();
  #source: Source;
  #statements: Statement[] = [];
  #script: Script | null = null;
  /** Offsets between which the text is not what the statements were read from; null when it is. */
  #dirty: { start: number; end: number; marks: boolean } | null = null;

  constructor(parser: NkParser, text: string) {
    this.#parser = parser;
    this.#source = sourceOf(text);
    this.replace(text);
  }

  static async open(text: string): Promise<ScriptDocument> {
    return new ScriptDocument(await loadParser(), text);
  }

  get text(): string {
    return this.#source.text;
  }

  /** Takes an edit over; what it means is read when somebody asks. `after`: the whole text after it. */
  edit({ start, end, text }: TextEdit, after: string): void {
    const newEnd = start + text.length;
    const before = this.#source.text;
    const characters = newEnd - end;
    // A CR at the edge of the edit may join or leave an LF.
    const from = Math.max(0, start - 1);
    const lines =
      countLines(after, from, Math.min(after.length, newEnd + 1)) -
      countLines(before, from, Math.min(before.length, end + 1));
    // What the edit touches is read again; until then only the order has to be right.
    for (const { place } of touched(this.#statements, start, end)) {
      place.start = Math.min(place.start, start);
      place.end = Math.max(place.start, place.end + characters);
    }
    for (let index = firstAfter(this.#statements, end); index < this.#statements.length; index++)
      this.#statements[index]?.place.move(characters, lines);
    const marks = canClose.test(text) || canClose.test(before.slice(start, end));
    this.#source.text = after;
    if (text.includes("\r") || !this.#source.onlyLineFeeds)
      this.#source.onlyLineFeeds = sourceOf(after).onlyLineFeeds;
    const dirty = this.#dirty ?? { start, end: newEnd, marks };
    this.#dirty = {
      start: Math.min(dirty.start, start),
      end: Math.max(dirty.end > end ? dirty.end + characters : dirty.end, newEnd),
      marks: dirty.marks || marks,
    };
    this.#script = null;
  }

  /** Another text altogether. */
  replace(text: string): void {
    this.#source = sourceOf(text);
    this.#statements = [];
    this.#dirty = { start: 0, end: text.length, marks: true };
    this.#script = null;
  }

  get script(): Script {
    if (this.#dirty) this.#readAgain(this.#dirty);
    this.#dirty = null;
    this.#script ??= scriptFrom(this.#source, this.#statements);
    return this.#script;
  }

  /** Puts new statements in place of those that were edited or may be read differently now. */
  #readAgain({ start, end, marks }: { start: number; end: number; marks: boolean }): void {
    const statements = this.#statements;
    // One more before it: what the edit stands behind may belong to it now.
    let first = Math.max(0, firstAfter(statements, start) - 2);
    // What never closed has looked at everything behind it, and may close now.
    if (marks) {
      const open = statements.filter(isOpen);
      if (open.length >= MOST_OPEN) first = 0;
      else if (open[0]) first = Math.min(first, statements.indexOf(open[0]));
    }
    const place = first === 0 ? null : statements[first]?.place;
    const from = place ? lineStart(this.#source.text, place.start) : 0;
    for (let size = WINDOW; ; size *= 4) {
      const to = Math.min(this.#source.text.length, Math.max(end, from) + size);
      const read = this.#readWindow(from, to, end, place?.line ?? 1);
      if (read === null) continue;
      // Not one splice: a whole script's statements are more than a call takes arguments.
      if (first === 0 && read.last >= statements.length) this.#statements = read.fresh;
      else if (read.fresh.length < 10_000) statements.splice(first, read.last - first, ...read.fresh);
      else this.#statements = [...statements.slice(0, first), ...read.fresh, ...statements.slice(read.last)];
      return;
    }
  }

  /** Statements from one offset until they are again those that were there before; null where that cannot be told before the end. */
  #readWindow(
    from: number,
    to: number,
    dirtyEnd: number,
    line: number,
  ): { fresh: Statement[]; last: number } | null {
    const { text } = this.#source;
    const statements = this.#statements;
    const whole = to === text.length;
    const tree = this.#parser.parse(from === 0 && whole ? text : text.slice(from, to));
    const reader = new StatementReader(
      this.#source,
      new LineCounter(this.#source, from, line),
      (word) => this.#pool.keep(word),
      from,
    );
    const fresh: Statement[] = [];
    let last = firstAfter(statements, dirtyEnd);
    const cursor = tree.walk();
    try {
      for (let more = cursor.gotoFirstChild(); more; more = cursor.gotoNextSibling()) {
        const at = from + cursor.startIndex;
        if (at > dirtyEnd) {
          // From the first old statement that still begins where one is read, all are as they were.
          while ((statements[last]?.place.start ?? Infinity) < at) last++;
          if (statements[last]?.place.start === at) return { fresh, last };
        }
        // What reaches the end of the window may go on behind it, and what never closes has looked for its end there.
        if (!whole && from + cursor.endIndex >= to) return null;
        const statement = reader.read(cursor);
        if (!statement) continue;
        if (!whole && isOpen(statement)) return null;
        fresh.push(statement);
      }
      return whole ? { fresh, last: statements.length } : null;
    } finally {
      cursor.delete();
      tree.delete();
    }
  }
}

/** Characters that may open or close something, or begin a line. */
const canClose = /[{}"[\]\\\n\r;#]/u;

/** Whether it, or a word in it, never closes. */
function isOpen(statement: Statement): boolean {
  if (statement.kind === "stray") return false;
  return statement.kind === "command"
    ? statement.unclosed.length > 0
    : statement.unended || statement.node.unclosed.length > 0;
}

/** Offset of the blanks before a statement that begins a line. */
function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && " \t\f\v".includes(text.charAt(at - 1))) at--;
  return at === 0 || /[\n\r]/u.test(text.charAt(at - 1)) ? at : offset;
}

/** Index of the first statement that begins at or behind an offset. */
function firstAfter(statements: readonly Statement[], offset: number): number {
  let low = 0;
  let high = statements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((statements[middle]?.place.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The statements that begin before the end of an edit and end behind its start. */
function touched(statements: readonly Statement[], start: number, end: number): Statement[] {
  const found: Statement[] = [];
  for (let index = firstAfter(statements, end) - 1; index >= 0; index--) {
    const statement = statements[index];
    if (!statement || statement.place.end < start) break;
    found.push(statement);
  }
  return found;
}
