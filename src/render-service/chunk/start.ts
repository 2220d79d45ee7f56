/** Starts the Nuke of a chunk, or takes over the one that an earlier service has started. */
import type { ChunkLogs } from "../logs/chunk-logs.ts";
import type { ChunkOrder } from "./context.ts";
import { CHUNK_VARIABLE } from "../process/environment.ts";
import { NukeProcess } from "../process/nuke-process.ts";

export interface StartedNuke {
  /** Null: it has ended while no service ran. */
  readonly process: NukeProcess | null;
  /** The system ends it when it takes more, MB; null: nothing does. */
  readonly wallMB: number | null;
}

/**
 * @param command what renders the chunk, with the script's own path.
 * @throws {NotStartedError} when the system cannot start it.
 */
export async function startNuke(
  { job, plan, chunk, env, adopted, script, walled, emit }: ChunkOrder,
  command: readonly string[],
  logs: ChunkLogs,
  warn: (text: string) => void,
): Promise<StartedNuke> {
  const { outFile, errFile } = logs;
  if (adopted !== null) {
    await logs.ensure();
    return { process: adopted.nuke && NukeProcess.adopt(adopted.nuke), wallMB: null };
  }
  const marked = { ...env, [CHUNK_VARIABLE]: String(chunk.index) };
  const { argv, wallMB, ...nuke } = await walled({ argv: script.words(command), env: marked }, warn);
  const process = await NukeProcess.start({ ...nuke, argv, cwd: plan.cwd, outFile, errFile });
  const { index, frames } = chunk;
  emit({ type: "chunk-started", job, chunk: index, frames, pid: process.pid, argv: [...argv] });
  return { process, wallMB };
}
