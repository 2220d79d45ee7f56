/** What people are told of what became of a frame. */
import type { RenderEvent } from "../../plan/events.ts";
import type { FrameOutcome } from "./frame-ledger.ts";

/**
 * Null if no one needs to know.
 * @param peakMB the most that its Nuke was seen to hold meanwhile; null when that is not known.
 */
export function frameEvent(
  job: string,
  chunk: number,
  outcome: FrameOutcome,
  peakMB: number | null,
): RenderEvent | null {
  const { frame } = outcome;
  if (outcome.kind === "done")
    return { type: "frame-done", job, chunk, frame, files: outcome.files, seconds: outcome.seconds, peakMB };
  return outcome.kind === "failed"
    ? { type: "frame-failed", job, chunk, frame, message: outcome.message }
    : null;
}
