/** Jobs that wait for a license, and when they try again. */
import type { RenderQueue } from "./queue.ts";

export class JobHolds {
  readonly #queue: RenderQueue;
  readonly #resume: () => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  /** @param resume starts what may be started now. */
  constructor(queue: RenderQueue, resume: () => void) {
    this.#queue = queue;
    this.#resume = resume;
  }

  /** Starts nothing of a job for so long (ms), then one Nuke more than run. */
  begin(job: string, holdMs: number): void {
    this.#clear(job);
    this.#queue.hold(job);
    this.#timers.set(
      job,
      setTimeout(() => {
        this.#timers.delete(job);
        this.#oneMore(job);
      }, holdMs),
    );
  }

  /** A Nuke of the job got a license after others had got none: perhaps there is one more. */
  licensed(job: string): void {
    if (!this.#timers.has(job)) this.#oneMore(job);
  }

  /** A Nuke of the job, still counted as running, gives its license back: the next one may have it. */
  freed(job: string): void {
    if (!this.#timers.has(job)) return;
    this.#clear(job);
    this.#queue.release(job, this.#queue.runningOf(job));
  }

  /** The job is over. */
  forget(job: string): void {
    this.#clear(job);
  }

  #oneMore(job: string): void {
    this.#queue.release(job, this.#queue.runningOf(job) + 1);
    this.#resume();
  }

  #clear(job: string): void {
    clearTimeout(this.#timers.get(job));
    this.#timers.delete(job);
  }
}
