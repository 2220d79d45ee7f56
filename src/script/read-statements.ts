/** From text to statements: where commands are (`CommandScanner`), and what they say. */
import { isNameCode } from "./tcl/body-scan.ts";
import { CommandScanner, type CommandType } from "./tcl/command-scan.ts";
import { Place, type Source } from "./place.ts";
import { MOST_UNCLOSED, ScriptNode } from "./script-node.ts";
import type { Statement } from "./statement.ts";
import { substitute, readWords } from "./tcl/tcl-words.ts";

/** Counts line ends from one offset to the next: LF, CR or both, as editors count them. */
export class LineCounter {
  readonly #text: string;
  readonly #onlyLineFeeds: boolean;
  #at: number;
  #line: number;

  constructor({ text, onlyLineFeeds }: Source, at: number, line: number) {
    this.#text = text;
    this.#onlyLineFeeds = onlyLineFeeds;
    this.#at = at;
    this.#line = line;
  }

  /** The line of an offset that is not before the last one asked for; from 1. */
  lineAt(offset: number): number {
    if (this.#onlyLineFeeds) {
      let next = this.#text.indexOf("\n", this.#at);
      while (next >= 0 && next < offset) {
        this.#line++;
        this.#at = next + 1;
        next = this.#text.indexOf("\n", this.#at);
      }
    } else {
      this.#line += countLines(this.#text, this.#at, offset);
    }
    this.#at = offset;
    return this.#line;
  }
}

/** Line ends between two offsets; a CR LF counts when its LF lies between them. */
export function countLines(text: string, start: number, end: number): number {
  let lines = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) lines++;
  }
  return lines;
}

/** Where reading starts, in the middle of a text: after this many searches that found no end (`CommandScanner`). */
export interface ReadFrom {
  readonly at: number;
  /** Of that offset, from 1. */
  readonly line: number;
  readonly failed: number;
}

/** Words of a command that are kept: Nuke's own have a few. */
const MOST_WORDS = 1000;
const none: readonly never[] = [];

/** Classes whose names are kept while reading. */
const MOST_HEADS = 1000;

/** Reads statements one after the other. */
export class StatementReader {
  readonly #source: Source;
  readonly #scanner: CommandScanner;
  readonly #lines: LineCounter;
  readonly #keep: (text: string) => string;
  readonly #heads = new Map<string, readonly string[]>();

  /** `keep`: makes a string that does not hold the script's text in memory. */
  constructor(
    source: Source,
    keep: (text: string) => string,
    { at, line, failed }: ReadFrom = { at: 0, line: 1, failed: 0 },
  ) {
    this.#source = source;
    this.#scanner = new CommandScanner(source.text, at, failed);
    this.#lines = new LineCounter(source, at, line);
    this.#keep = keep;
  }

  /** Searches that have found no end so far. */
  get failed(): number {
    return this.#scanner.failed;
  }

  /** Goes to the next statement, over what says nothing (comments), and returns its offset; null at the end of the text. */
  advance(): number | null {
    do if (!this.#scanner.next()) return null;
    while (this.#scanner.type === "comment");
    return this.#scanner.start;
  }

  /** The statement that was gone to. */
  read(): Statement {
    const { type, start, end } = this.#scanner;
    const place = new Place(start, end, this.#lines.lineAt(start));
    if (type === "stray") return { kind: "stray", place };
    return type === "command" ? this.#command(place) : this.#node(place, type);
  }

  #command(place: Place): Statement {
    const { text } = this.#source;
    const { words } = readWords(text, place.start, place.end, { misses: 0 });
    const [first, ...others] = words;
    const name = first ? this.#keep(substitute(text, first)) : "";
    const args =
      others.length > 0
        ? others.slice(0, MOST_WORDS).map((word) => this.#keep(substitute(text, word)))
        : none;
    const open = words.filter(({ kind }) => kind === "unclosed").slice(0, MOST_UNCLOSED);
    const unclosed = open.length > 0 ? open.map(({ start }) => start - place.start) : none;
    return { kind: "command", place, name, args, unclosed };
  }

  #node(place: Place, type: CommandType): Statement {
    const { text } = this.#source;
    const broken = type === "broken";
    const { head, open } = this.#head(place);
    // A broken body ends with its own brace only if that brace is alone on the last line.
    const tail = text.slice(Math.max(open, place.end - 300), place.end);
    const closed = !broken || /[\n\r][ \t]*\}$/u.test(tail);
    const end = type === "crowded" ? bodyEnd(text, open, place.end) : place.end;
    // In broken text the tree may see a body where the words, read by themselves, have none.
    const start = Math.min(open + 1, place.end);
    const node = new ScriptNode({
      source: this.#source,
      place,
      head,
      bodyStart: start - place.start,
      bodyEnd: Math.max(start, closed ? end - 1 : end) - place.start,
      keep: this.#keep,
    });
    return {
      kind: "node",
      place,
      node,
      broken: broken && !(closed && node.unclosed.length > 0),
      unended: broken,
    };
  }

  /** A class alone: the same list for all nodes of it. */
  #headOf(name: string): readonly string[] {
    const known = this.#heads.get(name);
    if (known) return known;
    const head = [this.#keep(name)];
    if (this.#heads.size < MOST_HEADS) this.#heads.set(head[0] ?? "", head);
    return head;
  }

  /** The words before the body, and the offset of its brace. */
  #head(place: Place): { head: readonly string[]; open: number } {
    const { text } = this.#source;
    let end = place.start;
    while (end < place.end && isNameCode(text.charCodeAt(end))) end++;
    if (end > place.start && text.charCodeAt(end) === 32 && text.charCodeAt(end + 1) === 123)
      return { head: this.#headOf(text.slice(place.start, end)), open: end + 1 };
    const { words } = readWords(text, place.start, place.end, { misses: 0 });
    const body = words.findIndex(({ start }, index) => index > 0 && text.charCodeAt(start) === 123);
    const head = words.slice(0, body).map((word) => this.#keep(substitute(text, word)));
    return { head, open: words[body]?.start ?? place.end };
  }
}

/** Offset after the brace that closes the body, where words follow it. */
function bodyEnd(text: string, open: number, end: number): number {
  return readWords(text, open, end, { misses: 0 }).words[0]?.end ?? end;
}

/** A statement in which searches have found no end, so that it has looked at all of the text after it. */
export interface FailedStatement {
  readonly statement: Statement;
  readonly failed: number;
}

export interface ReadStatements {
  readonly statements: Statement[];
  readonly failures: FailedStatement[];
  /** So much is broken that the last statement is all of the rest, unread. */
  readonly cut: boolean;
}

/** All statements of a text. After too many that are broken the rest is one of them: it would cost much, and no one could use it. */
export function readAll(source: Source, keep: (text: string) => string): ReadStatements {
  const reader = new StatementReader(source, keep);
  const statements: Statement[] = [];
  const failures: FailedStatement[] = [];
  let broken = 0;
  for (let at = reader.advance(), failed = 0; at !== null; at = reader.advance()) {
    const statement = reader.read();
    if (broken >= MOST_BROKEN) {
      const { start, line } = statement.place;
      statements.push({ kind: "stray", place: new Place(start, source.text.length, line) });
      return { statements, failures, cut: true };
    }
    if (isBroken(statement)) broken++;
    statements.push(statement);
    if (reader.failed > failed) failures.push({ statement, failed: reader.failed - failed });
    failed = reader.failed;
  }
  return { statements, failures, cut: false };
}

/** Statements that are broken before the rest of a text is not read. */
export const MOST_BROKEN = 1000;

/** Whether something in it never closes, or closes too much. */
export function isBroken(statement: Statement): boolean {
  if (statement.kind === "stray") return true;
  return statement.kind === "command"
    ? statement.unclosed.length > 0
    : statement.unended || statement.node.unclosed.length > 0;
}
