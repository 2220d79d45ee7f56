/** The flags of `plan`, `render`, `retry` and `farm submit`. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "./failure.ts";

const options = {
  write: { type: "string", multiple: true },
  range: { type: "string" },
  only: { type: "string" },
  overwrite: { type: "string" },
  all: { type: "boolean" },
  "with-needed": { type: "boolean" },
  after: { type: "string", multiple: true },
  split: { type: "string" },
  deal: { type: "string" },
  order: { type: "string" },
  priority: { type: "string" },
  "chunk-size": { type: "string" },
  "batch-size": { type: "string" },
  parallel: { type: "string" },
  threads: { type: "string" },
  cache: { type: "string" },
  views: { type: "string", multiple: true },
  proxy: { type: "boolean" },
  full: { type: "boolean" },
  "continue-on-error": { type: "boolean" },
  retries: { type: "string" },
  warm: { type: "boolean" },
  "while-rendering": { type: "string" },
  nuke: { type: "string" },
  "nuke-argument": { type: "string", multiple: true },
  demo: { type: "boolean" },
  "create-folders": { type: "boolean" },
  ignore: { type: "string", multiple: true },
  settings: { type: "string" },
  command: { type: "string" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
} satisfies ParseArgsConfig["options"];

export type Flags = ReturnType<typeof parseFlags>["values"];
export type FlagName = keyof typeof options;

/** @throws {UsageError} for an unknown flag, a flag without its value, and a flag with one value that is given twice. */
export function parseFlags(args: readonly string[], command: string) {
  try {
    const parsed = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    requireOnce(parsed.tokens, command);
    return parsed;
  } catch (error) {
    // parseArgs explains itself well; the code tells its errors from others.
    const code = error instanceof TypeError && "code" in error ? String(error.code) : "";
    if (error instanceof TypeError && code.startsWith("ERR_PARSE_ARGS"))
      throw new UsageError(error.message, command);
    throw error;
  }
}

/** Flags that may be repeated: lists, and switches, which mean the same if repeated. */
const lists = new Set(
  Object.entries(options).flatMap(([name, option]) =>
    option.type === "boolean" || "multiple" in option ? [name] : [],
  ),
);

interface Token {
  readonly kind: string;
  readonly name?: string;
  readonly value?: string | undefined;
}

function requireOnce(tokens: readonly Token[], command: string): void {
  const values = new Map<string, string>();
  for (const { kind, name = "", value = "" } of tokens) {
    if (kind !== "option" || lists.has(name)) continue;
    const before = values.get(name);
    if (before !== undefined)
      throw new UsageError(
        `--${name} is there twice, with "${before}" and "${value}". It has one value: give it once.`,
        command,
      );
    values.set(name, value);
  }
}

/** Refuses flags that a command cannot honor. @throws {UsageError} */
export function refuseFlags(flags: Flags, names: readonly FlagName[], why: string, command: string): void {
  const given = names.filter((name) => flags[name] !== undefined);
  if (given.length > 0)
    throw new UsageError(`${given.map((name) => `--${name}`).join(", ")}: ${why}`, command);
}
