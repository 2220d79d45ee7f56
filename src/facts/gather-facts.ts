import { dirname } from "node:path";
import { type NukeWishes, chooseNuke } from "../nuke/choose-nuke.ts";
import type { PlanFacts, ViewFiles } from "../plan/facts.ts";
import type { Only, WhileRendering } from "../plan/request.ts";
import type { ScriptFacts } from "../plan/target.ts";
import { readBy } from "../plan/write-order.ts";
import { warmFile } from "../paths.ts";
import { filesOnDisk, scriptTime } from "./frames-on-disk.ts";
import { type MemorySettings, readMachine } from "./machine.ts";
import { outputFolders } from "./output-folders.ts";

export interface FactWishes {
  readonly nuke: NukeWishes;
  readonly memory: MemorySettings;
  readonly createFolders: boolean;
  readonly whileRendering: WhileRendering;
  readonly unsaved: boolean;
  /** Base folder of a relative `--nuke`. */
  readonly cwd: string;
  /** Full names of Writes whose frames on disk are looked at; absent: none. */
  readonly look?: readonly string[];
}

/** The Writes whose files are needed to plan `write`: those it reads, and itself if only some of its frames are requested. */
export function writesToLookAt(script: ScriptFacts, write: string, only: Only | undefined): string[] {
  const read = readBy(script, write).map(({ name }) => name);
  return only === undefined || only === "all" ? read : [write, ...read];
}

/**
 * Everything planning needs to know about this machine for a script. Nuke always runs in the script's folder, so that relative
 * file names mean the same from every surface.
 * @throws {NukeNotFoundError} if the named Nuke does not exist.
 */
export async function gatherFacts(script: ScriptFacts, wishes: FactWishes): Promise<PlanFacts> {
  const cwd = dirname(script.path);
  const folders = await Promise.all(
    script.writes.map(async (write) => [write.name, await outputFolders(write, cwd)] as const),
  );
  return {
    script,
    machine: readMachine(wishes.memory),
    nuke: chooseNuke(script.version, wishes.nuke, { env: process.env, cwd: wishes.cwd }),
    outputs: Object.fromEntries(folders),
    ...(wishes.look === undefined ? {} : { files: await lookAt(script, wishes.look, cwd, wishes.unsaved) }),
    createFolders: wishes.createFolders,
    whileRendering: wishes.whileRendering,
    unsaved: wishes.unsaved,
    warmFile: warmFile(),
    cwd,
  };
}

async function lookAt(
  script: ScriptFacts,
  names: readonly string[],
  cwd: string,
  unsaved: boolean,
): Promise<Record<string, ViewFiles[]>> {
  const writes = script.writes.filter(({ name }) => names.includes(name));
  if (writes.length === 0) return {};
  const changed = await scriptTime(script.path, unsaved);
  const found: Record<string, ViewFiles[]> = {};
  for (const write of writes) {
    const files = await filesOnDisk(write, script, cwd, changed);
    if (files !== null) found[write.name] = files;
  }
  return found;
}
