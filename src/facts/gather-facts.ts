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
  /** Where a relative `--nuke` starts from. */
  readonly cwd: string;
  /** Full names of Writes whose frames on disk are looked at; absent: nobody's. */
  readonly look?: readonly string[];
}

/** The Writes whose files planning `write` asks about: those it reads, and itself where only some of its frames are wanted. */
export function writesToLookAt(script: ScriptFacts, write: string, only: Only | undefined): string[] {
  const read = readBy(script, write).map(({ name }) => name);
  return only === undefined || only === "all" ? read : [write, ...read];
}

/**
 * Everything planning has to know of this machine for a script. Nuke runs in the script's own folder, whoever asks, so that
 * relative file names mean the same from every surface.
 * @throws {NukeNotFoundError} when a Nuke was named that is not there.
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
