import { type TakeKnob, scanBody } from "./tcl/body-scan.ts";
import type { Place, Source } from "./place.ts";
import { mergeList } from "./tcl/tcl-list.ts";
import { type TclWord, substitute, readWords } from "./tcl/tcl-words.ts";

/** A knob as it is written: its name and the words of its value. Offsets are those of the script's text. */
export interface Knob {
  readonly name: string;
  readonly words: readonly TclWord[];
  /** Offset of the name. */
  readonly start: number;
  /** Offset after the value. */
  readonly end: number;
}

/** What is known of a node before its place in the script is. */
export interface NodeParts {
  readonly source: Source;
  readonly place: Place;
  /** The words before the body: a class, or `clone` and what it names. */
  readonly head: readonly string[];
  /** Offsets of what stands between the braces, from the node's start. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
  /** Makes a string that does not hold the script's text in memory. */
  readonly keep: (text: string) => string;
}

/** How the stack and the groups around it connect a node. */
export interface Connections {
  readonly class: string;
  readonly group: ScriptNode | null;
  readonly inputs: readonly (ScriptNode | null)[];
  readonly cloneOf: ScriptNode | null;
}

/** Offsets of a knob, from the node's start. */
type KnobSpan = readonly [nameStart: number, nameEnd: number, valueStart: number, valueEnd: number];

const noOffsets: readonly number[] = [];
const noKnobs: readonly KnobSpan[] = [];
const noInputs: readonly (ScriptNode | null)[] = [];

/** Words that never close, of one statement, that are kept. */
export const MOST_UNCLOSED = 1000;

/** A node of a script. Reading it looks for its name and inputs only; its other knobs are found, and decoded, when asked for. */
export class ScriptNode {
  readonly place: Place;
  readonly head: readonly string[];
  /** The name knob; empty when there is none. */
  readonly name: string;
  /** How many inputs its `inputs` knob gives it. */
  readonly inputCount: number;
  /** Whether it has knobs named `file` and `file_type`. */
  readonly hasFile: boolean;
  readonly hasFileType: boolean;
  /** Offsets of words that never close, from the node's start. */
  readonly unclosed: readonly number[];
  readonly #source: Source;
  readonly #keep: (text: string) => string;
  readonly #bodyStart: number;
  readonly #bodyEnd: number;
  #class = "";
  #group: ScriptNode | null = null;
  #inputs = noInputs;
  #cloneOf: ScriptNode | null = null;
  #knobs: Map<string, KnobSpan> | null = null;
  #userKnobs = noKnobs;

  constructor({ source, place, head, bodyStart, bodyEnd, keep }: NodeParts) {
    this.place = place;
    this.head = head;
    this.#source = source;
    this.#keep = keep;
    this.#bodyStart = bodyStart;
    this.#bodyEnd = bodyEnd;
    let name = "";
    let inputs: string | undefined;
    let [hasFile, hasFileType] = [false, false];
    const { text } = source;
    const take: TakeKnob = (nameStart, nameEnd, valueStart, valueEnd) => {
      const length = nameEnd - nameStart;
      if (length === 4) {
        if (text.startsWith("name", nameStart)) name = keep(this.#value(valueStart, valueEnd));
        else if (text.startsWith("file", nameStart)) hasFile = true;
      } else if (length === 6) {
        if (text.startsWith("inputs", nameStart)) inputs = this.#value(valueStart, valueEnd);
      } else if (length === 9 && text.startsWith("file_type", nameStart)) hasFileType = true;
    };
    let unclosed: number[] | null = null;
    scanBody(text, place.start + bodyStart, place.start + bodyEnd, take, (word) => {
      unclosed ??= [];
      if (unclosed.length < MOST_UNCLOSED) unclosed.push(word.start - place.start);
    });
    this.name = name;
    this.inputCount = inputCount(inputs);
    this.hasFile = hasFile;
    this.hasFileType = hasFileType;
    this.unclosed = unclosed ?? noOffsets;
  }

  /** Told by the script, whenever it has been read or edited. */
  connect({ class: className, group, inputs, cloneOf }: Connections): void {
    this.#class = className;
    this.#group = group;
    this.#inputs = inputs;
    this.#cloneOf = cloneOf;
  }

  /** A clone's is that of what it clones. */
  get class(): string {
    return this.#class;
  }

  /** The group it is in; null at the top. */
  get group(): ScriptNode | null {
    return this.#group;
  }

  /** What feeds it, first input first; null: nothing. */
  get inputs(): readonly (ScriptNode | null)[] {
    return this.#inputs;
  }

  /** The node whose clone this is. */
  get cloneOf(): ScriptNode | null {
    return this.#cloneOf;
  }

  get userKnobs(): number {
    this.#index();
    return this.#userKnobs.length;
  }

  /** Path of the groups it is in, `Group1.Inner`; groups without a name add nothing. */
  get parent(): string {
    const { group } = this;
    return group === null ? "" : joinNames(group.parent, group.name);
  }

  /** `Group1.Write1`. */
  get fullName(): string {
    return joinNames(this.parent, this.name);
  }

  /** Offsets between the braces. */
  get body(): { start: number; end: number } {
    return { start: this.place.start + this.#bodyStart, end: this.place.start + this.#bodyEnd };
  }

  get knobNames(): Iterable<string> {
    return this.#index().keys();
  }

  /** The knob as it is written; undefined when it is not. */
  knobPlace(name: string): Knob | undefined {
    const span = this.#index().get(name);
    return span && this.#place(name, span);
  }

  /** The `addUserKnob` commands, in order. */
  get userKnobPlaces(): Knob[] {
    this.#index();
    return this.#userKnobs.map((span) => this.#place("addUserKnob", span));
  }

  /** What the `addUserKnob` commands say, in order: `7 amount R 0 10`. */
  get userKnobValues(): string[] {
    this.#index();
    const { start } = this.place;
    return this.#userKnobs.map((span) => this.#value(start + span[2], start + span[3]));
  }

  /** The value as Tcl hands it over: one word as itself, several as a Tcl list. Undefined when the knob is not written. */
  knob(name: string): string | undefined {
    const span = this.#index().get(name);
    return span && this.#value(this.place.start + span[2], this.place.start + span[3]);
  }

  /** Whether the knob is written. */
  hasKnob(name: string): boolean {
    return this.#index().has(name);
  }

  /** The value written here, or, for a clone, on what it is a clone of. */
  effectiveKnob(name: string): string | undefined {
    return this.knob(name) ?? this.cloneOf?.effectiveKnob(name);
  }

  /** Whether it, or what it clones, has knobs named `file` and `file_type`. */
  get writesOrReadsFiles(): boolean {
    return (this.hasFile && this.hasFileType) || (this.cloneOf?.writesOrReadsFiles ?? false);
  }

  #index(): Map<string, KnobSpan> {
    if (this.#knobs) return this.#knobs;
    const knobs = new Map<string, KnobSpan>();
    const { text } = this.#source;
    const { start } = this.place;
    const body = this.body;
    let userKnobs: KnobSpan[] | null = null;
    scanBody(text, body.start, body.end, (nameStart, nameEnd, valueStart, valueEnd) => {
      const span: KnobSpan = [nameStart - start, nameEnd - start, valueStart - start, valueEnd - start];
      // The index outlives the text it was read from.
      const name = this.#keep(nameOf(text, nameStart, nameEnd));
      if (name === "addUserKnob") (userKnobs ??= []).push(span);
      // Written twice, the last one holds.
      else knobs.set(name, span);
    });
    this.#userKnobs = userKnobs ?? noKnobs;
    this.#knobs = knobs;
    return knobs;
  }

  #place(name: string, [nameStart, , valueStart, valueEnd]: KnobSpan): Knob {
    const { start } = this.place;
    return {
      name,
      words: wordsOf(this.#source.text, start + valueStart, start + valueEnd),
      start: start + nameStart,
      end: start + valueEnd,
    };
  }

  #value(start: number, end: number): string {
    const { text } = this.#source;
    if (start === end) return "";
    const words = wordsOf(text, start, end).map((word) => substitute(text, word));
    return words.length === 1 ? (words[0] ?? "") : mergeList(words);
  }
}

/** `inputs 2+1`: two and a mask. One when nothing is written. */
function inputCount(text: string | undefined): number {
  if (text === undefined) return 1;
  const sum = text.split("+").reduce((total, part) => total + (Number.parseInt(part, 10) || 0), 0);
  // A node with more inputs than this is a slip of the pen, and each costs a place in a list.
  return Math.min(Math.max(0, sum), 10_000);
}

function wordsOf(text: string, start: number, end: number): readonly TclWord[] {
  return start === end ? [] : readWords(text, start, end, { misses: 0 }).words;
}

function nameOf(text: string, start: number, end: number): string {
  const written = text.slice(start, end);
  if (/^[\w.]*$/u.test(written)) return written;
  const [word] = wordsOf(text, start, end);
  return word ? substitute(text, word) : written;
}

function joinNames(parent: string, name: string): string {
  if (parent === "" || name === "") return parent + name;
  return `${parent}.${name}`;
}
