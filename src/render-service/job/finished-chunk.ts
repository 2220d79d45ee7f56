/** A Nuke that had ended before this service began. */
import type { ChunkStatus } from "../../plan/job/events.ts";
import { framesOf } from "../../plan/frames/frames.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import type { ChunkView } from "../chunk/chunk-view.ts";
import { FrameLedger } from "../frames/frame-ledger.ts";
import { FrameTimes } from "../frames/frame-times.ts";

export interface PastFacts {
  readonly plan: RenderPlan;
  readonly status: ChunkStatus;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly done: ReadonlyMap<number, readonly string[]>;
}

export class FinishedChunk implements ChunkView {
  readonly #status: ChunkStatus;
  readonly startedAt: number;
  readonly ledger: FrameLedger;
  readonly times: FrameTimes;
  readonly memory: ChunkView["memory"];
  readonly isRunning = false;
  readonly framesAdvanced: number;

  constructor({ plan, status, startedAt, done }: PastFacts) {
    this.#status = status;
    this.startedAt = startedAt;
    this.times = new FrameTimes(startedAt);
    const { filesPerFrame, movie, cwd, outputFile } = plan;
    const frames = framesOf(status.frames);
    this.ledger = new FrameLedger({ frames, filesPerFrame, movie, cwd, outputFile, startedAt });
    this.ledger.restore(done);
    this.framesAdvanced = done.size;
    this.memory = { seenMB: done.size > 0 ? status.peakMB : 0, peakMB: status.peakMB, measuredMB: 0 };
  }

  get status(): ChunkStatus {
    const framesDone = Math.min(this.#status.framesDone, this.ledger.done.size);
    return { ...this.#status, framesDone };
  }

  get wasSilent(): boolean {
    return this.#status.verdict === "hung";
  }
}
