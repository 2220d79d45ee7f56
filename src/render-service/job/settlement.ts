/** What becomes of the frames that the Nukes of a job leave: rendered again, given up, or the end of the job. */
import type { Verdict } from "../../plan/job/events.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import type { Chunks } from "./chunks.ts";
import type { CurrentState } from "./current-state.ts";
import type { JobEvents } from "./events.ts";
import { FailureBreaker } from "./failure-breaker.ts";
import { type RequeuedFrames, type ChunkOutcome, RetryPolicy } from "../frames/retry-policy.ts";
import type { Preconditions } from "./preconditions.ts";
import type { ReplayedJob } from "../storage/replay.ts";
import { type FollowUp, nothingLeft } from "./types.ts";
import { requeueText } from "./messages.ts";
import type { RequeuedChunk } from "../queue/queue.ts";
import type { SettlementRecord } from "../storage/journal-entries.ts";

/** What is known of a Nuke that has left frames. */
export interface Left {
  /** Its chunk. */
  readonly index: number;
  /** In what words it failed. */
  readonly complaint: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** What became of the frames that a Nuke left. */
export interface Settled {
  readonly after: FollowUp;
  /** The same for the journal. */
  readonly record: SettlementRecord;
}

export interface SettlementDeps {
  readonly list: Chunks;
  readonly preconditions: Pick<Preconditions, "after">;
  readonly plan: RenderPlan;
  readonly events: JobEvents;
  readonly state: CurrentState;
}

export class Settlement {
  readonly #deps: SettlementDeps;
  readonly #streak = new FailureBreaker();
  readonly book: RetryPolicy;
  /** Frames that have failed for the last time. */
  readonly lost = new Set<number>();
  /** Why nothing more of the job is tried. */
  givenUp: "failed" | "license" | null = null;
  /** Why chunks that wait will not be started. */
  drop: { readonly verdict: Verdict; readonly reason: string } | null = null;

  constructor(deps: SettlementDeps) {
    this.#deps = deps;
    this.book = new RetryPolicy({ retries: deps.plan.retries, movie: deps.plan.movie });
  }

  restore(before: ReplayedJob): void {
    for (const frame of before.lost) this.lost.add(frame);
    this.givenUp = before.givenUp;
    this.drop = before.dropped;
  }

  /** The job's frames are still wanted. */
  get isWanted(): boolean {
    return this.#deps.state.kind !== "cancelling" && this.givenUp === null;
  }

  /** None of the chunks that wait will be started. */
  dropWaiting(drop: { readonly verdict: Verdict; readonly reason: string }): void {
    this.drop = drop;
    this.#deps.list.dropWaiting(drop.verdict, drop.reason);
  }

  /** Makes chunks of what comes back; the same again for the journal. */
  settle(left: Left, ending: ChunkOutcome | null): Settled {
    const lost: number[] = [];
    const after = ending === null ? nothingLeft : this.#after(left, ending, lost);
    const record = {
      ending: ending && { ...ending, missing: [...ending.missing], failed: [...ending.failed] },
      back: after.back.map((one) => ({ ...one, frames: this.#deps.list.get(one.chunk).frames })),
      lost,
      givenUp: this.givenUp,
      drop: this.drop,
    };
    return { after, record };
  }

  /** @param lost takes the frames that have failed for the last time. */
  #after(left: Left, ending: ChunkOutcome, lost: number[]): FollowUp {
    const { back, givenUp } = this.book.after(ending);
    const { index, complaint } = left;
    for (const frame of givenUp) {
      this.lost.add(frame);
      lost.push(frame);
      // Of others Nuke itself has told.
      if (!ending.failed.has(frame)) this.#deps.events.frameFailed(index, frame, complaint);
    }
    const blamed = [...givenUp, ...back.flatMap(({ why, frames }) => (why === "retry" ? frames : []))];
    const none = this.#deps.list.runs.every(({ ledger }) => ledger.done.size === 0);
    if (none && blamed.length > 0 && this.#streak.failed(complaint, blamed))
      return this.#giveUp(
        "failed",
        `No frame could be rendered, and the last ones failed in the same way: ${complaint}`,
      );
    const wait = this.#deps.preconditions.after(ending, left.startedAt, this.#deps.list.running.length);
    if (wait !== null && "giveUp" in wait)
      return this.#giveUp(ending.cause === "license" ? "license" : "failed", wait.giveUp);
    return {
      ...nothingLeft,
      back: back.map((one) => this.#toRequeuedChunk(one, ending, index)),
      lostToMemory: ending.cause === "memory",
      blocked: wait?.blocked ?? null,
    };
  }

  /** Nothing that waits is tried any more. */
  #giveUp(verdict: "failed" | "license", reason: string): FollowUp {
    this.givenUp = verdict;
    this.dropWaiting({ verdict, reason: `Not tried. ${reason}` });
    this.#deps.events.say(null, "error", `The job was abandoned. ${reason}`);
    return { ...nothingLeft, givenUp: true };
  }

  /** Makes a chunk of what came back, and says so. */
  #toRequeuedChunk(requeued: RequeuedFrames, { cause }: ChunkOutcome, origin: number): RequeuedChunk {
    const { frames, why, exclusive } = requeued;
    const chunk = this.#deps.list.add(frames, origin);
    // Of what it waits for the job has been told already.
    if (cause !== "license" && cause !== "place")
      this.#deps.events.say(chunk, "info", requeueText(requeued, cause, origin, this.book.tries));
    // Frames that were refused a license are queued last: a plug-in may need its own license for just these frames.
    return { chunk, first: why === "rest" && !exclusive && cause !== "license", exclusive };
  }
}
