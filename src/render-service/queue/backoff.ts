/** How long a job waits for what it cannot render without (a license, space, its folder), and when it tries again. Pure. */

/** Milliseconds. */
export interface BackoffOptions {
  /** Before the second try; doubled each time after that, up to `MOST_WAIT_MS`. */
  readonly retryMs: number;
  /** How long a job tries that never had it: most likely it cannot be had. */
  readonly noneMs: number;
  /** How long a job tries that had it before: it will come back. */
  readonly fullMs: number;
}

/** What comes free should not be waited for much longer than this. */
const MOST_WAIT_MS = 60_000;

/** What to do after a refusal: wait this many milliseconds, wait for the active hold, or give up. */
export type RefusalFollowUp = { readonly waitMs: number } | "wait" | "give-up";

export class Backoff {
  readonly #timeouts: BackoffOptions;
  #everHad = false;
  /** When the first and the last refusal since it was last granted, ms. */
  #since: number | null = null;
  #lastAt = 0;
  #waitMs: number;
  #refusals = 0;

  constructor(timeouts: BackoffOptions) {
    this.#timeouts = timeouts;
    this.#waitMs = timeouts.retryMs;
  }

  /** Tries in vain since it was last granted. */
  get refusals(): number {
    return this.#refusals;
  }

  /** How long it tries altogether, ms. */
  get deadlineMs(): number {
    return this.#everHad ? this.#timeouts.fullMs : this.#timeouts.noneMs;
  }

  /**
   * A Nuke, or a look, has found that it cannot be had.
   * @param startedAt when that Nuke was started, or the time of the look, ms.
   * @param others Nukes of the same job that render, and so have it.
   */
  refused(startedAt: number, others: number, now: number = Date.now()): RefusalFollowUp {
    // Nukes that were started together are refused together.
    if (this.#since !== null && startedAt <= this.#lastAt) return "wait";
    this.#since ??= now;
    this.#lastAt = now;
    this.#refusals++;
    const left = this.#since + this.deadlineMs - now;
    if (left <= 0 && others === 0) return "give-up";
    const waitMs = Math.min(this.#waitMs, left <= 0 ? MOST_WAIT_MS : left);
    this.#waitMs = Math.min(MOST_WAIT_MS, this.#waitMs * 2);
    return { waitMs };
  }

  /**
   * A Nuke rendered a frame, so it has all it needs.
   * @returns whether it was started after a refusal: there may be more by now.
   */
  granted(startedAt: number): boolean {
    this.#everHad = true;
    if (this.#refusals === 0 || startedAt <= this.#lastAt) return false;
    this.#since = null;
    this.#waitMs = this.#timeouts.retryMs;
    return true;
  }
}
