/** What a job asks of a Nuke's run, whether it was started by this service, taken over, or is long over. */
import type { ChunkStatus } from "../../plan/job/events.ts";
import type { FrameLedger } from "../frames/frame-ledger.ts";
import type { FrameTimes } from "../frames/frame-times.ts";
import type { NukeMemory } from "../memory/usage.ts";

export interface ChunkView {
  readonly status: ChunkStatus;
  readonly isRunning: boolean;
  readonly wasSilent: boolean;
  /** Frames finished and the part of the one at work. */
  readonly framesAdvanced: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly ledger: Pick<FrameLedger, "done" | "recheck">;
  readonly memory: Pick<NukeMemory, "seenMB" | "peakMB" | "measuredMB">;
  readonly times: Pick<FrameTimes, "recent" | "longest" | "startupSeconds" | "secondsPerFrame">;
}
