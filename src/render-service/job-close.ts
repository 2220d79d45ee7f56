/** The last look at a job: frame by frame, the plan against the disk. */
import { type FrameList, formatFrames } from "../plan/frames.ts";
import type { ChunkView } from "./chunk-view.ts";

export interface LastLook {
  /** In Nuke syntax. */
  readonly doneRanges: string[];
  readonly missingRanges: string[];
  /** Frames that are not on disk. */
  readonly missing: number;
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

/** @param gone is told each frame whose file is gone or changed though it was written. */
export async function lookAtDisk(
  { frames, steps }: FrameList,
  runs: readonly ChunkView[],
  gone: (chunk: number, frame: number) => void,
): Promise<LastLook> {
  const onDisk = new Set<number>();
  for (const { ledger, status } of runs) {
    for (const frame of await ledger.recheck()) gone(status.index, frame);
    for (const frame of ledger.done.keys()) onDisk.add(frame);
  }
  const ranges = (some: readonly number[]): string[] =>
    some.length === 0 ? [] : formatFrames(some, steps).split(" ");
  const missing = frames.filter((frame) => !onDisk.has(frame));
  return {
    doneRanges: ranges(frames.filter((frame) => onDisk.has(frame))),
    missingRanges: ranges(missing),
    missing: missing.length,
  };
}
