/** The flags of `plan`, `render`, `retry` and `farm submit`. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "./failure.ts";

const options = {
  write: { type: "string" },
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
  views: { type: "string" },
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

/** @throws {UsageError} for a flag that there is not, or that is not given as it has to be. */
export function parseFlags(args: readonly string[], command: string) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    // parseArgs explains itself well; the code tells its errors from others.
    const code = error instanceof TypeError && "code" in error ? String(error.code) : "";
    if (error instanceof TypeError && code.startsWith("ERR_PARSE_ARGS"))
      throw new UsageError(error.message, command);
    throw error;
  }
}
