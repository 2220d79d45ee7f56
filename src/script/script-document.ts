import { Edit, type Point, type Tree } from "web-tree-sitter";
import { type NkParser, loadParser } from "./parser.ts";
import { LineCounter, StatementReader, countLines, readAll } from "./read-statements.ts";
import { type Script, scriptFrom, sourceOf } from "./script.ts";
import type { Source, Statement } from "./statement.ts";
import { StringPool } from "./string-pool.ts";

/** One change of a text, in the text before it; rows and columns from 0. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly startPoint: Point;
  readonly endPoint: Point;
  readonly text: string;
}

/**
 * A script that is being edited. Keeps its tree and its statements, and after an edit reads again what the edit touched. Its `Script` is
 * true until the next edit. Dispose it: its tree lies in WebAssembly's memory, which nobody collects.
 */
export class ScriptDocument implements Disposable {
  readonly #parser: NkParser;
  readonly #pool = new StringPool();
  #source: Source;
  #tree: Tree;
  #statements: Statement[];
  #script: Script | null = null;
  /** Offsets between which the text is not what the tree was read from; null when it is. */
  #dirty: { start: number; end: number } | null = null;

  constructor(parser: NkParser, text: string) {
    this.#parser = parser;
    this.#source = sourceOf(text);
    this.#tree = parser.parse(text);
    this.#statements = readAll(this.#tree, this.#reader(0, 1));
  }

  static async open(text: string): Promise<ScriptDocument> {
    return new ScriptDocument(await loadParser(), text);
  }

  get text(): string {
    return this.#source.text;
  }

  /** Takes an edit over; what it means is read when somebody asks. `after`: the whole text after it. */
  edit({ start, end, startPoint, endPoint, text }: TextEdit, after: string): void {
    const newEnd = start + text.length;
    this.#tree.edit(
      new Edit({
        startIndex: start,
        oldEndIndex: end,
        newEndIndex: newEnd,
        startPosition: startPoint,
        oldEndPosition: endPoint,
        newEndPosition: endOf(startPoint, text),
      }),
    );
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
    this.#source.text = after;
    if (text.includes("\r") || !this.#source.onlyLineFeeds)
      this.#source.onlyLineFeeds = sourceOf(after).onlyLineFeeds;
    const dirty = this.#dirty ?? { start, end: newEnd };
    this.#dirty = {
      start: Math.min(dirty.start, start),
      end: Math.max(dirty.end > end ? dirty.end + characters : dirty.end, newEnd),
    };
    this.#script = null;
  }

  /** Another text altogether. */
  replace(text: string): void {
    this.#tree.delete();
    this.#source = sourceOf(text);
    this.#tree = this.#parser.parse(text);
    this.#statements = readAll(this.#tree, this.#reader(0, 1));
    this.#dirty = null;
    this.#script = null;
  }

  get script(): Script {
    if (this.#dirty) this.#readAgain(this.#dirty);
    this.#script ??= scriptFrom(this.#source, this.#statements);
    return this.#script;
  }

  [Symbol.dispose](): void {
    this.#tree.delete();
  }

  #reader(at: number, line: number): StatementReader {
    return new StatementReader(this.#source, new LineCounter(this.#source, at, line), (text) =>
      this.#pool.keep(text),
    );
  }

  /** Puts new statements in place of those that were edited or are read differently now. */
  #readAgain(dirty: { start: number; end: number }): void {
    const old = this.#tree;
    this.#tree = this.#parser.parse(this.#source.text, old);
    let { start, end } = dirty;
    for (const range of old.getChangedRanges(this.#tree)) {
      start = Math.min(start, range.startIndex);
      end = Math.max(end, range.endIndex);
    }
    old.delete();
    this.#dirty = null;
    const statements = this.#statements;
    // One more on either side: a blank or brace at the edge belongs to a neighbor.
    const first = Math.max(0, firstAfter(statements, start) - 2);
    let last = firstAfter(statements, end);
    const begin = first === 0 ? null : (statements[first]?.place ?? null);
    const reader = begin === null ? this.#reader(0, 1) : this.#reader(begin.start, begin.line);
    const fresh: Statement[] = [];
    const cursor = this.#tree.walk();
    try {
      if (begin === null) cursor.gotoFirstChild();
      else cursor.gotoFirstChildForIndex(begin.start);
      // Not what it answers: web-tree-sitter 0.27 says true for the second child alone. It may stop at the one before.
      let more = cursor.currentDepth > 0;
      const from = begin?.start ?? 0;
      while (more && cursor.startIndex < from) more = cursor.gotoNextSibling();
      while (more) {
        const at = cursor.startIndex;
        if (at > end) {
          // From the first old statement that still begins where the tree has one, all are as they were.
          while (last < statements.length && (statements[last]?.place.start ?? 0) < at) last++;
          if (last < statements.length && statements[last]?.place.start === at) break;
        }
        const statement = reader.read(cursor);
        if (statement) fresh.push(statement);
        more = cursor.gotoNextSibling();
      }
      if (!more) last = statements.length;
    } finally {
      cursor.delete();
    }
    statements.splice(first, last - first, ...fresh);
  }
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

function endOf({ row, column }: Point, text: string): Point {
  const rows = text.split("\n").length - 1;
  return rows === 0
    ? { row, column: column + text.length }
    : { row: row + rows, column: text.length - text.lastIndexOf("\n") - 1 };
}
