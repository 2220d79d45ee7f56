/** What a job says of frames that come back and of licenses. */
import type { Pace } from "../../plan/distribute.ts";
import { count, duration } from "../../plan/display.ts";
import { displayFrames } from "../../plan/frames.ts";
import type { RequeuedFrames, ChunkOutcome } from "../frames/retry-policy.ts";

/** Why a chunk that waited is not started. */
export const TAKEN_OVER = "Nukes that were open have taken its frames over.";

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
  const which = `${noun} ${displayFrames(frames)} of chunk ${origin + 1} ${verb} rendered`;
  if (exclusive) return `${which} when no other Nuke runs, for lack of memory.`;
  if (cause === "unobserved") return `${which} anew.`;
  if (cause === "paused") return `${which} when the job goes on.`;
  if (cause === "memory") return `${which} when there is room.`;
  if (why === "retry") return `${which} again, alone (try ${attempt ?? 2} of ${tries}).`;
  return `${which} by another Nuke.`;
}

/** @param counts frames of each chunk that was dealt anew. */
export function redistributionText(
  counts: readonly number[],
  { startupSeconds, secondsPerFrame }: Pace,
): string {
  const frames = counts.reduce((sum, one) => sum + one, 0);
  const each = secondsPerFrame < 10 ? `${secondsPerFrame.toFixed(1)} s` : duration(secondsPerFrame);
  return (
    `${count(frames, "frame")} that ${frames === 1 ? "waits is" : "wait are"} dealt anew, in ${count(counts.length, "chunk")}: ` +
    `a start of Nuke takes ${duration(startupSeconds)}, a frame ${each}.`
  );
}

/** @param waitMs until it is asked for again; `mostMs`: for how long at most. */
export function refusalText(waitMs: number, mostMs: number): string {
  return `Nuke got no license. It is asked for again in ${duration(waitMs / 1000)}, for ${duration(mostMs / 1000)} at most.`;
}
