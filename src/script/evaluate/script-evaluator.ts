/** Works out Tcl in knobs where it only looks at the script (nuke-cli.md 5.1). One evaluator serves one reading of a script. */
import { dirname } from "node:path";
import type { ScriptNode } from "../script-node.ts";
import { splitList } from "../tcl/tcl-list.ts";
import { substitute, readCommands } from "../tcl/tcl-words.ts";
import { EvaluationBudget } from "./budget.ts";
import { fileCommand } from "./file-commands.ts";
import { joinCommand, lindexCommand, lrangeCommand, splitCommand } from "./list-commands.ts";
import { stringCommand } from "./string-commands.ts";
import { UnknownValueError, quoted } from "./unknown-value.ts";

/** What knobs may ask about. */
export interface EvaluationContext {
  /** Absolute path of the script; empty when it has none. */
  readonly scriptPath: string;
  readonly root: ScriptNode | null;
  readonly nodes: readonly ScriptNode[];
  /** Characters in the script. */
  readonly length: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

// No object: a knob may be named constructor.
const rootDefaults: ReadonlyMap<string, string> = new Map([
  ["first_frame", "1"],
  ["last_frame", "100"],
  ["fps", "24"],
  ["project_directory", ""],
]);

/** Any other dollar is one: file browsers do not escape it, and "$(" names no variable. */
const variable = /^\$(?:\w|\{|::)/u;

/** More than a reference to a variable of the environment has. */
const LONGEST_REFERENCE = 1000;

export class ScriptEvaluator {
  readonly #context: EvaluationContext;
  readonly #budget: EvaluationBudget;
  /** Of each node, the knobs that were worked out. Errors that do not depend on who asks are kept too. */
  readonly #values = new Map<ScriptNode | null, Map<string, string | UnknownValueError>>();
  readonly #atWork = new Map<ScriptNode | null, Set<string>>();
  #byName: ReadonlyMap<string, ScriptNode> | null = null;

  constructor(context: EvaluationContext) {
    this.#context = context;
    this.#budget = new EvaluationBudget(context.length);
  }

  /** Text of a node's knob with its bracketed commands replaced by their results. @throws {UnknownValueError} */
  expand(text: string, node: ScriptNode): string {
    this.#budget.nextQuestion();
    return this.#expand(text, node);
  }

  /** The value of root's knob; empty when there is none. @throws {UnknownValueError} */
  rootValue(knob: string): string {
    const { root } = this.#context;
    if (root?.effectiveKnob(knob) === undefined) return rootDefaults.get(knob) ?? "";
    this.#budget.nextQuestion();
    return this.#knobOf(root, knob, `root.${knob}`);
  }

  #expand(text: string, node: ScriptNode): string {
    if (!/[\\[$]/u.test(text)) return text;
    this.#budget.checkLength(text.length, text);
    return this.#budget.deeper(text, () => this.#pieces(text, node).join(""));
  }

  #pieces(text: string, node: ScriptNode): string[] {
    const pieces: string[] = [];
    let length = 0;
    let plain = 0;
    const take = (piece: string): void => {
      length += piece.length;
      this.#budget.checkLength(length, text);
      this.#budget.spend(piece.length + 1, text);
      pieces.push(piece);
    };
    for (let at = 0; at < text.length;) {
      const character = text.charAt(at);
      if (character !== "\\" && character !== "[" && character !== "$") {
        at++;
        continue;
      }
      take(text.slice(plain, at));
      if (character === "\\" && "[]$\\".includes(text.charAt(at + 1)) && at + 1 < text.length) {
        take(text.charAt(at + 1));
        at += 2;
      } else if (character === "[") {
        const end = closingBracket(text, at);
        this.#budget.spend((end < 0 ? text.length : end) - at, text);
        if (end < 0) throw new UnknownValueError("needs-nuke", `${quoted(text)} has an unclosed bracket`);
        take(this.#command(text.slice(at + 1, end), node));
        at = end + 1;
      } else if (character === "$") {
        const rest = text.slice(at, at + LONGEST_REFERENCE);
        const [found = "$", name] = /^\$env\(([^)]*)\)/u.exec(rest) ?? [];
        if (name === undefined && variable.test(rest))
          throw new UnknownValueError("needs-nuke", `${quoted(text)} has a variable that only Nuke knows`);
        take(name === undefined ? "$" : this.#environment(name));
        at += found.length;
      } else {
        take(character);
        at++;
      }
      plain = at;
    }
    take(text.slice(plain));
    return pieces;
  }

  #command(text: string, node: ScriptNode): string {
    let answer = "";
    readCommands(text, 0, text.length, (words) => {
      const [name = "", ...args] = words.map((word) =>
        word.kind === "braced"
          ? substitute(text, word)
          : this.#expand(stripQuotes(text.slice(word.start, word.end)), node),
      );
      for (const arg of args) this.#budget.spend(arg.length + 1, text);
      answer = this.#call(name, args, node);
      this.#budget.checkLength(answer.length, text);
    });
    return answer;
  }

  #call(name: string, args: readonly string[], node: ScriptNode): string {
    const [first = "", second = "", third = ""] = args;
    switch (name) {
      case "value":
      case "knob":
        return this.#value(first, node);
      case "getenv":
        return this.#environment(first, second);
      case "file":
        return fileCommand(first, args.slice(1));
      case "join":
        return joinCommand(first, args.length > 1 ? second : " ", this.#budget);
      case "split":
        return splitCommand(first, args[1]);
      case "lindex":
        return args.length < 2 ? first : lindexCommand(first, second);
      case "lrange":
        return lrangeCommand(first, second, third);
      case "llength":
        return String(splitList(first).length);
      case "string":
        return stringCommand(first, args.slice(1), this.#budget);
      case "python":
        return this.#python(first);
      case "return":
        return first;
      default:
        throw new UnknownValueError(
          "needs-nuke",
          `${quoted(`[${[name, ...args].join(" ").slice(0, 100)}]`)} is worked out by Nuke`,
        );
    }
  }

  #environment(name: string, fallback?: string): string {
    const { env } = this.#context;
    // Not what every object has, such as env.constructor.
    const value =
      (Object.hasOwn(env, name) ? env[name] : undefined) ?? (fallback === "" ? undefined : fallback);
    if (value === undefined)
      throw new UnknownValueError(
        "needs-nuke",
        `the environment variable ${name.slice(0, 80)} is not set here`,
      );
    return value;
  }

  /** `root.name`, `parent.x`, `this.x`, `Read1.file`, `x`: the value of a knob. */
  #value(path: string, node: ScriptNode): string {
    const { scriptPath, root } = this.#context;
    const dot = path.lastIndexOf(".");
    const knob = path.slice(dot + 1);
    const owner = path.slice(0, Math.max(0, dot));
    const ofRoot = (): string => {
      if (knob === "name") return scriptPath.replaceAll("\\", "/");
      return this.#knobOf(root, knob, path) || (rootDefaults.get(knob) ?? "");
    };
    if (owner === "root" || owner === "Root" || owner === "topnode root") return ofRoot();
    if (owner === "" || owner === "this") return knob === "name" ? node.name : this.#knobOf(node, knob, path);
    if (owner === "parent") return node.group === null ? ofRoot() : this.#knobOf(node.group, knob, path);
    const found =
      this.#nodeNamed(node.parent === "" ? owner : `${node.parent}.${owner}`) ?? this.#nodeNamed(owner);
    if (!found)
      throw new UnknownValueError(
        "needs-nuke",
        `there is no node for ${quoted(`[value ${path}]`)} in the script`,
      );
    return this.#knobOf(found, knob, path);
  }

  /** Of several with one name, the first. */
  #nodeNamed(fullName: string): ScriptNode | undefined {
    if (this.#byName === null) {
      const names = new Map<string, ScriptNode>();
      for (const node of this.#context.nodes) {
        const name = node.fullName;
        if (!names.has(name)) names.set(name, node);
      }
      this.#byName = names;
    }
    return this.#byName.get(fullName);
  }

  #knobOf(node: ScriptNode | null, knob: string, path: string): string {
    const known = this.#values.get(node)?.get(knob);
    if (known instanceof UnknownValueError) throw known;
    if (known !== undefined) return known;
    const atWork = this.#atWork.get(node) ?? new Set();
    this.#atWork.set(node, atWork);
    if (atWork.has(knob)) throw new UnknownValueError("circle", "its knobs refer to each other in a circle");
    atWork.add(knob);
    try {
      const value = this.#readKnob(node, knob, path);
      this.#keep(node, knob, value);
      return value;
    } catch (error) {
      // How deep it lies, and what was spent before, depends on who asks.
      if (
        error instanceof UnknownValueError &&
        error.reason !== "too-deep" &&
        error.reason !== "too-many-steps"
      )
        this.#keep(node, knob, error);
      throw error;
    } finally {
      atWork.delete(knob);
    }
  }

  #keep(node: ScriptNode | null, knob: string, value: string | UnknownValueError): void {
    const values = this.#values.get(node);
    if (values) values.set(knob, value);
    else this.#values.set(node, new Map([[knob, value]]));
  }

  #readKnob(node: ScriptNode | null, knob: string, path: string): string {
    const value = node?.effectiveKnob(knob);
    if (node === null || value === undefined) {
      const fallback = node === this.#context.root ? rootDefaults.get(knob) : undefined;
      if (fallback !== undefined) return fallback;
      throw new UnknownValueError(
        "needs-nuke",
        `${quoted(`[value ${path}]`)} has a default that only Nuke knows`,
      );
    }
    this.#budget.checkLength(value.length, `[value ${path}]`);
    if (value.startsWith("{"))
      throw new UnknownValueError("needs-nuke", `${quoted(`[value ${path}]`)} is an expression`);
    return this.#expand(value, node);
  }

  #python(code: string): string {
    const text = code.trim();
    const path = this.#context.scriptPath.replaceAll("\\", "/");
    if (text === "nuke.script_directory()") return dirname(path);
    if (text === "nuke.root().name()" || text === "nuke.scriptName()") return path;
    if (text === "os.path.dirname(nuke.root().name())" || text === "os.path.dirname(nuke.scriptName())")
      return dirname(path);
    throw new UnknownValueError("needs-nuke", `"[python …]" is worked out by Nuke`);
  }
}

function stripQuotes(word: string): string {
  return word.length > 1 && word.startsWith('"') && word.endsWith('"') ? word.slice(1, -1) : word;
}

/** Offset of the bracket that closes the one at `start`; -1 when there is none. */
function closingBracket(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\") at++;
    else if (character === "[") depth++;
    else if (character === "]" && --depth === 0) return at;
  }
  return -1;
}
