import { printList } from "./tcl-list.ts";
import { type TclWord, decodeWord, readCommands } from "./tcl-words.ts";

/** A knob as it is written: its name and the words of its value. Offsets are those of the script's text. */
export interface Knob {
  readonly name: string;
  readonly words: readonly TclWord[];
  /** Offset of the name. */
  readonly start: number;
  /** Offset behind the value. */
  readonly end: number;
}

/** Where a node stands in its script's text. */
export interface NodePlace {
  readonly text: string;
  /** Offset of the class. */
  readonly start: number;
  /** Offset behind the closing brace. */
  readonly end: number;
  /** Offsets between the braces. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
  /** First and last line, from 1. */
  readonly line: number;
  readonly endLine: number;
}

/** A node of a script. Knob values are decoded when asked for: most never are. */
export class ScriptNode {
  readonly class: string;
  readonly place: NodePlace;
  /** The group it is in; null at the top. */
  readonly group: ScriptNode | null;
  /** What feeds it, first input first; null: nothing. */
  readonly inputs: readonly (ScriptNode | null)[];
  /** The node whose clone this is. */
  readonly cloneOf: ScriptNode | null;
  readonly userKnobs: number;
  readonly #knobs = new Map<string, Knob>();
  readonly unclosed: readonly TclWord[];

  constructor(
    className: string,
    place: NodePlace,
    group: ScriptNode | null,
    cloneOf: ScriptNode | null,
    connect: (knob: (name: string) => string | undefined) => readonly (ScriptNode | null)[],
  ) {
    this.class = className;
    this.place = place;
    this.group = group;
    this.cloneOf = cloneOf;
    const unclosed: TclWord[] = [];
    let userKnobs = 0;
    readCommands(place.text, place.bodyStart, place.bodyEnd, ([first, ...words]) => {
      if (first === undefined) return;
      const name = decodeWord(place.text, first);
      unclosed.push(...[first, ...words].filter((word) => word.kind === "unclosed"));
      if (name === "addUserKnob") userKnobs++;
      // Written twice, the last one holds.
      else this.#knobs.set(name, { name, words, start: first.start, end: words.at(-1)?.end ?? first.end });
    });
    this.userKnobs = userKnobs;
    this.unclosed = unclosed;
    this.inputs = connect((name) => this.knob(name));
  }

  /** The name knob; empty when there is none. */
  get name(): string {
    return this.knob("name") ?? "";
  }

  /** Path of the groups it is in, `Group1.Inner`; groups without a name add nothing. */
  get parent(): string {
    return this.group === null ? "" : joinNames(this.group.parent, this.group.name);
  }

  /** `Group1.Write1`. */
  get fullName(): string {
    return joinNames(this.parent, this.name);
  }

  get knobNames(): Iterable<string> {
    return this.#knobs.keys();
  }

  /** The knob as it is written; undefined when it is not. */
  knobPlace(name: string): Knob | undefined {
    return this.#knobs.get(name);
  }

  /** The value as Tcl hands it over: one word as itself, several as a Tcl list. Undefined when the knob is not written. */
  knob(name: string): string | undefined {
    const knob = this.#knobs.get(name);
    if (!knob) return undefined;
    const words = knob.words.map((word) => decodeWord(this.place.text, word));
    return words.length === 1 ? words[0] : printList(words);
  }

  /** The value written here, or, for a clone, on what it is a clone of. */
  effectiveKnob(name: string): string | undefined {
    return this.knob(name) ?? this.cloneOf?.effectiveKnob(name);
  }
}

function joinNames(parent: string, name: string): string {
  if (parent === "" || name === "") return parent + name;
  return `${parent}.${name}`;
}
