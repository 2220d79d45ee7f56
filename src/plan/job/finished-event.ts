import type { EventOf, JobStatus } from "./events.ts";
import { outcomeOf } from "./job-state.ts";

/** What is said at the end of a job, for one who was not there. */
export function finishedEvent(status: JobStatus): EventOf<"finished"> {
  const { job, doneRanges: framesDone, missingRanges: framesMissing, state } = status;
  const outcome = outcomeOf(state) ?? "incomplete";
  return { type: "finished", job, framesDone, framesMissing, outcome, status };
}
