/** What fuzzing does to scripts: the ways text breaks in editors, merges, transfers and generators, and some that only malice finds. */
import type { Random } from "./random.ts";

/** Gives another script to splice in. */
export type Another = () => string;

type Mutation = (text: string, random: Random, another: Another) => string;

/** No case is longer; a few characters more do not matter. */
const LONGEST = 3_000_000;

const pieces: readonly [string, ...string[]] = [
  "{",
  ...Array.from('}[]"\\$;#()|%+-0 \t\r\n\f\v\0\uFEFF\u2028é'),
  "\\\n",
  "\\\r\n",
  "\r\n",
  "{{",
  "}}",
  "}\n",
  "{\n",
  ' "',
  '" ',
  "${",
  "[[",
  "]]",
  "\\x",
  "\\u",
  "\\U0010ffff",
  "\\777",
  "\n}\n",
  "\nend_group\n",
  "\nGroup {\n",
  "\nGroup {\n}\n",
  "\nLiveGroup {\n}\n",
  "\nGizmo {\n",
  "\nRoot {\n",
  "\nWrite {\n",
  "\nWrite {\n file [value root.name]\n}\n",
  "\nclone $N1 {\n}\n",
  "\nclone a|B|1 B {\n}\n",
  "\nset N1 [stack 0]\n",
  "\nset N1 [stack 99999999999]\n",
  "\npush $N1\n",
  "\npush $cut_paste_input\n",
  "\ninputs 99999999\n",
  "\n inputs -1\n",
  "\n inputs 2+1+1\n",
  "\n name Write1\n",
  "\n name parent.a.b.\n",
  "\n addUserKnob {20 User}\n",
  '\n file "%04d####%V%v[python {x}]"\n',
  "\n file {[value this.file]}\n",
  '\n views {a {b c} "d\n',
  "\nversion 15.1 v5\n",
  "<<<<<<< HEAD\n",
  "=======\n",
  ">>>>>>> other\n",
  "__proto__",
  "constructor",
];

const nests: readonly [readonly [string, string], ...(readonly [string, string])[]] = [
  ["{", "}"],
  ["[", "]"],
  ['"', '"'],
  ["[a ", "]"],
  ["{ ", " }"],
  ['["', '"]'],
  ["[{", "}]"],
  ["a {\n", "\n}"],
  ["Group {\n}\n", "end_group\n"],
  ["\nGroup {\n name G\n}\n", "end_group\n"],
  ["Group {\n inputs 0\n", "}\n"],
  ["\\", ""],
  ["\\\n", ""],
  ["${", "}"],
  ["#", "\n"],
  [";", ""],
];

function insert(text: string, at: number, piece: string): string {
  return text.slice(0, at) + piece + text.slice(at);
}

function somewhere(text: string, random: Random): number {
  const at = random.below(text.length + 1);
  if (!random.chance(3)) return at;
  // Often at the start of a line: that is where structure is.
  return text.lastIndexOf("\n", at) + 1;
}

function surrogate(random: Random): string {
  return String.fromCharCode((random.chance(2) ? 0xd800 : 0xdc00) + random.below(0x400));
}

const mutations: Record<string, Mutation> = {
  characters: (text, random) => {
    const list = Array.from({ length: random.size(60) }, () => random.below(text.length));
    let result = text;
    for (const at of list) {
      const piece = random.chance(3) ? String.fromCharCode(random.below(256)) : random.pick(pieces);
      result = result.slice(0, at) + piece + result.slice(at + random.below(2));
    }
    return result;
  },
  tokens: (text, random) => {
    let result = text;
    for (let count = random.size(40); count > 0; count--)
      result = insert(result, somewhere(result, random), random.pick(pieces));
    return result;
  },
  removed: (text, random) => {
    const at = somewhere(text, random);
    return text.slice(0, at) + text.slice(at + random.size(text.length));
  },
  "structure removed": (text, random) => {
    const which = random.pick(["{", "}", '"', "\n", "end_group", "]", "\\", " "]);
    const oneIn = random.size(50);
    return text.replaceAll(which, (found) => (random.chance(oneIn) ? "" : found));
  },
  "lines swapped": (text, random) => {
    const lines = text.split("\n");
    for (let count = random.size(200); count > 0; count--) {
      const [a, b] = [random.below(lines.length), random.below(lines.length)];
      [lines[a], lines[b]] = [lines[b] ?? "", lines[a] ?? ""];
    }
    return lines.join("\n");
  },
  "lines repeated": (text, random) => {
    const at = text.lastIndexOf("\n", random.below(text.length)) + 1;
    const part = text.slice(at, at + random.size(400));
    return insert(text, at, part.repeat(random.size(2000)));
  },
  spliced: (text, random, another) => {
    const other = another();
    const [at, from] = [somewhere(text, random), somewhere(other, random)];
    if (random.chance(2)) return text.slice(0, at) + other.slice(from);
    return insert(text, at, other.slice(from, from + random.size(other.length)));
  },
  "merge conflict": (text, random, another) => {
    const other = another();
    const [at, from] = [somewhere(text, random), somewhere(other, random)];
    const piece = other.slice(from, from + random.size(4000));
    return insert(text, at, `<<<<<<< HEAD\n${piece}\n=======\n${piece.slice(10)}\n>>>>>>> theirs\n`);
  },
  nested: (text, random) => {
    const [open, close] = random.pick(nests);
    const count = random.size(30_000);
    const whole = open.repeat(count) + (random.chance(2) ? close.repeat(count) : "");
    return insert(text, somewhere(text, random), whole);
  },
  "100,000 braces": (text, random) => {
    const piece = random.pick([
      "{",
      "}",
      "{}",
      "}{",
      "{\n",
      "}\n",
      " {",
      ' "{',
      "Grade {\n",
      "Grade {\n white {",
    ]);
    return insert(text, somewhere(text, random), piece.repeat(100_000));
  },
  NULs: (text, random) => {
    let result = text;
    for (let count = random.size(50); count > 0; count--)
      result = insert(result, somewhere(result, random), "\0".repeat(random.size(1000)));
    return result;
  },
  "huge line": (text, random) => {
    const piece = random.pick([
      "a",
      "x1 ",
      "a{b}",
      "\\",
      "[a ",
      '"',
      '" "',
      "{a} ",
      "\\{",
      "$a",
      "%d",
      "#",
      "é",
      "\u{1F600}",
    ]);
    const count = Math.floor(random.size(1_000_000) / piece.length);
    const open = random.pick([
      "",
      "",
      "\n file ",
      '\n label "',
      "\n curve {",
      "\n# ",
      "\nset N [",
      "\nN {",
      "\n",
    ]);
    return insert(text, somewhere(text, random), open + piece.repeat(count));
  },
  "lone surrogates": (text, random) => {
    let result = text;
    for (let count = random.size(100); count > 0; count--)
      result = insert(result, somewhere(result, random), surrogate(random));
    return result;
  },
  truncated: (text, random) => text.slice(0, somewhere(text, random)),
  "beginning lost": (text, random) => text.slice(somewhere(text, random)),
  "line ends": (text, random) => {
    const [end, oneIn] = [random.pick(["\r\n", "\r", "\n\n", "\\\n", ";", " "]), random.size(20)];
    return text.replaceAll("\n", (found) => (random.chance(oneIn) ? end : found));
  },
};

const names = Object.keys(mutations);

export interface FuzzCase {
  readonly text: string;
  /** What was done, one after the other. */
  readonly done: readonly string[];
}

/** One to four mutations of a text. */
export function mutate(text: string, random: Random, another: Another): FuzzCase {
  const done: string[] = [];
  let result = text;
  for (let count = 1 + random.below(4); count > 0; count--) {
    const name = names[random.below(names.length)] ?? "";
    const changed = mutations[name]?.(result, random, another) ?? result;
    if (changed.length > LONGEST) continue;
    result = changed;
    done.push(name);
  }
  return { text: result, done };
}
