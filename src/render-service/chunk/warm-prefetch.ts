/** How many frames a warm Nuke holds, and who gives frames to one that has none left. Pure. */

/** Frames shorter than this (seconds) are handed several at once. */
const SHORT = 0.25;
/** What is handed ahead should last so long (seconds): the service looks into the logs eight times a second. */
const AHEAD = 0.4;
const MOST_AHEAD = 200;

export interface Pace {
  /** Seconds of its last frames; null before the first. */
  readonly secondsPerFrame: number | null;
  /** It has opened its script. */
  readonly ready: boolean;
  /** Frames of the whole job that no Nuke has been handed. */
  readonly left: number;
  /** Nukes that share them. */
  readonly nukes: number;
}

/**
 * How many frames a Nuke should have in its hands, the one at work among them: one ahead, so that it never waits for us; several ahead
 * of a wait that would be long compared with the frames. No prefetch at the end, because another Nuke would be free sooner.
 */
export function prefetchCount({ secondsPerFrame, ready, left, nukes }: Pace): number {
  if (!ready) return 1;
  const share = Math.ceil(left / Math.max(1, nukes));
  if (secondsPerFrame === null || secondsPerFrame >= SHORT) return left <= nukes ? 1 : 2;
  const ahead = Math.ceil(AHEAD / Math.max(secondsPerFrame, AHEAD / MOST_AHEAD));
  return 1 + Math.max(1, Math.min(ahead, share));
}

/** Who has frames that were not handed. */
export interface Giver {
  readonly chunk: number;
  readonly frames: readonly number[];
  /** Seconds of its last frames; null before the first. */
  readonly secondsPerFrame: number | null;
}

export interface Steal {
  readonly from: number;
  readonly frames: readonly number[];
}

/**
 * What a Nuke that has none left takes: half of the first chunk that waits, else the back half of what the Nuke with the most work before it
 * has left. Neighbors stay together, and queued frames can still get their own Nuke. Null when there is nothing.
 * @param waiting in the order they are to be started.
 */
export function stealFrom(waiting: readonly Giver[], open: readonly Giver[]): Steal | null {
  const next = waiting.find(({ frames }) => frames.length > 0);
  if (next) return { from: next.chunk, frames: next.frames.slice(0, half(next.frames)) };
  const known = open.flatMap(({ secondsPerFrame }) => secondsPerFrame ?? []);
  const usual = known.length === 0 ? 1 : known.reduce((sum, one) => sum + one, 0) / known.length;
  const work = ({ frames, secondsPerFrame }: Giver): number => frames.length * (secondsPerFrame ?? usual);
  const most = open.reduce<Giver | null>((best, one) => (best && work(best) >= work(one) ? best : one), null);
  if (!most || most.frames.length === 0) return null;
  return { from: most.chunk, frames: most.frames.slice(most.frames.length - half(most.frames)) };
}

function half(frames: readonly number[]): number {
  return Math.ceil(frames.length / 2);
}
