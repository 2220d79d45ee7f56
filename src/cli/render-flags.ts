import { isAbsolute, resolve } from "node:path";
import type { NukeOptions } from "../nuke/choose-nuke.ts";
import type { PlanFacts } from "../plan/facts.ts";
import {
  type Deal,
  type Order,
  type Only,
  type RenderRequest,
  type Overwrite,
  type Split,
  type WhileRendering,
  dealSchema,
  onlySchema,
  overwriteSchema,
  renderRequestSchema,
  whileRenderingSchema,
} from "../plan/request.ts";
import { BEING_RENDERED } from "../plan/output-conflict.ts";
import { parseOrder } from "../plan/order.ts";
import type { Problem } from "../plan/render-plan.ts";
import type { Repeat } from "../plan/repeat.ts";
import { parseMB } from "../plan/size.ts";
import type { ScriptFacts } from "../plan/target.ts";
import { readScriptFile } from "../script/read-script.ts";
import { scriptFacts } from "../script/write-targets.ts";
import { type DiskQuestion, dependsOnDisk, collectFacts, writesToLookAt } from "../facts/gather-facts.ts";
import { type Settings, memorySettings } from "../facts/settings.ts";
import { readSettings } from "../facts/settings-files.ts";
import { anyWrite, onlyWrite } from "./default-write.ts";
import { UsageError } from "./failure.ts";
import { type Flags, parseFlags, refuseFlags } from "./flag-table.ts";
import { printSettings } from "./settings-notice.ts";
import type { Terminal } from "./terminal.ts";
import { TrustStore } from "./trust-store.ts";

/** What `plan`, `render` and `farm submit` were asked, with everything they need to know. */
export interface RenderCommand {
  readonly request: RenderRequest;
  readonly facts: PlanFacts;
  readonly settings: Settings;
  readonly ignored: ReadonlySet<string>;
  readonly json: boolean;
  /** All enabled Writes, in their order; `request` is for any of them. */
  readonly all: boolean;
  /** The Writes of `--write`, as they were named, where there are several; `request` is for the first. */
  readonly several: readonly string[];
  /** Frames of one task of a farm; absent: not said. */
  readonly batchSize?: number;
  /** Flags that were given, without their dashes. */
  readonly given: ReadonlySet<string>;
  /** Before it, the Writes it reads that are not rendered. */
  readonly withNeeded: boolean;
  /** Jobs of the render service to wait for. */
  readonly after: readonly string[];
  readonly dryRun: boolean;
  /** The farm command of `--command`, still as JSON text. */
  readonly farmCommand: string | undefined;
}

/** Problems that may be passed over with `--ignore`: those where going on does what was asked. */
const ignorable = new Set<Problem["code"] | typeof BEING_RENDERED>([
  "same-path",
  "folder-not-writable",
  BEING_RENDERED,
]);

/**
 * Reads the flags, the settings, the script and this machine.
 * @param repeat an earlier render: its options and its Nuke hold where no flag says otherwise.
 * @throws {UsageError} and the errors of reading the script, of settings, and of a Nuke that is not there.
 */
export async function readRenderCommand(
  command: string,
  args: readonly string[],
  terminal: Terminal,
  repeat?: Repeat,
): Promise<RenderCommand> {
  const { values, positionals } = parseFlags(args, command);
  const [file, ...more] = positionals;
  if (file === undefined) throw new UsageError("Which script? Its path is missing.", command);
  refuseForeignFlags(values, command);
  if (more.length > 0)
    throw new UsageError(`One script at a time: "${more.join('", "')}" is too much.`, command);

  const inForce = readSettings({
    cwd: terminal.cwd,
    named: values.settings === undefined ? undefined : absolute(values.settings, terminal),
    trust: new TrustStore(terminal.env, (line) => terminal.err(line)),
  });
  printSettings(inForce, terminal);
  const { settings } = inForce;
  const ignored = new Set([...(values.ignore ?? []), ...(repeat?.ignored ?? [])]);
  for (const code of values.ignore ?? []) {
    if (![...ignorable].some((known) => known === code)) {
      throw new UsageError(
        `--ignore ${code}: only ${[...ignorable].join(", ")} can be passed over.`,
        command,
      );
    }
  }
  const path = absolute(file, terminal);
  const script = scriptFacts(await readScriptFile(path), path);
  const request = readRequest(values, script, settings, command, repeat?.request);
  const forFarm = command.startsWith("farm");
  if (forFarm && values.demo === true)
    throw new UsageError("--demo: a farm renders with Nukes of its own. Leave it out.", command);
  const nuke: NukeOptions = {
    ...(values.nuke === undefined ? {} : { path: values.nuke }),
    executables: settings["nuke.executables"],
    command: repeat?.nuke,
    // A farm has Nukes of its own, and its frames are real.
    demo: forFarm
      ? false
      : (values.demo ??
        (values.nuke === undefined && repeat === undefined && settings["nuke.useDemoRenderer"])),
  };
  const facts = await collectFacts(script, {
    nuke,
    memory: memorySettings(settings),
    createFolders: values["create-folders"] ?? settings.createFolders,
    whileRendering: settings["script.whileRendering"],
    unsaved: false,
    cwd: terminal.cwd,
    overwrite: settings.overwrite,
    look: toLookAt(values, request, script, settings),
  });
  return {
    request,
    facts,
    settings,
    ignored,
    json: values.json ?? false,
    all: values.all ?? false,
    several: severalWrites(values),
    given: new Set(Object.keys(values)),
    ...readBatchSize(values, command),
    withNeeded: values["with-needed"] ?? false,
    after: values.after ?? [],
    dryRun: values["dry-run"] ?? false,
    farmCommand: values.command,
  };
}

/** A command that cannot do what a flag says refuses it. */
function refuseForeignFlags(flags: Flags, command: string): void {
  if (!command.startsWith("farm")) {
    refuseFlags(flags, ["dry-run"], "nbr plan shows a render and runs nothing.", command);
    return refuseFlags(flags, ["command"], "only nbr farm submit runs one.", command);
  }
  refuseFlags(
    flags,
    ["split", "deal", "order", "parallel", "warm", "priority", "retries", "while-rendering", "nuke-argument"],
    "a farm divides and repeats renders its own way. Leave this out; --batch-size says how many frames a task has.",
    command,
  );
}

function toLookAt(
  flags: Flags,
  { write, only, overwrite }: RenderRequest,
  script: ScriptFacts,
  settings: Settings,
): DiskQuestion {
  return {
    writes: flags.all
      ? script.writes.map(({ name }) => name)
      : [write, ...severalWrites(flags)].flatMap((name) => writesToLookAt(script, name)),
    needed: (flags["with-needed"] ?? false) || dependsOnDisk(only, overwrite ?? settings.overwrite),
  };
}

function readRequest(
  flags: Flags,
  script: ScriptFacts,
  settings: Settings,
  command: string,
  repeated?: RenderRequest,
): RenderRequest {
  const split = readSplit(flags, repeated ? repeated.split : defaultSplit(settings), command);
  const views = flags.views?.flatMap((text) => text.split(",")).filter((view) => view !== "");
  if (flags.all && flags.write !== undefined)
    throw new UsageError("--all and --write exclude each other.", command);
  if (flags.proxy && flags.full) throw new UsageError("--proxy and --full exclude each other.", command);
  const result = renderRequestSchema.safeParse({
    ...repeated,
    // Another split than that of the repeated render: not dealt out.
    ...(split === repeated?.split ? {} : { deal: undefined }),
    script: script.path,
    write: flags.write?.[0] ?? (flags.all ? anyWrite(script, command) : onlyWrite(script, command)),
    proxy: flags.proxy ? "proxy" : flags.full ? "full" : (repeated?.proxy ?? "script"),
    continueOnError:
      flags["continue-on-error"] ?? repeated?.continueOnError ?? settings["render.continueOnError"],
    extraArguments: [
      ...(repeated?.extraArguments ?? settings["nuke.extraArguments"]),
      ...(flags["nuke-argument"] ?? []),
    ],
    ...(flags.range === undefined ? {} : { range: flags.range }),
    ...(split === undefined ? {} : { split }),
    ...(flags.parallel === undefined ? {} : { parallel: wholeNumber("--parallel", flags.parallel, command) }),
    ...(flags.deal === undefined ? {} : { deal: readDeal(flags, command) }),
    ...(flags.order === undefined ? {} : { order: readOrder(flags.order, command) }),
    ...(flags.priority === undefined
      ? {}
      : { priority: wholeNumber("--priority", flags.priority, command, 0) }),
    ...(flags.only === undefined ? {} : { only: readOnly(flags.only, command) }),
    ...(flags.overwrite === undefined ? {} : { overwrite: readOverwrite(flags.overwrite, command) }),
    ...(flags.retries === undefined ? {} : { retries: wholeNumber("--retries", flags.retries, command, 0) }),
    ...(flags.warm === true ? { warm: true } : {}),
    ...(flags["while-rendering"] === undefined
      ? {}
      : { whileRendering: readWhileRendering(flags["while-rendering"], command) }),
    ...(flags.threads === undefined ? {} : { threads: wholeNumber("--threads", flags.threads, command) }),
    ...(flags.cache === undefined ? {} : { cacheMB: parseMB(flags.cache) }),
    ...(views === undefined ? {} : { views }),
  });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UsageError(
    `${issue?.path.join(".") ?? "The request"}: ${issue?.message ?? "out of range"}`,
    command,
  );
}

/** Each once, in the order they were named; none where there is only one. */
function severalWrites({ write = [] }: Flags): string[] {
  const names = [...new Set(write)];
  return names.length > 1 ? names : [];
}

function readSplit(flags: Flags, otherwise: Split | undefined, command: string): Split | undefined {
  // A farm has batches; settings for local renders do not apply to it.
  if (command.startsWith("farm")) return undefined;
  const { batchSize } = readBatchSize(flags, command);
  if (flags.split !== undefined && batchSize !== undefined)
    throw new UsageError("--split and --chunk-size exclude each other.", command);
  if (batchSize !== undefined) return { by: "frames", size: batchSize };
  if (flags.split !== undefined) return { by: "chunks", count: wholeNumber("--split", flags.split, command) };
  return otherwise;
}

function defaultSplit(settings: Settings): Split | undefined {
  return settings["render.split"] > 0 ? { by: "chunks", count: settings["render.split"] } : undefined;
}

/** Chunks of so many frames; the tasks of a farm. */
function readBatchSize(flags: Flags, command: string): { batchSize?: number } {
  const sizes = (["chunk-size", "batch-size"] as const).flatMap((name) => {
    const text = flags[name];
    return text === undefined ? [] : [wholeNumber(`--${name}`, text, command)];
  });
  const [batchSize, another] = sizes;
  if (another !== undefined)
    throw new UsageError("--chunk-size and --batch-size mean the same: give one of them.", command);
  return batchSize === undefined ? {} : { batchSize };
}

function readDeal({ deal, ...flags }: Flags, command: string): Deal {
  const result = dealSchema.safeParse(deal);
  if (!result.success)
    throw new UsageError(`--deal takes ${dealSchema.options.join(", ")}, not "${deal ?? ""}".`, command);
  if (result.data === "auto" && flags["chunk-size"] !== undefined)
    throw new UsageError("--deal auto and --chunk-size exclude each other.", command);
  return result.data;
}

function readWhileRendering(text: string, command: string): WhileRendering {
  const result = whileRenderingSchema.safeParse(text);
  if (result.success) return result.data;
  throw new UsageError(
    `--while-rendering takes ${whileRenderingSchema.options.join(", ")}, not "${text}".`,
    command,
  );
}

function readOrder(text: string, command: string): Order {
  const order = parseOrder(text);
  if (order !== null) return order;
  throw new UsageError(
    `--order takes forward, backward, ends or every:N (N from 2 on), not "${text}".`,
    command,
  );
}

function readOnly(text: string, command: string): Only {
  const result = onlySchema.safeParse(text);
  if (!result.success)
    throw new UsageError(`--only takes ${onlySchema.options.join(", ")}, not "${text}".`, command);
  return result.data;
}

function readOverwrite(text: string, command: string): Overwrite {
  const result = overwriteSchema.safeParse(text);
  if (result.success) return result.data;
  throw new UsageError(`--overwrite takes ${overwriteSchema.options.join(", ")}, not "${text}".`, command);
}

/** Upper bounds are the request's own. */
function wholeNumber(flag: string, text: string, command: string, least = 1): number {
  const value = Number(text);
  if (!/^\d+$/u.test(text) || value < least)
    throw new UsageError(`${flag} takes a whole number from ${least} on, not "${text}".`, command);
  return value;
}

function absolute(path: string, terminal: Terminal): string {
  return isAbsolute(path) ? path : resolve(terminal.cwd, path);
}
