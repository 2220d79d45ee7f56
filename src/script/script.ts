import type { Tree, TreeCursor } from "web-tree-sitter";
import { LineIndex } from "./line-index.ts";
import { loadParser } from "./parser.ts";
import { type NodePlace, ScriptNode } from "./script-node.ts";
import { Stack } from "./stack.ts";
import { type TclWord, decodeWord, readCommands } from "./tcl-words.ts";

/** Something that could not be read, and where it begins. */
export interface ScriptProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** A script as it is written: its nodes in file order and how they are connected. Holds text, and no tree. */
export interface Script {
  readonly text: string;
  /** `15.1 v5`; null without a version line. */
  readonly version: string | null;
  readonly root: ScriptNode | null;
  /** Without Root; in file order. */
  readonly nodes: readonly ScriptNode[];
  readonly problems: readonly ScriptProblem[];
}

/** Reads a script. No text is so broken that this throws. */
export async function parseScript(text: string): Promise<Script> {
  const parser = await loadParser();
  const tree = parser.parse(text);
  try {
    return scriptOf(text, tree);
  } finally {
    tree.delete();
  }
}

/** The script that a tree of this text describes. The tree stays the caller's. */
export function scriptOf(text: string, tree: Tree): Script {
  return new ScriptBuilder(text).build(tree);
}

/** One pass over the commands of a script, keeping Nuke's stack as it goes. */
class ScriptBuilder {
  readonly #text: string;
  readonly #lines: LineIndex;
  readonly #stack = new Stack();
  readonly #nodes: ScriptNode[] = [];
  readonly #problems: ScriptProblem[] = [];
  /** What `clone node1|Read|7 Read {` names, by that word. */
  readonly #named = new Map<string, ScriptNode>();
  #version: string | null = null;
  #root: ScriptNode | null = null;

  constructor(text: string) {
    this.#text = text;
    this.#lines = new LineIndex(text);
  }

  build(tree: Tree): Script {
    const groups = groupsThatEnd(tree, this.#text);
    const cursor = tree.walk();
    try {
      if (cursor.gotoFirstChild()) {
        do this.#statement(cursor, groups);
        while (cursor.gotoNextSibling());
      }
    } finally {
      cursor.delete();
    }
    this.#problems.sort((a, b) => a.line - b.line);
    return {
      text: this.#text,
      version: this.#version,
      root: this.#root,
      nodes: this.#nodes,
      problems: this.#problems,
    };
  }

  #statement(cursor: TreeCursor, groups: ReadonlySet<number>): void {
    const [type, start, end] = [cursor.nodeType, cursor.startIndex, cursor.endIndex];
    if (type === "command") this.#command(start, end);
    else if (type === "node") this.#node(cursor, start, end, groups);
    else if (type === "stray_close") this.#problem(start, 'There is a "}" too many.');
    else if (type === "ERROR") this.#problem(start, "This cannot be read.");
  }

  #command(start: number, end: number): void {
    readCommands(this.#text, start, end, (words) => {
      for (const word of words) if (word.kind === "unclosed") this.#unclosed(word);
      const [name = "", ...args] = words.map((word) => decodeWord(this.#text, word));
      if (name === "version") this.#version = args.join(" ");
      else if (name === "push") this.#stack.push(args[0] ?? "0");
      else if (name === "set") this.#stack.set(args[0] ?? "", args[1] ?? "");
      else if (name === "end_group") this.#stack.leaveGroup();
    });
  }

  #node(cursor: TreeCursor, start: number, end: number, groups: ReadonlySet<number>): void {
    const { head, body, broken } = readShape(cursor);
    const place: NodePlace = {
      text: this.#text,
      start,
      end,
      bodyStart: body.start + 1,
      bodyEnd: broken ? body.end : body.end - 1,
      line: this.#lines.lineAt(start),
      endLine: this.#lines.lineAt(Math.max(start, end - 1)),
    };
    if (broken) this.#problem(body.start, 'The "{" of this node is never closed.');
    const [name = "", ...args] = this.#words(start, head);
    const cloneOf = name === "clone" ? this.#cloned(args) : null;
    const className = name === "clone" ? (cloneOf?.class ?? args[1] ?? "clone") : name;
    if (className === "Root") {
      this.#root = new ScriptNode(className, place, null, null, () => []);
      this.#report(this.#root);
      return;
    }
    const node = new ScriptNode(className, place, this.#stack.group, cloneOf, (knob) =>
      offStack(className) ? [] : this.#stack.pop(inputCount(knob("inputs"))),
    );
    if (name === "clone" && args.length > 1 && args[0] !== undefined && !this.#named.has(args[0]))
      this.#named.set(args[0], node);
    this.#nodes.push(node);
    this.#report(node);
    if (offStack(className)) return;
    this.#stack.add(node);
    if (groups.has(start)) this.#stack.enterGroup(node);
  }

  #words(start: number, end: number): string[] {
    const found: string[] = [];
    readCommands(this.#text, start, end, (words) => {
      if (found.length === 0) found.push(...words.map((word) => decodeWord(this.#text, word)));
    });
    return found;
  }

  /** `clone $C9991000 {` or `clone node18e3d27400|Read|13140 Read {`. */
  #cloned([which = ""]: readonly string[]): ScriptNode | null {
    return which.startsWith("$") ? this.#stack.variable(which) : (this.#named.get(which) ?? null);
  }

  #report(node: ScriptNode): void {
    for (const word of node.unclosed) this.#unclosed(word);
  }

  #unclosed(word: TclWord): void {
    this.#problem(
      word.start,
      `This ${this.#text.charAt(word.start) === "{" ? '"{"' : "quote"} is never closed.`,
    );
  }

  #problem(offset: number, message: string): void {
    this.#problems.push({ line: this.#lines.lineAt(offset), message });
  }
}

interface Shape {
  /** Offset where the body begins and the head ends. */
  readonly head: number;
  readonly body: { start: number; end: number };
  readonly broken: boolean;
}

function readShape(cursor: TreeCursor): Shape {
  let shape: Shape = {
    head: cursor.endIndex,
    body: { start: cursor.endIndex, end: cursor.endIndex },
    broken: false,
  };
  cursor.gotoFirstChild();
  do {
    if (!isAt(cursor, "body")) continue;
    const body = { start: cursor.startIndex, end: cursor.endIndex };
    let broken = false;
    if (cursor.gotoLastChild()) {
      broken = isAt(cursor, "missing_close");
      cursor.gotoParent();
    }
    shape = { head: body.start, body, broken };
  } while (cursor.gotoNextSibling());
  cursor.gotoParent();
  return shape;
}

function isAt(cursor: TreeCursor, type: string): boolean {
  return cursor.nodeType === type;
}

/** Offsets of the nodes that open a group. A LiveGroup that is only linked has no `end_group` of its own and opens none. */
function groupsThatEnd(tree: Tree, text: string): Set<number> {
  const open: { start: number; certain: boolean }[] = [];
  const groups = new Set<number>();
  const cursor = tree.walk();
  if (cursor.gotoFirstChild()) {
    do {
      const start = cursor.startIndex;
      if (cursor.nodeType === "node") {
        const name = /^\w+/u.exec(text.slice(start, start + 16))?.[0] ?? "";
        if (name === "Group" || name === "Gizmo") open.push({ start, certain: true });
        if (name === "LiveGroup" || name === "Precomp") open.push({ start, certain: false });
      } else if (cursor.nodeType === "command" && text.startsWith("end_group", start)) {
        const opened = open.pop();
        if (opened) groups.add(opened.start);
      }
    } while (cursor.gotoNextSibling());
  }
  cursor.delete();
  for (const { start, certain } of open) if (certain) groups.add(start);
  return groups;
}

/** `inputs 2+1`: two and a mask. One when nothing is written. */
function inputCount(text: string | undefined): number {
  if (text === undefined) return 1;
  const sum = text.split("+").reduce((total, part) => total + (Number.parseInt(part, 10) || 0), 0);
  // A node with more inputs than this is a slip of the pen, and each costs a place in a list.
  return Math.min(Math.max(0, sum), 10_000);
}

/** Settings of the program that stand in scripts like nodes and connect to nothing. */
function offStack(className: string): boolean {
  return className === "Preferences";
}
