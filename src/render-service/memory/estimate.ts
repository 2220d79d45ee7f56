/** Estimates the need of one more Nuke of a job. Pure. */
import type { PastNeed } from "./history.ts";

/** On top of what this job's Nukes were seen to take: later frames may be heavier than those rendered so far. */
const SEEN_HEADROOM = 1.15;
/** On top of what whole renders of the same Write took before. */
const PAST_HEADROOM = 1.05;

export interface NeedFacts {
  /** Image cache of each Nuke (`-c`), MB. */
  readonly cacheMB: number;
  /** The plan's estimate in addition to the cache, MB. */
  readonly allowanceMB: number;
  /** Most that a Nuke of this job took that has rendered a frame, MB; 0 when none has. */
  readonly seenMB: number;
  /** Earlier renders of the same Write. */
  readonly past: PastNeed | null;
}

/** MB. Earlier renders tell first, then what is seen; cache and allowance only where nothing is known. */
export function needMB({ cacheMB, allowanceMB, seenMB, past }: NeedFacts): number {
  const known = past === null || past.peakMB <= 0 ? 0 : pastMB(past, cacheMB) * PAST_HEADROOM;
  if (known > 0 && seenMB <= known) return known;
  return seenMB > 0 ? seenMB * SEEN_HEADROOM : cacheMB + allowanceMB;
}

/** A Nuke that took less than its cache would not have filled a larger one. */
function pastMB({ peakMB, cacheMB: cacheThen }: PastNeed, cacheMB: number): number {
  return peakMB > cacheThen ? peakMB + Math.max(0, cacheMB - cacheThen) : peakMB;
}
