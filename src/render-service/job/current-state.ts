/** The state a job is in, and the only way it moves. */
import {
  type Block,
  type BlockReason,
  type JobState,
  type JobStateEvent,
  NEW_JOB,
  blocksOf,
  transition,
} from "../../plan/job/job-state.ts";

export class CurrentState {
  readonly #moved: () => void;
  #now: JobState = NEW_JOB;

  /** @param moved called when the state is another one. */
  constructor(moved: () => void) {
    this.#moved = moved;
  }

  get now(): JobState {
    return this.#now;
  }

  get kind(): JobState["kind"] {
    return this.#now.kind;
  }

  /** An earlier service has left the job in it. */
  restore(state: JobState): void {
    this.#now = state;
  }

  change(event: JobStateEvent): void {
    const next = transition(this.#now, event);
    if (next === this.#now) return;
    this.#now = next;
    this.#moved();
  }

  /** The job is blocked, perhaps as it was before: another look is news too, and clients see that the job is not forgotten. */
  block(block: Block): void {
    this.change({ type: "blocked", ...block });
    this.#moved();
  }

  /** What blocks the job for the reason given, in words; null: nothing does. */
  blockedBy(reason: BlockReason): string | null {
    return blocksOf(this.#now).find((block) => block.reason === reason)?.text ?? null;
  }
}
