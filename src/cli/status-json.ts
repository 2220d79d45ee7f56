/** Jobs and events as `--json` prints them: `state` is one word, and what follows from it stands next to it, so that scripts need no union. */
import type { JobStatus, RenderEvent } from "../plan/job/events.ts";
import { outcomeExitCodes } from "../plan/job/exit-codes.ts";
import { type JobState, blocksOf, outcomeOf } from "../plan/job/job-state.ts";

/** A job for programs. `state`: queued, running, paused, interrupted, cancelling or finished; `exitCode`: null until it is finished. */
export function statusJson({ state, ...status }: JobStatus): object {
  const outcome = outcomeOf(state);
  return {
    ...status,
    state: stateWord(state),
    paused: state.kind === "paused",
    blockedBy: blocksOf(state),
    outcome,
    exitCode: outcome === null ? null : outcomeExitCodes[outcome],
  };
}

/** An event for programs; the last one, `finished`, has the exit code of the job. */
export function eventJson(event: RenderEvent): object {
  switch (event.type) {
    case "queued":
    case "progress":
      return { ...event, status: statusJson(event.status) };
    case "finished":
      return { ...event, exitCode: outcomeExitCodes[event.outcome], status: statusJson(event.status) };
    default:
      return event;
  }
}

/** One word for the state of a job. */
export function stateWord(state: JobState): string {
  if (state.kind === "paused") return state.by === "interruption" ? "interrupted" : "paused";
  return state.kind === "done" ? "finished" : state.kind;
}
