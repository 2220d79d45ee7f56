/** Jobs that wait for something they cannot render without, and when they go on. */
import type { RenderQueue } from "./queue.ts";

/** What a look has found: `go`: it is there; `try`: a Nuke has to find out; else look again after so many milliseconds. */
export type Look = "go" | "try" | { readonly waitMs: number };

/** Nothing more of a job is started for the time being. */
export interface BlockedUntil {
  readonly waitMs: number;
  /** Looks whether what is waited for is there; null: only a Nuke can find out (a license). */
  readonly look: (() => Promise<Look>) | null;
}

interface ActiveBlock {
  readonly hold: BlockedUntil;
  timer: NodeJS.Timeout | null;
}

export class BlockTimers {
  readonly #queue: RenderQueue;
  readonly #resume: () => void;
  readonly #held = new Map<string, ActiveBlock>();

  /** @param resume starts what may be started now. */
  constructor(queue: RenderQueue, resume: () => void) {
    this.#queue = queue;
    this.#resume = resume;
  }

  /** Starts nothing of a job until the hold is over. */
  begin(job: string, hold: BlockedUntil): void {
    this.#clear(job);
    this.#queue.hold(job);
    const holding: ActiveBlock = { hold, timer: null };
    this.#held.set(job, holding);
    this.#wait(job, holding, hold.waitMs);
  }

  /** Somebody wants the job to go on: looks at once. */
  lookNow(job: string): void {
    const holding = this.#held.get(job);
    if (holding && holding.timer !== null) this.#wait(job, holding, 0);
  }

  /** A Nuke of the job got a license after others had got none: perhaps there is one more. */
  licensed(job: string): void {
    if (!this.#held.has(job)) this.#release(job, this.#queue.runningOf(job) + 1);
  }

  /** A Nuke of the job, still counted as running, gives its license back: the next one may have it. */
  freed(job: string): void {
    if (this.#held.get(job)?.hold.look !== null) return;
    this.#clear(job);
    this.#queue.release(job, this.#queue.runningOf(job));
  }

  /** The job is over. */
  forget(job: string): void {
    this.#clear(job);
  }

  #wait(job: string, holding: ActiveBlock, ms: number): void {
    clearTimeout(holding.timer ?? undefined);
    holding.timer = setTimeout(() => {
      holding.timer = null;
      const { look } = holding.hold;
      // A look that fails tells nothing; a Nuke will.
      void (look === null ? Promise.resolve("try" as const) : look().catch(() => "try" as const)).then(
        (found) => this.#found(job, holding, found),
      );
    }, ms);
  }

  #found(job: string, holding: ActiveBlock, found: Look): void {
    // It may have ended while it was looked.
    if (this.#held.get(job) !== holding) return;
    if (typeof found === "object") return this.#wait(job, holding, found.waitMs);
    this.#held.delete(job);
    this.#release(job, found === "go" ? Infinity : this.#queue.runningOf(job) + 1);
  }

  #release(job: string, limit: number): void {
    this.#queue.release(job, limit);
    this.#resume();
  }

  #clear(job: string): void {
    clearTimeout(this.#held.get(job)?.timer ?? undefined);
    this.#held.delete(job);
  }
}
