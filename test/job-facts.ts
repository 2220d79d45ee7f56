/** What tests ask of a job or of the event that ends it. */
import type { EventOf, JobStatus } from "../src/plan/job/events.ts";
import { outcomeExitCodes } from "../src/plan/job/exit-codes.ts";
import { type Block, blocksOf, outcomeOf } from "../src/plan/job/job-state.ts";

type Ended = Pick<JobStatus, "state"> | Pick<EventOf<"finished">, "outcome">;

/** The exit code a program gets for a job; null while it is not over. */
export function exitCodeOf(ended: Ended | null | undefined): number | null {
  if (!ended) return null;
  const outcome = "outcome" in ended ? ended.outcome : outcomeOf(ended.state);
  return outcome === null ? null : outcomeExitCodes[outcome];
}

export function isPaused(job: Pick<JobStatus, "state"> | null | undefined): boolean {
  return job?.state.kind === "paused";
}

/** What blocks a job, the first of them; null: nothing does. */
export function firstBlock(job: Pick<JobStatus, "state"> | null | undefined): Block | null {
  return (job && blocksOf(job.state)[0]) ?? null;
}
