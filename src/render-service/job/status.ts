/** What people see of a job. */
import type { JobStatus } from "../../plan/job/events.ts";
import { type FrameList, formatFrames } from "../../plan/frames/frames.ts";
import type { JobState } from "../../plan/job/job-state.ts";
import type { Chunks } from "./chunks.ts";
import type { JobEstimates } from "./estimates.ts";
import type { JobFigures } from "./figures.ts";
import type { JobContext } from "./types.ts";
import type { JobSettings } from "../storage/journal-entries.ts";

/** Its frames when it was over. */
export type JobResult = Pick<JobStatus, "doneRanges" | "missingRanges">;

/** @param done frames on disk. */
export function jobResult({ frames, steps }: FrameList, done: ReadonlySet<number>): JobResult {
  const missing = frames.filter((frame) => !done.has(frame));
  const ranges = (list: readonly number[]): string[] =>
    list.length === 0 ? [] : formatFrames(list, steps).split(" ");
  return {
    doneRanges: ranges(frames.filter((frame) => done.has(frame))),
    missingRanges: ranges(missing),
  };
}

export interface JobStatusInput {
  readonly id: string;
  readonly context: JobContext;
  readonly state: JobState;
  readonly settings: JobSettings;
  readonly list: Chunks;
  readonly estimates: JobEstimates;
  /** Frames that have failed for the last time. */
  readonly lost: number;
  readonly figures: Pick<JobFigures, "startedAt" | "peakMB" | "folder">;
  /** Milliseconds since 1970. */
  readonly finishedAt: number | null;
  readonly ending: JobResult | null;
}

export function jobStatus({
  context,
  list,
  estimates,
  figures,
  ending,
  ...facts
}: JobStatusInput): JobStatus {
  const { plan, source } = context.job;
  const chunks = list.statuses;
  const running = chunks.filter(({ state }) => state === "running").length;
  const framesDone = chunks.reduce((sum, chunk) => sum + chunk.framesDone, 0);
  // A frame that has failed counts again when it is tried again, and at last when it is given up.
  const advanced = list.runs.reduce(
    (sum, run) => sum + (run.isRunning ? run.framesAdvanced : run.ledger.done.size),
    facts.lost,
  );
  const waits = facts.state.kind !== "cancelling" && facts.state.kind !== "done";
  return {
    job: facts.id,
    script: source ?? plan.script,
    write: plan.write,
    state: facts.state,
    priority: facts.settings.priority,
    parallel: facts.settings.parallel,
    waitsFor: waits ? context.waitsFor() : [],
    frames: plan.frames,
    frameCount: plan.frameCount,
    framesDone,
    progress: ending ? framesDone / plan.frameCount : Math.min(1, advanced / plan.frameCount),
    running,
    etaSeconds: estimates.etaSeconds(running),
    seconds: figures.startedAt === null ? 0 : ((facts.finishedAt ?? Date.now()) - figures.startedAt) / 1000,
    peakMB: Math.round(figures.peakMB),
    heaviest: estimates.heaviest,
    submittedAt: context.submittedAt,
    finishedAt: facts.finishedAt,
    chunks,
    damaged: null,
    folder: figures.folder,
    doneRanges: ending?.doneRanges ?? [],
    missingRanges: ending?.missingRanges ?? [],
    demo: plan.nuke?.demo ?? false,
    ...(context.job.submission === undefined ? {} : { submission: context.job.submission }),
  };
}
