/** What a file knob says, as far as reading can tell (nuke-cli.md 5.1): Tcl in brackets is evaluated where it only looks at the script. */
import { basename, dirname, extname, isAbsolute, join, posix } from "node:path";
import type { ScriptNode } from "./script-node.ts";
import { printList, readList } from "./tcl-list.ts";
import { decodeWord, readCommands } from "./tcl-words.ts";

/** Where a name is looked at from. */
export interface NameContext {
  /** Absolute path of the script; empty when it has none. */
  readonly scriptPath: string;
  readonly root: ScriptNode | null;
  readonly nodes: readonly ScriptNode[];
  readonly node: ScriptNode;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Only Nuke can work this out; the message says what. */
class Unknown extends Error {
  readonly reason = "needs-nuke";
}

export type Expanded =
  | { readonly file: string; readonly why: null }
  | { readonly file: null; readonly why: string };

/** Expands all but frame and view tokens. Relative names are put behind the project directory, else behind the script's folder. */
export function expandFile(value: string, context: NameContext): Expanded {
  try {
    const name = withoutType(new Evaluator(context).expand(value, 0));
    if (name.trim() === "") return { file: null, why: "it has no file name" };
    if (name.includes("%{")) throw new Unknown(`"${name}" has a variable that only Nuke knows`);
    return { file: absolute(name, context), why: null };
  } catch (error) {
    if (error instanceof Unknown) return { file: null, why: error.message };
    throw error;
  }
}

/** What a frame number is written as in a name. */
export const frameToken = /#+|%0?\d*d/gu;

/** `%04d`, `%d` or `####` in the last part of a name. */
export function hasFrameToken(file: string): boolean {
  return (posix.basename(file.replaceAll("\\", "/")).match(frameToken) ?? []).length > 0;
}

export function hasViewToken(file: string): boolean {
  return /%[Vv]/u.test(file);
}

/** The file of one frame and view of an expanded name. */
export function frameFile(file: string, frame: number, view: string): string {
  return file
    .replaceAll("%V", view)
    .replaceAll("%v", view.slice(0, 1))
    .replaceAll(frameToken, (token) => {
      const width = token.startsWith("#") ? token.length : Number.parseInt(token.slice(1), 10) || 0;
      const digits = String(Math.abs(frame));
      return frame < 0 ? `-${digits.padStart(Math.max(0, width - 1), "0")}` : digits.padStart(width, "0");
    });
}

/** `exr:/path/x`: a prefix that names the type, no drive letter. */
export function typePrefix(file: string): string | null {
  return /^([a-z][a-z\d]+):(?!\/\/[^/])/iu.exec(file)?.[1]?.toLowerCase() ?? null;
}

function withoutType(name: string): string {
  const prefix = typePrefix(name);
  return prefix === null ? name : name.slice(prefix.length + 1);
}

function absolute(name: string, context: NameContext): string {
  if (isAbsolute(name) || /^(?:[A-Za-z]:[\\/]|\\\\)/u.test(name)) return name;
  const project = context.root?.knob("project_directory") ?? "";
  const folder =
    project === ""
      ? ""
      : new Evaluator({ ...context, node: context.root ?? context.node }).expand(project, 0);
  const base =
    folder === ""
      ? dirname(context.scriptPath)
      : isAbsolute(folder)
        ? folder
        : join(dirname(context.scriptPath), folder);
  return context.scriptPath === "" && !isAbsolute(base) ? name : join(base, name);
}

/** Any other dollar is one: file browsers do not escape it, and "$(" names no variable. */
const variable = /^\$(?:\w|\{|::)/u;

/** Deeper than this, knobs refer to each other in a circle. */
const DEEPEST = 20;

class Evaluator {
  readonly #context: NameContext;

  constructor(context: NameContext) {
    this.#context = context;
  }

  /** Text with its bracketed commands replaced by their results. */
  expand(text: string, depth: number): string {
    if (depth > DEEPEST) throw new Unknown("its knobs refer to each other in a circle");
    let result = "";
    let at = 0;
    while (at < text.length) {
      const character = text.charAt(at);
      if (character === "\\" && at + 1 < text.length && "[]$\\".includes(text.charAt(at + 1))) {
        result += text.charAt(at + 1);
        at += 2;
      } else if (character === "[") {
        const end = closing(text, at);
        if (end < 0) throw new Unknown(`"${text}" has a bracket that is not closed`);
        result += this.#command(text.slice(at + 1, end), depth + 1);
        at = end + 1;
      } else if (character === "$") {
        const [found = "$", name] = /^\$env\(([^)]*)\)/u.exec(text.slice(at)) ?? [];
        if (name === undefined && variable.test(text.slice(at)))
          throw new Unknown(`"${text}" has a variable that only Nuke knows`);
        result += name === undefined ? "$" : this.#environment(name);
        at += found.length;
      } else {
        result += character;
        at++;
      }
    }
    return result;
  }

  #command(text: string, depth: number): string {
    let answer = "";
    readCommands(text, 0, text.length, (words) => {
      const [name = "", ...args] = words.map((word) =>
        word.kind === "braced"
          ? decodeWord(text, word)
          : this.expand(stripQuotes(text.slice(word.start, word.end)), depth),
      );
      answer = this.#call(name, args, depth);
    });
    return answer;
  }

  #call(name: string, args: readonly string[], depth: number): string {
    const [first = "", second = "", third = ""] = args;
    switch (name) {
      case "value":
      case "knob":
        return this.#value(first, depth);
      case "getenv":
        return this.#environment(first, second);
      case "file":
        return fileCommand(first, args.slice(1));
      case "join":
        return readList(first).join(args.length > 1 ? second : " ");
      case "split":
        return printAll(
          first.split(
            new RegExp(
              `[${(args.length > 1 ? second : " \t\n").replaceAll(/[\\\]^-]/gu, String.raw`\$&`)}]`,
              "u",
            ),
          ),
        );
      case "lindex":
        return args.length < 2 ? first : (readList(first)[index(second, readList(first).length)] ?? "");
      case "lrange":
        return printAll(
          readList(first).slice(
            index(second, readList(first).length),
            index(third, readList(first).length) + 1,
          ),
        );
      case "llength":
        return String(readList(first).length);
      case "string":
        return stringCommand(first, args.slice(1));
      case "python":
        return this.#python(first);
      case "return":
        return first;
      default:
        throw new Unknown(`"[${[name, ...args].join(" ")}]" is worked out by Nuke`);
    }
  }

  #environment(name: string, fallback?: string): string {
    const { env } = this.#context;
    // Not what every object has, such as env.constructor.
    const value =
      (Object.hasOwn(env, name) ? env[name] : undefined) ?? (fallback === "" ? undefined : fallback);
    if (value === undefined) throw new Unknown(`the environment variable ${name} is not set here`);
    return value;
  }

  /** `root.name`, `parent.x`, `this.x`, `Read1.file`, `x`: the value of a knob. */
  #value(path: string, depth: number): string {
    const { scriptPath, root, node } = this.#context;
    const parts = path.split(".");
    const knob = parts.pop() ?? "";
    const owner = parts.join(".");
    if (owner === "root" || owner === "Root" || owner === "topnode root") {
      if (knob === "name") return scriptPath.replaceAll("\\", "/");
      return this.#knobOf(root, knob, path, depth) || (rootDefaults.get(knob) ?? "");
    }
    if (owner === "" || owner === "this")
      return knob === "name" ? node.name : this.#knobOf(node, knob, path, depth);
    if (owner === "parent") {
      if (node.group === null) return this.#value(`root.${knob}`, depth);
      return this.#knobOf(node.group, knob, path, depth);
    }
    const fullName = node.parent === "" ? owner : `${node.parent}.${owner}`;
    const found =
      this.#context.nodes.find((one) => one.fullName === fullName) ??
      this.#context.nodes.find((one) => one.fullName === owner);
    if (!found) throw new Unknown(`there is no node for "[value ${path}]" in the script`);
    return this.#knobOf(found, knob, path, depth);
  }

  #knobOf(node: ScriptNode | null, knob: string, path: string, depth: number): string {
    const value = node?.effectiveKnob(knob);
    if (value === undefined) {
      if (node === this.#context.root && rootDefaults.has(knob)) return rootDefaults.get(knob) ?? "";
      throw new Unknown(`"[value ${path}]" has a default that only Nuke knows`);
    }
    if (value.startsWith("{")) throw new Unknown(`"[value ${path}]" is an expression`);
    return node === null || node === this.#context.node
      ? this.expand(value, depth)
      : new Evaluator({ ...this.#context, node }).expand(value, depth);
  }

  #python(code: string): string {
    const text = code.trim();
    const path = this.#context.scriptPath.replaceAll("\\", "/");
    if (/^nuke\.script_directory\(\)$/u.test(text)) return dirname(path);
    if (/^nuke\.(?:root\(\)\.name\(\)|scriptName\(\))$/u.test(text)) return path;
    if (/^os\.path\.dirname\(nuke\.(?:root\(\)\.name\(\)|scriptName\(\))\)$/u.test(text))
      return dirname(path);
    throw new Unknown(`"[python …]" is worked out by Nuke`);
  }
}

// No object: a knob may be named constructor.
const rootDefaults: ReadonlyMap<string, string> = new Map([
  ["first_frame", "1"],
  ["last_frame", "100"],
  ["fps", "24"],
  ["project_directory", ""],
]);

function stripQuotes(word: string): string {
  return word.length > 1 && word.startsWith('"') && word.endsWith('"') ? word.slice(1, -1) : word;
}

/** Offset of the bracket that closes the one at `start`. */
function closing(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\") at++;
    else if (character === "[") depth++;
    else if (character === "]" && --depth === 0) return at;
  }
  return -1;
}

function fileCommand(verb: string, args: readonly string[]): string {
  const [path = ""] = args;
  switch (verb) {
    case "dirname":
      return dirname(path);
    case "tail":
      return basename(path);
    case "rootname":
      return extname(path) === "" ? path : path.slice(0, -extname(path).length);
    case "extension":
      return extname(path);
    case "join":
      return args.reduce(
        (joined, part) =>
          isAbsolute(part) || joined === "" ? part : `${joined.replace(/\/$/u, "")}/${part}`,
        "",
      );
    case "normalize":
      return posix.normalize(path);
    default:
      throw new Unknown(`"[file ${verb} …]" is worked out by Nuke`);
  }
}

function stringCommand(verb: string, args: readonly string[]): string {
  const [first = "", second = "", third = ""] = args;
  switch (verb) {
    case "range":
      return first.slice(Math.max(0, index(second, first.length)), index(third, first.length) + 1);
    case "index":
      return first.charAt(index(second, first.length));
    case "tolower":
      return first.toLowerCase();
    case "toupper":
      return first.toUpperCase();
    case "length":
      return String(first.length);
    case "trim":
      return trim(first, second, true, true);
    case "trimleft":
      return trim(first, second, true, false);
    case "trimright":
      return trim(first, second, false, true);
    case "map":
      return mapped(readList(first), second);
    case "first":
      return String(second.indexOf(first));
    case "last":
      return String(second.lastIndexOf(first));
    default:
      throw new Unknown(`"[string ${verb} …]" is worked out by Nuke`);
  }
}

function trim(text: string, characters: string, left: boolean, right: boolean): string {
  const drop = (character: string): boolean =>
    characters === "" ? /\s/u.test(character) : characters.includes(character);
  let [start, end] = [0, text.length];
  if (left) while (start < end && drop(text.charAt(start))) start++;
  if (right) while (end > start && drop(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

function mapped(pairs: readonly string[], text: string): string {
  let result = "";
  for (let at = 0; at < text.length;) {
    const pair = pairs.findIndex(
      (from, place) => place % 2 === 0 && from !== "" && text.startsWith(from, at),
    );
    result += pair < 0 ? text.charAt(at) : (pairs[pair + 1] ?? "");
    at += pair < 0 ? 1 : (pairs[pair]?.length ?? 1);
  }
  return result;
}

/** Tcl's indices: `3`, `end`, `end-1`. */
function index(text: string, length: number): number {
  const fromEnd = /^end(?:\s*([+-]\d+))?$/u.exec(text);
  if (fromEnd) return length - 1 + Number(fromEnd[1] ?? 0);
  return /^-?\d+$/u.test(text) ? Number(text) : unknownIndex(text);
}

function unknownIndex(text: string): never {
  throw new Unknown(`the index "${text}" is worked out by Nuke`);
}

/** Always a list, also of one word. */
function printAll(words: readonly string[]): string {
  return words.length === 0 ? "" : printList(words);
}
