/** When a Nuke that says nothing is taken for stuck. Pure. */
import type { PastNeed } from "../memory/history.ts";

/** A frame may take this many times as long as the longest one so far. */
const TIMES_LONGEST = 10;
/** While no frame times are known, this many times the minimum limit: loading a script may take long. */
const TIMES_UNKNOWN = 6;
/** How often the limit is doubled at most, where Nukes were ended for their silence: perhaps they only needed longer. */
const MOST_DOUBLED = 4;

/**
 * The limit, ms, learned from the frames of the same job. Earlier renders of the same Write may make it longer, never shorter: they
 * may have been of proxies.
 * @param leastMs never shorter than this.
 * @param longestSeconds the longest frame of this job's Nukes, including the time before it; 0 before the first.
 * @param ended Nukes of the job that were ended for their silence.
 */
export function silenceLimitMs(
  leastMs: number,
  longestSeconds: number,
  past: PastNeed | null,
  ended = 0,
): number {
  const each = past?.secondsPerFrame ?? 0;
  const known = each > 0 ? each + (past?.startupSeconds ?? 0) : 0;
  const least = longestSeconds > 0 ? leastMs : leastMs * TIMES_UNKNOWN;
  const learned = Math.max(longestSeconds, known) * 1000 * TIMES_LONGEST;
  return Math.max(least, learned) * 2 ** Math.min(ended, MOST_DOUBLED);
}

/** Counts how long nothing was heard. */
export class HangWatchdog {
  readonly #mostStepMs: number;
  #quietMs = 0;
  #last: number;

  /**
   * @param mostStepMs the most that counts between two looks: time in which this process itself stood still (a sleeping laptop, a
   * clock that was set) does not count as silence.
   */
  constructor(mostStepMs: number, now: number) {
    this.#mostStepMs = mostStepMs;
    this.#last = now;
  }

  /** Milliseconds of silence up to now. */
  look(heard: boolean, now: number): number {
    this.#quietMs = heard ? 0 : this.#quietMs + Math.min(this.#mostStepMs, Math.max(0, now - this.#last));
    this.#last = now;
    return this.#quietMs;
  }
}
