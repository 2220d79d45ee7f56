/** The last look at a job: its files on the disk, and how it ended. */
import type { JobOutcome } from "../../plan/job/job-state.ts";
import type { ChunkView } from "../chunk/chunk-view.ts";

/** How often a frame whose file was removed is rendered again: someone may want it gone. */
const MOST_TIMES = 2;

/** Frames of a chunk that were on disk, and are not any more. */
export interface VanishedFrames {
  readonly chunk: number;
  readonly frames: readonly number[];
}

/** Looks at the files of all done frames; those that are gone or changed are not done any more. */
export async function findVanished(runs: readonly ChunkView[]): Promise<VanishedFrames[]> {
  const found: VanishedFrames[] = [];
  for (const { ledger, status } of runs) {
    const frames = await ledger.recheck();
    if (frames.length > 0) found.push({ chunk: status.index, frames });
  }
  return found;
}

/** How often each frame was rendered again because its file was gone. */
export class VanishedCounts {
  readonly #times = new Map<number, number>();

  /** An earlier service has rendered them again. */
  add(frames: readonly number[]): void {
    for (const frame of frames) this.#times.set(frame, (this.#times.get(frame) ?? 0) + 1);
  }

  /** Counts these; returns those that may be rendered once more. */
  take(frames: readonly number[]): number[] {
    const again = frames.filter((frame) => (this.#times.get(frame) ?? 0) < MOST_TIMES);
    this.add(again);
    return again;
  }

  /** Why a frame is missing whose file is gone. */
  reason(frame: number): string {
    const times = this.#times.get(frame) ?? 0;
    const again = times === 0 ? "" : ` It was rendered again ${times === 1 ? "once" : `${times} times`}.`;
    return `Its file was written, but was missing or changed at the end of the render.${again}`;
  }
}

/** Frames whose files were there at the last look. */
export function framesOnDisk(runs: readonly ChunkView[]): Set<number> {
  return new Set(runs.flatMap(({ ledger }) => [...ledger.done.keys()]));
}

/** How a job ended. @param givenUp why nothing more of it was tried. */
export function outcomeFor(
  missing: number,
  cancelled: boolean,
  givenUp: "failed" | "license" | "unstarted" | null,
): JobOutcome {
  if (cancelled) return "cancelled";
  if (missing === 0) return "complete";
  if (givenUp === null) return "incomplete";
  return givenUp === "license" ? "no-license" : "abandoned";
}
