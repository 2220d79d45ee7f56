/** From the syntax tree to statements. The tree says where commands are; the text what they say. */
import type { Tree, TreeCursor } from "web-tree-sitter";
import { isNameCode } from "./body-scan.ts";
import { ScriptNode } from "./script-node.ts";
import { Place, type Source } from "./place.ts";
import type { Statement } from "./statement.ts";
import { decodeWord, readWords } from "./tcl-words.ts";

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

/** Reads statements one after the other as a cursor goes over a tree's top level. */
export class StatementReader {
  readonly #source: Source;
  readonly #lines: LineCounter;
  readonly #keep: (text: string) => string;
  readonly #offset: number;

  /** `offset`: where in the text the tree's own text begins. */
  constructor(source: Source, lines: LineCounter, keep: (text: string) => string, offset = 0) {
    this.#offset = offset;
    this.#source = source;
    this.#lines = lines;
    this.#keep = keep;
  }

  /** What the cursor stands on; null for what says nothing (comments). */
  read(cursor: TreeCursor): Statement | null {
    const type = cursor.nodeType;
    const [start, end] = [this.#offset + cursor.startIndex, this.#offset + cursor.endIndex];
    if (type === "comment") return null;
    const place = new Place(start, end, this.#lines.lineAt(start));
    if (type === "stray_close" || type === "ERROR") return { kind: "stray", place };
    return type === "command" ? this.#command(place) : this.#node(place, type);
  }

  #command(place: Place): Statement {
    const { text } = this.#source;
    const { words } = readWords(text, place.start, place.end, { misses: 0 });
    const [name = "", ...args] = words.map((word) => this.#keep(decodeWord(text, word)));
    const unclosed = words.filter(({ kind }) => kind === "unclosed").map(({ start }) => start - place.start);
    return { kind: "command", place, name, args, unclosed };
  }

  #node(place: Place, type: string): Statement {
    const { text } = this.#source;
    const broken = type === "broken_node";
    const { head, open } = this.#head(place);
    // A body that is broken ends with a brace of its own only where that stands alone on the last line.
    const tail = text.slice(Math.max(open, place.end - 300), place.end);
    const closed = !broken || /[\n\r][ \t]*\}$/u.test(tail);
    const end = type === "crowded_node" ? bodyEnd(text, open, place.end) : place.end;
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

  /** The words before the body, and the offset of its brace. */
  #head(place: Place): { head: readonly string[]; open: number } {
    const { text } = this.#source;
    let end = place.start;
    while (end < place.end && isNameCode(text.charCodeAt(end))) end++;
    if (end > place.start && text.charCodeAt(end) === 32 && text.charCodeAt(end + 1) === 123)
      return { head: [this.#keep(text.slice(place.start, end))], open: end + 1 };
    const { words } = readWords(text, place.start, place.end, { misses: 0 });
    const body = words.findIndex(({ start }, index) => index > 0 && text.charCodeAt(start) === 123);
    const head = words.slice(0, body).map((word) => this.#keep(decodeWord(text, word)));
    return { head, open: words[body]?.start ?? place.end };
  }
}

/** Offset behind the brace that closes the body, where words follow it. */
function bodyEnd(text: string, open: number, end: number): number {
  return readWords(text, open, end, { misses: 0 }).words[0]?.end ?? end;
}

/** All statements of a tree. */
export function readAll(tree: Tree, reader: StatementReader): Statement[] {
  const statements: Statement[] = [];
  const cursor = tree.walk();
  try {
    if (!cursor.gotoFirstChild()) return statements;
    do {
      const statement = reader.read(cursor);
      if (statement) statements.push(statement);
    } while (cursor.gotoNextSibling());
    return statements;
  } finally {
    cursor.delete();
  }
}
