/** What a program that waits for a render learns from its exit code. */
import type { JobOutcome } from "./job-state.ts";

export const outcomeExitCodes = {
  complete: 0,
  incomplete: 1,
  abandoned: 1,
  "no-license": 3,
  cancelled: 130,
} as const satisfies Record<JobOutcome, number>;
