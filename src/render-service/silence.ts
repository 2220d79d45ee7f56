/** When a Nuke that says nothing is taken for stuck. Pure. */
import type { PastNeed } from "./render-history.ts";

/** A frame may take so many times as long as the longest one so far. */
const TIMES_LONGEST = 10;
/** While nothing is known of the frames, so many times the least limit: loading a script may take its time. */
const TIMES_UNKNOWN = 15;

/**
 * The limit, ms, learned from the frames of the same job, or of earlier renders of the same Write.
 * @param leastMs never shorter than this.
 * @param longestSeconds the longest frame of this job's Nukes with whatever came before it; 0 before the first.
 */
export function silenceLimitMs(leastMs: number, longestSeconds: number, past: PastNeed | null): number {
  const each = past?.secondsPerFrame ?? 0;
  const known = each > 0 ? each + (past?.startupSeconds ?? 0) : 0;
  const longest = Math.max(longestSeconds, known);
  if (longest <= 0) return leastMs * TIMES_UNKNOWN;
  return Math.max(leastMs, longest * 1000 * TIMES_LONGEST);
}

/** Counts how long nothing was heard. */
export class SilenceClock {
  readonly #mostStepMs: number;
  #quietMs = 0;
  #last: number;

  /**
   * @param mostStepMs the most that counts between two looks: time in which this process itself stood still (a sleeping laptop, a
   * clock that was set) is nobody's silence.
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
