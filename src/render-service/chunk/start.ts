/** Starts the Nuke of a chunk. */
import type { ChunkLogs } from "../logs/chunk-logs.ts";
import type { ChunkContext } from "./context.ts";
import { CHUNK_VARIABLE } from "../process/environment.ts";
import { NukeProcess } from "../process/nuke-process.ts";

export interface StartedNuke {
  readonly process: NukeProcess;
  /** The system ends it when it takes more, MB; null: nothing does. */
  readonly limitMB: number | null;
}

/**
 * @param command what renders the chunk, with the script's own path.
 * @throws {NotStartedError} when the system cannot start it.
 */
export async function startNuke(
  { job, folder, plan, chunk, env, script, walled, emit }: Omit<ChunkContext, "adopted">,
  command: readonly string[],
  logs: ChunkLogs,
  warn: (text: string) => void,
): Promise<StartedNuke> {
  const { outFile, errFile } = logs;
  const { index, frames } = chunk;
  const mark = { folder, chunk: index };
  const marked = { ...env, [CHUNK_VARIABLE]: String(index) };
  const { argv, limitMB, ...nuke } = await walled({ argv: script.words(command), env: marked }, warn);
  const process = await NukeProcess.start({ ...nuke, argv, cwd: plan.cwd, outFile, errFile, mark });
  emit({ type: "chunk-started", job, chunk: index, frames, pid: process.pid, argv: [...argv] });
  return { process, limitMB };
}
