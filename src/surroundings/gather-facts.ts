import { dirname } from "node:path";
import { type NukeWishes, chooseNuke } from "../nuke/choose-nuke.ts";
import type { PlanFacts } from "../plan/facts.ts";
import type { ScriptFacts } from "../plan/target.ts";
import { warmFile } from "../programs.ts";
import { type MemorySettings, readMachine } from "./machine.ts";
import { outputFolders } from "./output-folders.ts";

export interface FactWishes {
  readonly nuke: NukeWishes;
  readonly memory: MemorySettings;
  readonly createFolders: boolean;
  readonly unsaved: boolean;
  /** Where a relative `--nuke` starts from. */
  readonly cwd: string;
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
    createFolders: wishes.createFolders,
    unsaved: wishes.unsaved,
    warmFile: warmFile(),
    cwd,
  };
}
