/** How long a job waits for a license, and when it asks again. Pure. */

/** Milliseconds. */
export interface LicensePatience {
  /** Before it is asked for the second time; doubled each time after that, up to `MOST_WAIT_MS`. */
  readonly retryMs: number;
  /** How long a job asks that never got one: most likely none can be had. */
  readonly noneMs: number;
  /** How long a job asks that had one before: all are in use, and one will come free. */
  readonly fullMs: number;
}

/** A license that comes free should not be waited for much longer than this. */
const MOST_WAIT_MS = 60_000;

/** What to do after a refusal: wait so many milliseconds, wait for the hold that is on already, or give up. */
export type AfterRefusal = { readonly waitMs: number } | "wait" | "give-up";

export class LicenseHold {
  readonly #patience: LicensePatience;
  #everHad = false;
  /** When the first and the last refusal since the last license came, ms. */
  #since: number | null = null;
  #lastAt = 0;
  #waitMs: number;
  #refusals = 0;

  constructor(patience: LicensePatience) {
    this.#patience = patience;
    this.#waitMs = patience.retryMs;
  }

  /** Times that were asked in vain since the last license. */
  get refusals(): number {
    return this.#refusals;
  }

  /** How long it asks altogether, ms. */
  get patienceMs(): number {
    return this.#everHad ? this.#patience.fullMs : this.#patience.noneMs;
  }

  /**
   * A Nuke got no license.
   * @param startedAt when that Nuke was started, ms.
   * @param others Nukes of the same job that render, and so have one.
   */
  refused(startedAt: number, others: number, now: number = Date.now()): AfterRefusal {
    // Nukes that were started together are refused together.
    if (this.#since !== null && startedAt <= this.#lastAt) return "wait";
    this.#since ??= now;
    this.#lastAt = now;
    this.#refusals++;
    const left = this.#since + this.patienceMs - now;
    if (left <= 0 && others === 0) return "give-up";
    const waitMs = Math.min(this.#waitMs, left <= 0 ? MOST_WAIT_MS : left);
    this.#waitMs = Math.min(MOST_WAIT_MS, this.#waitMs * 2);
    return { waitMs };
  }

  /**
   * A Nuke rendered a frame, so it has a license.
   * @returns whether it was started after a refusal: there may be more licenses by now.
   */
  granted(startedAt: number): boolean {
    this.#everHad = true;
    if (this.#refusals === 0 || startedAt <= this.#lastAt) return false;
    this.#since = null;
    this.#waitMs = this.#patience.retryMs;
    return true;
  }
}
