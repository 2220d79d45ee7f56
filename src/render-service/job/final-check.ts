/** The last look at a job: its files on the disk, and what that means for whoever waits for it. */
import type { ChunkView } from "../chunk/chunk-view.ts";

const GONE = "Its file was written, but is gone or changed at the end of the render.";

/** Frames whose files are there. @param gone is told each one whose file is not, though it was written. */
export async function framesOnDisk(
  runs: readonly ChunkView[],
  gone: (chunk: number, frame: number, message: string) => void,
): Promise<Set<number>> {
  const onDisk = new Set<number>();
  for (const { ledger, status } of runs) {
    for (const frame of await ledger.recheck()) gone(status.index, frame, GONE);
    for (const frame of ledger.done.keys()) onDisk.add(frame);
  }
  return onDisk;
}

/** The exit code of whoever waits for a job (`JobStatus.exitCode`). */
export function exitCodeOf(
  missing: number,
  cancelled: boolean,
  givenUp: "failed" | "license" | null,
): number {
  if (cancelled) return 130;
  if (missing === 0) return 0;
  return givenUp === "license" ? 3 : 1;
}
