/**
 * Which frames come back to a job when one of its Nukes has ended, and how often. Pure. Every way back is counted for at least one
 * frame and has an end, so no job continues forever.
 */

/** How a Nuke ended that left frames. */
export interface ChunkOutcome {
  /**
   * `memory`: evicted by us or killed by the kernel; `paused`: its job was paused; `unobserved`: its exit was not observed; `license`: it got none; `place`: its output folder was full or unavailable; `crash`: it died or went silent in a frame;
   * `error`: it reported an error, or ended without having done all.
   */
  readonly cause: "memory" | "paused" | "unobserved" | "license" | "place" | "crash" | "error";
  /** Frames of its chunk that are not on disk, in order. */
  readonly missing: readonly number[];
  /** Those of them that were tried and have failed. */
  readonly failed: ReadonlySet<number>;
  /** The one it was at; null when it had been through all. */
  readonly at: number | null;
}

/** A range that waits again. */
export interface RequeuedFrames {
  readonly frames: readonly number[];
  readonly why: "rest" | "retry";
  /** Which try this is, from 2 on; null for frames that have not failed. */
  readonly attempt: number | null;
  /** It was evicted so often that it may only run when nothing else does. */
  readonly exclusive: boolean;
}

export interface Accounts {
  readonly back: readonly RequeuedFrames[];
  /** Frames that have failed for the last time. */
  readonly givenUp: readonly number[];
}

/** How often a frame may be evicted before it runs exclusively. */
const MAX_EVICTIONS = 3;

export class RetryPolicy {
  readonly #retries: number;
  readonly #movie: boolean;
  readonly #failures = new Map<number, number>();
  readonly #pressed = new Map<number, number>();

  /** @param movie its frames make one file and come back together or not at all. */
  constructor({ retries, movie }: { readonly retries: number; readonly movie: boolean }) {
    this.#retries = retries;
    this.#movie = movie;
  }

  /** Tries a frame has when it fails each time. */
  get tries(): number {
    return this.#retries + 1;
  }

  /** Says what becomes of the frames a Nuke has left. */
  after(ending: ChunkOutcome): Accounts {
    const [first] = ending.missing;
    if (first === undefined) return { back: [], givenUp: [] };
    return this.#movie ? this.#afterMovie(ending, first) : this.#afterFrames(ending, first);
  }

  #afterFrames({ cause, missing, failed, at }: ChunkOutcome, first: number): Accounts {
    const blamed = missing.filter((frame) => failed.has(frame));
    const guilty = cause === "crash" || cause === "error";
    // However it ended, it was working on some frame.
    const atWork = at ?? (blamed.length === 0 ? first : null);
    if (guilty && atWork !== null && !failed.has(atWork)) blamed.push(atWork);
    const pressed = cause === "memory" && atWork !== null && count(this.#pressed, atWork) >= MAX_EVICTIONS;
    const apart = new Set(pressed ? [...blamed, atWork] : blamed);
    const rest = missing.filter((frame) => !apart.has(frame));

    const back: RequeuedFrames[] = [];
    if (rest.length > 0) back.push({ frames: rest, why: "rest", attempt: null, exclusive: false });
    if (pressed && !failed.has(atWork))
      back.push({ frames: [atWork], why: "rest", attempt: null, exclusive: true });
    const givenUp: number[] = [];
    for (const frame of blamed) {
      const failures = count(this.#failures, frame);
      if (failures > this.#retries) givenUp.push(frame);
      else back.push({ frames: [frame], why: "retry", attempt: failures + 1, exclusive: false });
    }
    return { back, givenUp };
  }

  /** A container is written from end to end: it comes back whole, unless an error of the script would only come back with it. */
  #afterMovie({ cause, missing }: ChunkOutcome, first: number): Accounts {
    const whole = { frames: missing, why: "rest" as const, attempt: null, exclusive: false };
    if (cause === "license" || cause === "place" || cause === "paused" || cause === "unobserved")
      return { back: [whole], givenUp: [] };
    if (cause === "memory")
      return { back: [{ ...whole, exclusive: count(this.#pressed, first) >= MAX_EVICTIONS }], givenUp: [] };
    const failures = count(this.#failures, first);
    if (cause === "error" || failures > this.#retries) return { back: [], givenUp: missing };
    return { back: [{ ...whole, why: "retry", attempt: failures + 1 }], givenUp: [] };
  }
}

function count(counts: Map<number, number>, frame: number): number {
  const now = (counts.get(frame) ?? 0) + 1;
  counts.set(frame, now);
  return now;
}
