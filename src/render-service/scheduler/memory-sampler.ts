/** Looks at the memory of all running Nukes at regular times. */
import { messageOf } from "../../plan/text/message-of.ts";
import type { Job } from "../job/job.ts";
import { listProcesses } from "../process/process-list.ts";

/** Between two looks, ms. Only Linux tells cheaply; elsewhere a program has to be run for it. */
const EVERY_MS = process.platform === "linux" ? 500 : process.platform === "darwin" ? 1000 : 2000;
/** The first look comes sooner, for the shortest of renders. */
const FIRST_MS = 100;
/** Early samples use at most this fraction of a core (one part of the number). Without a limit, they would use more when short Nukes start all the time. */
const SOON_SHARE = 60;

export class MemorySampler {
  readonly #jobs: () => readonly Job[];
  readonly #sampled: () => void;
  readonly #log: (line: string) => void;
  #timer: NodeJS.Timeout | null = null;
  /** When the next look is, ms on the monotonic clock. */
  #due = Infinity;
  /** When a Nuke was started last, ms on the monotonic clock. */
  #started = 0;
  #failed = false;
  /** How long the last look took, ms. */
  #tookMs = 0;

  /** @param sampled called when all jobs have their new figures. */
  constructor(jobs: () => readonly Job[], sampled: () => void, log: (line: string) => void) {
    this.#jobs = jobs;
    this.#sampled = sampled;
    this.#log = log;
  }

  /** A Nuke is starting. */
  start(): void {
    this.#started = performance.now();
    // One Nuke after another must not put the look off forever.
    if (performance.now() + this.#soonMs >= this.#due) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#schedule(this.#soonMs);
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#due = Infinity;
  }

  #schedule(delay: number): void {
    this.#due = performance.now() + delay;
    const timer = setTimeout(() => {
      void this.#sample().then(() => {
        if (this.#timer === timer) this.#schedule(this.#nextMs);
      });
    }, delay);
    this.#timer = timer;
  }

  get #soonMs(): number {
    return Math.min(EVERY_MS, Math.max(FIRST_MS, this.#tookMs * SOON_SHARE));
  }

  /** A Nuke that has just started is looked at a few times soon: it may not be there for long. */
  get #nextMs(): number {
    return performance.now() - this.#started < 4 * FIRST_MS ? this.#soonMs : EVERY_MS;
  }

  async #sample(): Promise<void> {
    try {
      const began = performance.now();
      const list = await listProcesses();
      for (const job of this.#jobs()) job.sample(list);
      this.#tookMs = performance.now() - began;
      this.#sampled();
    } catch (error) {
      // Rendering continues without figures; said once.
      if (!this.#failed) this.#log(`memory could not be sampled: ${messageOf(error)}`);
      this.#failed = true;
    }
  }
}
