import { CommandScanner, MOST_FAILED } from "./tcl/command-scan.ts";
import {
  type FailedStatement,
  MOST_BROKEN,
  type ReadFrom,
  StatementReader,
  countLines,
  isBroken,
  readAll,
} from "./read-statements.ts";
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

/**
 * A script that is being edited. Keeps its statements, and after an edit reads again those that it touched and those that looked at it in
 * vain for their end. Its `Script` is true until the next edit.
 */
export class ScriptDocument {
  readonly #pool = new StringPool();
  readonly #keep = (word: string): string => this.#pool.keep(word);
  #source: Source;
  #statements: Statement[] = [];
  /** Those of the statements that have looked for an end in vain; in order. */
  #failures: FailedStatement[] = [];
  /** So much is broken that the last statement is all of the rest. */
  #cut = false;
  #script: Script | null = null;
  /** Offsets between which the text is not what the statements were read from; null when it is. */
  #dirty: { start: number; end: number; marks: boolean } | null = null;

  constructor(text: string) {
    this.#source = sourceOf(text);
    this.replace(text);
  }

  get text(): string {
    return this.#source.text;
  }

  /** Applies an edit; it is parsed on demand. `after`: the whole text after the edit. */
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

  #readAll(): void {
    const { statements, failures, cut } = readAll(this.#source, this.#keep);
    this.#statements = statements;
    this.#failures = failures;
    this.#cut = cut;
  }

  /** Puts new statements in place of those that were edited or may be read differently now. */
  #readAgain({ start, end, marks }: { start: number; end: number; marks: boolean }): void {
    const statements = this.#statements;
    if (statements.length === 0 || this.#cut) return this.#readAll();
    // One more before it: what the edit is after may belong to it now.
    const touchedFirst = Math.max(0, firstAfter(statements, start) - 2);
    const first = marks ? this.#firstChanged(touchedFirst) : touchedFirst;
    const begin = first === 0 ? undefined : statements[first]?.place;
    const at = begin ? lineStart(this.#source.text, begin.start) : 0;
    const before = this.#failures.filter(({ statement }) => statement.place.start < at);
    const { fresh, failures, last } = this.#readOn({ at, line: begin?.line ?? 1, failed: sum(before) }, end);
    const behind = statements[last]?.place.start ?? Infinity;
    const after = this.#failures.filter(({ statement }) => statement.place.start >= behind);
    this.#failures = [...before, ...failures, ...after];
    // Not one splice: a whole script's statements are more than a call takes arguments.
    if (fresh.length < 10_000) statements.splice(first, last - first, ...fresh);
    else this.#statements = [...statements.slice(0, first), ...fresh, ...statements.slice(last)];
    if (fresh.some(isBroken) && this.#statements.filter(isBroken).length > MOST_BROKEN) this.#readAll();
  }

  /** Statements from one offset until they are again those that were there before: `last` is the first of these. */
  #readOn(
    from: ReadFrom,
    dirtyEnd: number,
  ): { fresh: Statement[]; failures: FailedStatement[]; last: number } {
    const statements = this.#statements;
    const reader = new StatementReader(this.#source, this.#keep, from);
    const fresh: Statement[] = [];
    const failures: FailedStatement[] = [];
    let last = firstAfter(statements, dirtyEnd);
    let { failed } = from;
    for (let at = reader.advance(); at !== null; at = reader.advance()) {
      // How far the first statement behind an edit is indented may have to do with it.
      const isBehind = (fresh.at(-1)?.place.start ?? 0) > dirtyEnd;
      if (isBehind) {
        while ((statements[last]?.place.start ?? Infinity) < at) last++;
        if (statements[last]?.place.start === at && this.#readsAlike(at, failed))
          return { fresh, failures, last };
      }
      const statement = reader.read();
      fresh.push(statement);
      if (reader.failed > failed) failures.push({ statement, failed: reader.failed - failed });
      ({ failed } = reader);
    }
    return { fresh, failures, last: statements.length };
  }

  /** Whether the text from an offset on would be read the same way after this many failed searches. */
  #readsAlike(offset: number, failed: number): boolean {
    const before = sum(this.#failures.filter(({ statement }) => statement.place.start < offset));
    const all = sum(this.#failures);
    return failed === before || (all < MOST_FAILED && failed + all - before < MOST_FAILED);
  }

  /** Index of the first statement that has looked at an edit after it, in vain, and no longer does; or of the one given. */
  #firstChanged(touchedFirst: number): number {
    const statements = this.#statements;
    const limit = statements[touchedFirst]?.place.start ?? Infinity;
    let already = 0;
    for (const { statement, failed } of this.#failures) {
      const { place } = statement;
      if (place.start >= limit) break;
      const scanner = new CommandScanner(
        this.#source.text,
        lineStart(this.#source.text, place.start),
        already,
      );
      scanner.next();
      if (scanner.end !== place.end || scanner.failed - already !== failed)
        return firstAfter(statements, place.start);
      already = scanner.failed;
    }
    return touchedFirst;
  }
}

function sum(failures: readonly FailedStatement[]): number {
  return failures.reduce((total, { failed }) => total + failed, 0);
}

/** Characters that may open or close something, or begin a line. */
const canClose = /[{}"[\]\\\n\r;#]/u;

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

/** The statements that begin before the end of an edit and end after its start. */
function touched(statements: readonly Statement[], start: number, end: number): Statement[] {
  const found: Statement[] = [];
  for (let index = firstAfter(statements, end) - 1; index >= 0; index--) {
    const statement = statements[index];
    if (!statement || statement.place.end < start) break;
    found.push(statement);
  }
  return found;
}
