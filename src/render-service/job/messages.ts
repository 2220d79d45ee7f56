/** Messages of a job about requeued frames and licenses. */
import type { Pace } from "../../plan/frames/distribute.ts";
import { count, duration } from "../../plan/text/display.ts";
import { displayFrames } from "../../plan/frames/frames.ts";
import type { RequeuedFrames, ChunkOutcome } from "../frames/retry-policy.ts";

/** Why a queued chunk is not started. */
export const TAKEN_OVER = "Open Nukes took over its frames.";

/**
 * @param origin index of the chunk that left the frames.
 * @param tries how often a frame is tried altogether.
 */
export function requeueText(
  { frames, exclusive, why, attempt }: RequeuedFrames,
  cause: ChunkOutcome["cause"],
  origin: number,
  tries: number,
): string {
  const [noun, verb] = frames.length === 1 ? ["Frame", "is"] : ["Frames", "are"];
  const which = `${noun} ${displayFrames(frames)} of chunk ${origin + 1} ${verb}`;
  if (exclusive) return `${which} requeued, to run without other Nukes because memory ran out.`;
  if (cause === "unobserved") return `${which} requeued.`;
  if (cause === "paused") return `${which} requeued until the job is resumed.`;
  if (cause === "memory") return `${which} requeued until memory is free.`;
  if (why === "retry") return `${which} rendered again alone (try ${attempt ?? 2} of ${tries}).`;
  return `${which} rendered by another Nuke.`;
}

/** @param counts frames of each redistributed chunk. */
export function redistributionText(
  counts: readonly number[],
  { startupSeconds, secondsPerFrame }: Pace,
): string {
  const frames = counts.reduce((sum, one) => sum + one, 0);
  const each = secondsPerFrame < 10 ? `${secondsPerFrame.toFixed(1)} s` : duration(secondsPerFrame);
  return (
    `${count(frames, "queued frame")} ${frames === 1 ? "is" : "are"} redistributed into ${count(counts.length, "chunk")}: ` +
    `Nuke takes ${duration(startupSeconds)} to start and ${each} for a frame.`
  );
}

/** @param waitMs until the next attempt; `mostMs`: for how long at most. */
export function refusalText(waitMs: number, mostMs: number): string {
  return `Nuke got no license. The next attempt is in ${duration(waitMs / 1000)}; attempts end after ${duration(mostMs / 1000)}.`;
}
