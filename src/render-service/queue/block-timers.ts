/** When jobs that wait for a license, a disk or their script look for it again, and continue. */
import type { Block, BlockReason } from "../../plan/job/job-state.ts";
import type { RenderQueue } from "./queue.ts";

/** What a look has found: `go`: it is there; `try`: a Nuke has to find out; otherwise look again after this many milliseconds. */
export type Look = "go" | "try" | { readonly waitMs: number };

/** No further Nuke of a job is started for the time being. */
export interface BlockedUntil {
  /** What blocks the job meanwhile. */
  readonly block: Block;
  /** The reasons that end with it. */
  readonly ends: readonly BlockReason[];
  readonly waitMs: number;
  /** Looks for what is missing; null: only a Nuke can find out (a license). */
  readonly look: (() => Promise<Look>) | null;
}

interface Timer {
  readonly until: BlockedUntil;
  handle: NodeJS.Timeout | null;
}

export interface BlockTimerDeps {
  readonly queue: Pick<RenderQueue, "setLimit" | "runningOf">;
  readonly block: (job: string, block: Block) => void;
  /** Ends a block of a job. */
  readonly unblock: (job: string, reason: BlockReason) => void;
  /** Starts what may be started now. */
  readonly pump: () => void;
}

export class BlockTimers {
  readonly #deps: BlockTimerDeps;
  readonly #timers = new Map<string, Timer>();

  constructor(deps: BlockTimerDeps) {
    this.#deps = deps;
  }

  /** Blocks the job until then. */
  begin(job: string, until: BlockedUntil): void {
    this.#clear(job);
    this.#deps.block(job, until.block);
    const timer: Timer = { until, handle: null };
    this.#timers.set(job, timer);
    this.#wait(job, timer, until.waitMs);
  }

  /** The user wants the job to continue: looks at once. */
  lookNow(job: string): void {
    const timer = this.#timers.get(job);
    if (timer && timer.handle !== null) this.#wait(job, timer, 0);
  }

  /** A Nuke of the job got a license after others had got none: perhaps there is one more. */
  licensed(job: string): void {
    const { queue, pump } = this.#deps;
    if (this.#timers.has(job)) return;
    queue.setLimit(job, queue.runningOf(job) + 1);
    pump();
  }

  /** A Nuke of the job, still counted as running, gives its license back: the next one may have it. */
  freed(job: string): void {
    const timer = this.#timers.get(job);
    if (timer?.until.look !== null) return;
    this.#clear(job);
    this.#release(job, timer, this.#deps.queue.runningOf(job));
  }

  /** The job has ended. */
  forget(job: string): void {
    this.#clear(job);
  }

  #wait(job: string, timer: Timer, ms: number): void {
    clearTimeout(timer.handle ?? undefined);
    timer.handle = setTimeout(() => {
      timer.handle = null;
      const { look } = timer.until;
      // A look that fails tells nothing; a Nuke will.
      void (look === null ? Promise.resolve("try" as const) : look().catch(() => "try" as const)).then(
        (found) => this.#found(job, timer, found),
      );
    }, ms);
  }

  #found(job: string, timer: Timer, found: Look): void {
    // It may have ended meanwhile.
    if (this.#timers.get(job) !== timer) return;
    if (typeof found === "object") return this.#wait(job, timer, found.waitMs);
    this.#timers.delete(job);
    this.#release(job, timer, found === "go" ? Infinity : this.#deps.queue.runningOf(job) + 1);
    this.#deps.pump();
  }

  #release(job: string, { until }: Timer, limit: number): void {
    this.#deps.queue.setLimit(job, limit);
    for (const reason of until.ends) this.#deps.unblock(job, reason);
  }

  #clear(job: string): void {
    clearTimeout(this.#timers.get(job)?.handle ?? undefined);
    this.#timers.delete(job);
  }
}
