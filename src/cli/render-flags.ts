import { isAbsolute, resolve } from "node:path";
import type { NukeOptions } from "../nuke/choose-nuke.ts";
import type { PlanFacts } from "../plan/facts.ts";
import { dependsOnDisk } from "../plan/output/overwrite.ts";
import type { RenderRequest } from "../plan/request.ts";
import { BEING_RENDERED } from "../plan/output/output-conflict.ts";
import type { Problem } from "../plan/render-plan.ts";
import type { Repeat } from "../plan/job/repeat.ts";
import type { ScriptFacts } from "../plan/target.ts";
import { readScriptFile } from "../script/read-script.ts";
import { scriptFacts } from "../script/write-targets.ts";
import { type DiskQuestion, collectFacts, writesToLookAt } from "../facts/gather-facts.ts";
import { type Settings, memorySettings } from "../facts/settings.ts";
import { readSettings } from "../facts/settings-files.ts";
import { UsageError } from "./failure.ts";
import { type Flags, type ParsedFlags, parseFlags, refuseFlags } from "./flag-table.ts";
import { farmUses, readBatchSize, readRequest } from "./request-flags.ts";
import { printSettings } from "./trust/settings-notice.ts";
import type { Terminal } from "./terminal.ts";
import { TrustStore } from "./trust/trust-store.ts";

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

function nukeOptions(values: Flags, settings: Settings, command: string, repeat?: Repeat): NukeOptions {
  const forFarm = command.startsWith("farm");
  if (forFarm && values.demo === true)
    throw new UsageError("--demo: a farm renders with its own Nukes. Leave it out.", command);
  const byDefault = values.nuke === undefined && repeat === undefined && settings["nuke.useDemoRenderer"];
  return {
    ...(values.nuke === undefined ? {} : { path: values.nuke }),
    executables: settings["nuke.executables"],
    command: repeat?.nuke,
    // A farm has its own Nukes, and its frames are real.
    demo: forFarm ? false : (values.demo ?? byDefault),
  };
}

function readIgnored(codes: readonly string[], command: string): readonly string[] {
  const unknown = codes.find((code) => ![...ignorable].some((known) => known === code));
  if (unknown === undefined) return codes;
  throw new UsageError(`--ignore ${unknown}: only ${[...ignorable].join(", ")} can be passed over.`, command);
}

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
  const flags = parseFlags(args, command);
  const { values, positionals } = flags;
  const [file, ...more] = positionals;
  if (file === undefined) throw new UsageError("Which script? Its path is missing.", command);
  refuseForeignFlags(flags, command);
  if (more.length > 0)
    throw new UsageError(`One script at a time: "${more.join('", "')}" is too much.`, command);

  const inForce = readSettings({
    cwd: terminal.cwd,
    named: values.settings === undefined ? undefined : absolute(values.settings, terminal),
    trust: new TrustStore(terminal.env, (line) => terminal.err(line)),
  });
  printSettings(inForce, terminal);
  const { settings } = inForce;
  const ignored = new Set([...readIgnored(values.ignore ?? [], command), ...(repeat?.ignored ?? [])]);
  const path = absolute(file, terminal);
  const script = scriptFacts(await readScriptFile(path), path);
  const request = readRequest(flags, script, settings, command, repeat?.request);
  const nuke = nukeOptions(values, settings, command, repeat);
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
    given: new Set([...Object.keys(values), ...flags.options.keys()]),
    ...readBatchSize(flags.options, command),
    withNeeded: values["with-needed"] ?? false,
    after: values.after ?? [],
    dryRun: values["dry-run"] ?? false,
    farmCommand: values.command,
  };
}

/** A command that cannot do what a flag says refuses it. */
function refuseForeignFlags({ values, options }: ParsedFlags, command: string): void {
  const given = (name: "dry-run" | "command"): string[] => (values[name] === undefined ? [] : [name]);
  if (!command.startsWith("farm")) {
    refuseFlags(given("dry-run"), "nbr plan shows a render and runs nothing.", command);
    return refuseFlags(given("command"), "only nbr farm submit runs one.", command);
  }
  refuseFlags(
    farmUses(options).flatMap(({ name, use }) => (use === "refused" ? [name] : [])),
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

/** Each once, in the order they were named; none where there is only one. */
function severalWrites({ write = [] }: Flags): string[] {
  const names = [...new Set(write)];
  return names.length > 1 ? names : [];
}

function absolute(path: string, terminal: Terminal): string {
  return isAbsolute(path) ? path : resolve(terminal.cwd, path);
}
