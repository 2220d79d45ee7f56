/** From the flags of a command line to the request of a render. */
import type { Settings } from "../facts/settings.ts";
import type { FarmUse } from "../plan/options/kinds.ts";
import { readOption, takes } from "../plan/options/read-option.ts";
import { type RenderRequest, type Split, renderRequestSchema, splitSchema } from "../plan/request.ts";
import type { ScriptFacts } from "../plan/target.ts";
import { anyWrite, onlyWrite } from "./default-write.ts";
import { UsageError } from "./failure.ts";
import { type ParsedFlags, optionFlags } from "./flag-table.ts";

type OptionFlagRow = (typeof optionFlags)[number];

/**
 * The request that the flags describe.
 * @param repeated an earlier request, which holds where no flag says otherwise.
 * @throws {UsageError} for a value that its option cannot have, and for flags that exclude each other.
 */
export function readRequest(
  { values, options }: ParsedFlags,
  script: ScriptFacts,
  settings: Settings,
  command: string,
  repeated?: RenderRequest,
): RenderRequest {
  if (values.all && values.write !== undefined)
    throw new UsageError("--all and --write exclude each other.", command);
  if (options.get("deal")?.[0] === "auto" && options.has("chunk-size"))
    throw new UsageError("--deal auto and --chunk-size exclude each other.", command);
  const { extraArguments = [], split: asked, ...read } = readOptions(options, command);
  // A farm has batches; how local renders are divided does not apply to it.
  const split = command.startsWith("farm")
    ? undefined
    : (asked ?? (repeated ? repeated.split : defaultSplit(settings)));
  const result = renderRequestSchema.safeParse({
    continueOnError: settings["render.continueOnError"],
    ...repeated,
    // Another split than that of the repeated render: not distributed automatically.
    ...(split === repeated?.split ? {} : { deal: undefined }),
    script: script.path,
    write: values.write?.[0] ?? (values.all ? anyWrite(script, command) : onlyWrite(script, command)),
    ...(split === undefined ? {} : { split }),
    ...read,
    extraArguments: [
      ...(repeated?.extraArguments ?? settings["nuke.extraArguments"]),
      ...(Array.isArray(extraArguments) ? extraArguments : []),
    ],
  });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UsageError(
    `${issue?.path.join(".") ?? "The request"}: ${issue?.message ?? "out of range"}`,
    command,
  );
}

/** Frames of each chunk; on a farm, of each task. */
export function readBatchSize(options: ParsedFlags["options"], command: string): { batchSize?: number } {
  const split = splitSchema.safeParse(readOptions(options, command).split);
  return split.success && split.data.by === "frames" ? { batchSize: split.data.size } : {};
}

/** The names of the given flags with what a farm does about each. */
export function farmUses(options: ParsedFlags["options"]): { name: string; use: FarmUse }[] {
  return optionFlags.flatMap(({ row, flag }) =>
    options.has(flag.name) ? [{ name: flag.name, use: flag.farm ?? row.farm }] : [],
  );
}

/** The options that were given, by their names in a request. Their values are checked by its schema. */
function readOptions(options: ParsedFlags["options"], command: string): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  const flagOf = new Map<string, string>();
  for (const one of optionFlags) {
    const { option, flag } = one;
    const texts = options.get(flag.name);
    if (texts === undefined) continue;
    const before = flagOf.get(option);
    if (before !== undefined)
      throw new UsageError(`--${before} and --${flag.name} exclude each other.`, command);
    flagOf.set(option, flag.name);
    read[option] = flag.placeholder === undefined ? flag.sets : valueOf(one, texts, command);
  }
  return read;
}

function valueOf({ row, flag }: OptionFlagRow, texts: readonly string[], command: string): unknown {
  const kind = flag.kind ?? row.kind;
  if (kind.type === "list") {
    return flag.commas ? texts.flatMap((text) => text.split(",")).filter((word) => word !== "") : [...texts];
  }
  const [text = ""] = texts;
  const value = readOption(kind, text);
  if (value === undefined)
    throw new UsageError(`--${flag.name} takes ${takes(kind)}, not "${text}".`, command);
  return flag.toValue ? flag.toValue(value) : value;
}

function defaultSplit(settings: Settings): Split | undefined {
  return settings["render.split"] > 0 ? { by: "chunks", count: settings["render.split"] } : undefined;
}
