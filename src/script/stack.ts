import type { ScriptNode } from "./script-node.ts";

const none: readonly (ScriptNode | null)[] = [];

/** Inputs after the last one that is fed are counted up to here: a slip of the pen must not cost a place in a list for each. */
const MOST_UNFED = 100;

const unfed = new Map<number, readonly null[]>();

/** As many inputs that nothing feeds; the same list for all who have as many. */
function nothings(count: number): readonly null[] {
  const known = unfed.get(count) ?? Array.from({ length: count }, () => null);
  unfed.set(count, known);
  return known;
}

/** Groups nested deeper than this are read as if they lay in the deepest one: names of nodes would fill memory otherwise. */
const DEEPEST_GROUP = 100;
/** So are groups whose full name is longer than this: it is a part of the name of each node in them. */
const LONGEST_PATH = 1000;

/** Nuke's stack of a script being read: what `push`, `set N [stack 0]`, `inputs` and groups do with it. */
export class Stack {
  #entries: (ScriptNode | null)[] = [];
  readonly #outer: { entries: (ScriptNode | null)[]; group: ScriptNode | null; path: number }[] = [];
  readonly #variables = new Map<string, ScriptNode | null>();
  #group: ScriptNode | null = null;
  /** Length of the group's full name. */
  #path = 0;

  /** The group that is being read; null at the top. */
  get group(): ScriptNode | null {
    return this.#group;
  }

  add(node: ScriptNode): void {
    this.#entries.push(node);
  }

  /** Takes as many entries as a node has inputs; the last one pushed is the first input. */
  pop(count: number): readonly (ScriptNode | null)[] {
    if (count === 0) return none;
    // Written out, because a growing array allocates space for seventeen.
    if (count === 1) return [this.#entries.pop() ?? null];
    const { length } = this.#entries;
    if (length === 0) return nothings(Math.min(count, MOST_UNFED));
    const taken = this.#entries.slice(-count).reverse();
    this.#entries.length = Math.max(0, length - count);
    const unfed = Math.min(count - taken.length, MOST_UNFED);
    return unfed > 0 ? taken.concat(nothings(unfed)) : taken;
  }

  /** `push 0` pushes nothing's place, `push $N` what the variable holds. */
  push(word: string): void {
    this.#entries.push(word.startsWith("$") ? this.variable(word) : null);
  }

  /** `set N [stack 0]`: the variable holds the top, or the entry N places below it. Other values hold no node. */
  set(name: string, value: string): void {
    const depth = /^\[\s*stack\s+(\d+)\s*\]$/u.exec(value)?.[1];
    this.#variables.set(name, depth === undefined ? null : (this.#entries.at(-1 - Number(depth)) ?? null));
  }

  /** What `$N` or `${N}` holds. */
  variable(word: string): ScriptNode | null {
    return this.#variables.get(bare(word)) ?? null;
  }

  /** The same, with the variable's name and whether it was ever set. */
  look(word: string): { variable: string; node: ScriptNode | null; known: boolean } {
    const variable = bare(word);
    return { variable, node: this.#variables.get(variable) ?? null, known: this.#variables.has(variable) };
  }

  enterGroup(node: ScriptNode): void {
    this.#outer.push({ entries: this.#entries, group: this.#group, path: this.#path });
    this.#entries = [];
    const path = this.#path + node.name.length + 1;
    if (this.#outer.length > DEEPEST_GROUP || path > LONGEST_PATH) return;
    this.#group = node;
    this.#path = path;
  }

  /** At the top there is nothing to leave. */
  leaveGroup(): void {
    const outer = this.#outer.pop();
    if (!outer) return;
    this.#entries = outer.entries;
    this.#group = outer.group;
    this.#path = outer.path;
  }
}

function bare(word: string): string {
  return word.replace(/^\$\{?/u, "").replace(/\}$/u, "");
}
