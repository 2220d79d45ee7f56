import { dirname } from "node:path";
import { NukeNotFoundError, type NukeOptions, chooseNuke, demoRenderer } from "../nuke/choose-nuke.ts";
import { demoScript } from "../plan/output/demo-output.ts";
import type { PlanFacts, ViewFiles } from "../plan/facts.ts";
import type { NukeCommand } from "../plan/render-plan.ts";
import type { Overwrite, WhileRendering } from "../plan/request.ts";
import type { ScriptFacts } from "../plan/target.ts";
import { readBy } from "../plan/write-order.ts";
import { warmFile } from "../paths.ts";
import { demoFolder } from "./demo-folder.ts";
import { DiskLooks, LookLimit, LookOverError } from "./disk-looks.ts";
import { filesOnDisk, scriptTime } from "./frames-on-disk.ts";
import { type MemorySettings, readMachine } from "./machine.ts";
import { outputFolders } from "./output-folders.ts";

export interface FactOptions {
  readonly nuke: NukeOptions;
  readonly memory: MemorySettings;
  readonly createFolders: boolean;
  readonly whileRendering: WhileRendering;
  readonly unsaved: boolean;
  /** Which paths may be looked at; absent: all. */
  readonly mayTouch?: (path: string) => Promise<boolean>;
  /** Base folder of a relative `--nuke`. */
  readonly cwd: string;
  /** Default of the request's `overwrite` (`nukeRender.overwrite`). */
  readonly overwrite?: Overwrite;
  /** What is looked at on disk; absent: nothing. */
  readonly look?: DiskQuestion;
}

/** Whose frames on disk are looked up, and for how long. */
export interface DiskQuestion {
  /** Full names. */
  readonly writes: readonly string[];
  /** The render depends on the answer, so there is no time limit. */
  readonly needed: boolean;
  /** What was read a moment ago; absent: everything is read. */
  readonly looks?: DiskLooks;
}

/** Time limit of a lookup whose result is only mentioned, ms. */
const LOOK_MS = 3000;

/** The Writes whose files planning `write` asks about: itself, and those it reads. */
export function writesToLookAt(script: ScriptFacts, write: string): string[] {
  return [write, ...readBy(script, write).map(({ name }) => name)];
}

/**
 * Everything planning needs to know about this machine for a script. Nuke always runs in the script's folder, so that relative
 * file names mean the same from every surface. For the demo renderer, the Writes have the files that it writes.
 */
export async function collectFacts(given: ScriptFacts, options: FactOptions): Promise<PlanFacts> {
  const cwd = dirname(given.path);
  const chosen = findNuke(given.version, options);
  const demo = chosen.nuke?.demo === true ? await demoFolder(given) : null;
  const script = demo === null ? given : demoScript(given, demo);
  const folders = await Promise.all(
    script.writes.map(
      async (write) => [write.name, await outputFolders(write, cwd, options.mayTouch)] as const,
    ),
  );
  return {
    script,
    machine: readMachine(options.memory),
    ...(demo === null ? chosen : { nuke: demoRenderer(demo) }),
    outputs: Object.fromEntries(folders),
    ...(options.look === undefined ? {} : await lookAt(script, options.look, cwd, options.unsaved)),
    ...(options.overwrite === undefined ? {} : { overwrite: options.overwrite }),
    createFolders: options.createFolders,
    whileRendering: options.whileRendering,
    unsaved: options.unsaved,
    warmFile: warmFile(),
    cwd,
  };
}

/** A Nuke that was named and is not there is a problem of the plan, which says how to correct it. */
function findNuke(
  version: string | null,
  { nuke, cwd }: FactOptions,
): { nuke: NukeCommand | null; nukeTrouble?: string } {
  try {
    return { nuke: chooseNuke(version, nuke, { env: process.env, cwd }) };
  } catch (error) {
    if (!(error instanceof NukeNotFoundError)) throw error;
    return { nuke: null, nukeTrouble: error.message };
  }
}

async function lookAt(
  script: ScriptFacts,
  { writes: names, needed, looks = new DiskLooks() }: DiskQuestion,
  cwd: string,
  unsaved: boolean,
): Promise<Required<Pick<PlanFacts, "files" | "unseen" | "now">>> {
  const writes = script.writes.filter(({ name }) => names.includes(name));
  const files: Record<string, ViewFiles[]> = {};
  const unseen: Record<string, string> = {};
  const changed = writes.length === 0 ? Infinity : await scriptTime(script.path, unsaved);
  const limit = new LookLimit(needed ? Infinity : LOOK_MS);
  for (const write of writes) {
    try {
      const found = await filesOnDisk(write, script, cwd, { changed, limit, looks });
      if (found !== null) files[write.name] = found;
    } catch (error) {
      if (!(error instanceof LookOverError)) throw error;
      unseen[write.name] = error.message;
    }
  }
  return { files, unseen, now: Date.now() };
}
