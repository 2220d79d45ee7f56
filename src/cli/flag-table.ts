/** The flags of `plan`, `render`, `retry` and `farm submit`: those of the table of render options, and those of the command itself. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import * as z from "zod/mini";
import { flagHelp } from "../plan/options/describe.ts";
import { type OptionFlag, type OptionRow, shapeOf } from "../plan/options/kinds.ts";
import { optionTable } from "../plan/options/table.ts";
import { UsageError } from "./failure.ts";

const word = z.optional(z.string());
const words = z.optional(z.array(z.string()));
const toggle = z.optional(z.boolean());

/** Which Writes, and what has to be rendered before them. */
const writeFlags = {
  write: {
    schema: words,
    placeholder: "W",
    help: "the Write node, by its full name (Group1.Write1); may be left out when there is only one; several are rendered in the order they need, else as they are named",
  },
  all: {
    schema: toggle,
    help: "all enabled Writes, in the order they need: first what others read, then by render_order",
  },
  "with-needed": {
    schema: toggle,
    help: "before it, the Writes whose files it reads, where those are missing or older than the script",
  },
  after: {
    schema: words,
    placeholder: "JOB",
    help: "start when that job of nbr ps has ended well, and not at all when it has not; may be repeated",
  },
} as const;

/** How the command itself runs. */
const runFlags = {
  nuke: {
    schema: word,
    placeholder: "PATH",
    help: "the Nuke to use (default: the setting for the script's version, else an installed one)",
  },
  demo: {
    schema: toggle,
    help: "render test pictures with the demo renderer instead of Nuke, into nuke-render-demo/ next to the script; no frame of yours is touched",
  },
  "create-folders": { schema: toggle, help: "create missing output folders" },
  ignore: {
    schema: words,
    placeholder: "CODE",
    help: "go on in spite of a problem (same-path, folder-not-writable, being-rendered); may be repeated",
  },
  settings: { schema: word, placeholder: "FILE", help: "read nukeRender.* settings from this file too" },
  json: { schema: toggle, help: "print JSON" },
} as const;

/** The help of `nbr farm` has these. */
const farmFlags = { command: { schema: word }, "dry-run": { schema: toggle } } as const;

const commandFlags = { ...writeFlags, ...runFlags, ...farmFlags };
const flagsSchema = z.object(shapeOf(commandFlags));
export type Flags = z.infer<typeof flagsSchema>;
export type FlagName = keyof typeof commandFlags;

/** Every flag of the table of render options, with its row. */
export const optionFlags: readonly {
  readonly option: string;
  readonly row: OptionRow;
  readonly flag: OptionFlag;
}[] = Object.entries<OptionRow>(optionTable).flatMap(([option, row]) =>
  row.flags.map((flag) => ({ option, row, flag })),
);

const options: NonNullable<ParseArgsConfig["options"]> = {
  ...Object.fromEntries(
    Object.entries(commandFlags).map(([name, { schema }]) => [
      name,
      { type: schema === toggle ? "boolean" : "string", ...(schema === words ? { multiple: true } : {}) },
    ]),
  ),
  ...Object.fromEntries(
    optionFlags.map(({ row, flag }) => [
      flag.name,
      flag.placeholder === undefined
        ? { type: "boolean" }
        : { type: "string", ...(row.kind.type === "list" ? { multiple: true } : {}) },
    ]),
  ),
};

export interface ParsedFlags {
  readonly values: Flags;
  /** The flags of render options that were given, with their texts; a switch has none. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
}

/** @throws {UsageError} for an unknown flag, a flag without its value, and a flag with one value that is given twice. */
export function parseFlags(args: readonly string[], command: string): ParsedFlags {
  try {
    const parsed = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    requireOnce(parsed.tokens, command);
    const given = new Map<string, string[]>();
    for (const token of parsed.tokens) {
      if (token.kind !== "option" || Object.hasOwn(commandFlags, token.name)) continue;
      const texts = token.value === undefined ? [] : [token.value];
      given.set(token.name, [...(given.get(token.name) ?? []), ...texts]);
    }
    return {
      values: flagsSchema.parse({ ...parsed.values }),
      options: given,
      positionals: parsed.positionals,
    };
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

/** Refuses the flags that were given, if there are any. @throws {UsageError} */
export function refuseFlags(given: readonly string[], why: string, command: string): void {
  if (given.length > 0)
    throw new UsageError(`${given.map((name) => `--${name}`).join(", ")}: ${why}`, command);
}

const HELP_COLUMN = 23;
const HELP_WIDTH = 126;

/** The flags of `nbr render`, one below the other. */
export function renderFlagsHelp(): string {
  const own = (flags: Readonly<Record<string, { placeholder?: string; help: string }>>): string[] =>
    Object.entries(flags).map(([name, { placeholder, help }]) => helpLines(name, placeholder, help));
  return [
    ...own(writeFlags),
    ...optionFlags.map(({ row, flag }) => helpLines(flag.name, flag.placeholder, flagHelp(row, flag))),
    ...own(runFlags),
    helpLine("  --", "what follows is the script, even if it begins with a dash"),
  ].join("\n");
}

function helpLines(name: string, placeholder: string | undefined, help: string): string {
  return helpLine(`  --${name}${placeholder === undefined ? "" : ` ${placeholder}`}`, help);
}

/** The help in its column, broken between words. */
function helpLine(flag: string, help: string): string {
  const indent = " ".repeat(HELP_COLUMN);
  const lines = [flag.length < HELP_COLUMN - 1 ? flag.padEnd(HELP_COLUMN) : `${flag}  `];
  for (const next of help.split(" ")) {
    const line = lines.at(-1) ?? "";
    const begins = line.trim() === "" || line.endsWith("  ");
    if (begins || line.length + next.length < HELP_WIDTH)
      lines[lines.length - 1] = `${line}${begins ? "" : " "}${next}`;
    else lines.push(`${indent}${next}`);
  }
  return lines.join("\n");
}
