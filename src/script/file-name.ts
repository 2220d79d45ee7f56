/** What a file knob says, as far as reading can tell (nuke-cli.md 5.1). Frame and view tokens stay in a name: `plan/frame-file.ts` fills them in. */
import { dirname, isAbsolute, join } from "node:path";
import { frameTokenProblem } from "../plan/frames/frame-file.ts";
import { type EvaluationContext, ScriptEvaluator } from "./evaluate/script-evaluator.ts";
import { UnknownValueError, type UnknownReason, quoted } from "./evaluate/unknown-value.ts";
import type { ScriptNode } from "./script-node.ts";
import type { Script } from "./script.ts";

export type Expanded =
  | { readonly file: string; readonly why: null; readonly reason: null }
  | { readonly file: null; readonly why: string; readonly reason: UnknownReason | "empty" };

/** No system takes a longer path. */
const LONGEST_PATH = 32_767;

/** The files that knobs of one script name. All of them together have one budget of steps, and what was worked out once is kept. */
export class FileNames {
  readonly #scriptPath: string;
  readonly #evaluator: ScriptEvaluator;

  /** `scriptPath`: absolute; empty when the script has none. */
  constructor(
    script: Pick<Script, "text" | "root" | "nodes">,
    scriptPath: string,
    env: EvaluationContext["env"] = process.env,
  ) {
    const { root, nodes } = script;
    this.#scriptPath = scriptPath;
    this.#evaluator = new ScriptEvaluator({ scriptPath, root, nodes, length: script.text.length, env });
  }

  /** Expands all but frame and view tokens. Relative names are put after the project directory, else after the script's folder. */
  expand(value: string, node: ScriptNode): Expanded {
    try {
      const name = withoutType(this.#evaluator.expand(value, node));
      if (name.trim() === "") return { file: null, why: "it has no file name", reason: "empty" };
      if (name.length > LONGEST_PATH)
        throw new UnknownValueError("too-long", `${quoted(name)} is longer than any file name may be`);
      if (name.includes("%{"))
        throw new UnknownValueError("needs-nuke", `${quoted(name)} has a variable that only Nuke knows`);
      const problem = frameTokenProblem(name);
      if (problem !== null) throw new UnknownValueError("too-long", problem);
      return { file: this.#absolute(name), why: null, reason: null };
    } catch (error) {
      if (error instanceof UnknownValueError) return { file: null, why: error.message, reason: error.reason };
      throw error;
    }
  }

  #absolute(name: string): string {
    if (isAbsolute(name) || /^(?:[A-Za-z]:[\\/]|\\\\)/u.test(name)) return name;
    const folder = this.#evaluator.rootValue("project_directory");
    const beside = dirname(this.#scriptPath);
    const base = folder === "" ? beside : isAbsolute(folder) ? folder : join(beside, folder);
    return this.#scriptPath === "" && !isAbsolute(base) ? name : join(base, name);
  }
}

/** `exr:/path/x`: a prefix that names the type, no drive letter. */
export function typePrefix(file: string): string | null {
  return /^([a-z][a-z\d]{1,30}):(?!\/\/[^/])/iu.exec(file)?.[1]?.toLowerCase() ?? null;
}

function withoutType(name: string): string {
  const prefix = typePrefix(name);
  return prefix === null ? name : name.slice(prefix.length + 1);
}
