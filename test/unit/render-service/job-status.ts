/** The status of a job, for tests of what is made of it. */
import { type JobStatus, jobStatusSchema } from "../../../src/plan/job/events.ts";

/** A job that renders; what is not said is nothing. */
export const jobStatus = (changes: Partial<JobStatus>): JobStatus =>
  jobStatusSchema.parse({
    job: "shot-Write1-3f9a",
    script: "/p/shot.nk",
    write: "Write1",
    state: { kind: "running", blockedBy: [] },
    frames: "1-100",
    frameCount: 100,
    framesDone: 0,
    progress: 0,
    running: 0,
    etaSeconds: null,
    seconds: 1,
    peakMB: 1,
    submittedAt: 1,
    finishedAt: null,
    chunks: [],
    folder: null,
    doneRanges: [],
    missingRanges: [],
    demo: false,
    ...changes,
  });
