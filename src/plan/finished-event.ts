import type { EventOf, JobStatus } from "./events.ts";

/** What is said at the end of a job, for one who was not there. */
export function finishedEvent(status: JobStatus): EventOf<"finished"> {
  const { job, doneRanges: framesDone, missingRanges: framesMissing, exitCode } = status;
  return { type: "finished", job, framesDone, framesMissing, exitCode: exitCode ?? 1, status };
}
