import { isAbsolute, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readScriptFile } from "../script/read-script.ts";
import type { Script } from "../script/script.ts";
import { UsageError } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/** What commands that only read scripts were asked. */
export interface ScriptArguments {
  readonly scripts: readonly { readonly shown: string; readonly script: Script }[];
  readonly json: boolean;
  readonly all: boolean;
}

/**
 * Reads the flags and as many scripts as the command takes; says on the way what of them could not be read.
 * @throws {UsageError} and the errors of reading a script.
 */
export async function readScripts(
  command: "diff" | "canonical",
  count: number,
  args: readonly string[],
  terminal: Terminal,
): Promise<ScriptArguments> {
  const { values, positionals } = parse(command, args);
  if (positionals.length !== count) {
    const many = count === 1 ? "One script" : `${count} scripts`;
    throw new UsageError(
      `${many}, not ${positionals.length === 0 ? "none" : positionals.length}: nbr ${command} takes ${count === 1 ? "its path" : "their paths"}.`,
      command,
    );
  }
  if (values.json === true && command !== "diff")
    throw new UsageError("--json: only nbr diff and nbr inspect print JSON.", command);
  const scripts = [];
  for (const shown of positionals) {
    const script = await readScriptFile(isAbsolute(shown) ? shown : resolve(terminal.cwd, shown));
    for (const { line, message } of script.problems)
      terminal.err(`warning: ${shown}, line ${line}: ${message}`);
    scripts.push({ shown, script });
  }
  return { scripts, json: values.json ?? false, all: values.all ?? false };
}

function parse(command: string, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { json: { type: "boolean" }, all: { type: "boolean" } },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    const code = error instanceof TypeError && "code" in error ? String(error.code) : "";
    if (error instanceof TypeError && code.startsWith("ERR_PARSE_ARGS"))
      throw new UsageError(error.message, command);
    throw error;
  }
}
