/** Deals frames out to Nukes that take the next chunk as they come free. */
import { splitFrames } from "./split.ts";

/** How fast a Nuke is. */
export interface Pace {
  /** Seconds from its start to its first frame, that frame not counted; from 0 on. */
  readonly startupSeconds: number;
  /** Seconds of a frame on average; from 0 on. */
  readonly secondsPerFrame: number;
}

/** A chunk is worth a start of Nuke when that takes at most a quarter of the chunk's own time. */
const WORTH = 4;
/** The least frames of a chunk where nobody knows how fast a Nuke is. */
const USUAL_LEAST = 4;
/** Of the frames left, at least so many are kept back for the next rounds. */
const KEPT_BACK = 0.15;
/** Blocks of neighbors that one chunk of the first round has, about. */
const BLOCKS = 10;
/** Frames of a block at most: neighbors cost much the same, and a whole round is to be shared evenly. */
const LONGEST_BLOCK = 10;
/** Rounds in which frames are dealt from the last to the first. */
const BACKWARD_ROUNDS = 6;

/**
 * Deals sorted frames out in rounds, each with a chunk for every Nuke; every frame is in exactly one chunk, and chunks never get larger. The first
 * round has most of the frames, later ones have fewer (guided self-scheduling), so Nuke is started rarely and nobody waits long for one slow chunk at the
 * end. In a round, blocks of neighboring frames go around in snake order (1 2 3, 3 2 1, …): what rises, falls or peaks over the range falls on all chunks
 * alike, and most neighbors are rendered by one Nuke, which reads what temporal nodes need only once.
 * @param nukes at once, from 1 on.
 * @param pace how small a chunk may be is reckoned from it; null: four frames.
 */
export function dealFrames(frames: readonly number[], nukes: number, pace: Pace | null = null): number[][] {
  const least = leastFrames(pace);
  const kept = Math.max(KEPT_BACK, 0.5 / least);
  const block = blockLength(frames.length, nukes);
  const chunks: number[][] = [];
  for (let from = 0; from < frames.length;) {
    const left = frames.length - from;
    const hands = Math.min(nukes, left);
    const each = Math.max(least, Math.floor((left * (1 - kept)) / hands));
    // What would be left for another round is too little to start Nukes for; single frames are never too little.
    const last = least > 1 ? left - each * hands < hands * least : left <= hands;
    const round = frames.slice(from, last ? undefined : from + each * hands);
    chunks.push(...dealRound(round, hands, block));
    from += round.length;
  }
  return chunks;
}

/**
 * Deals sorted frames out from the last to the first: rounds of one size over neighboring parts of the range. Within a chunk they ascend all the same, for
 * Nuke knows no descending ranges (nuke-cli.md 1.3).
 */
export function dealBackward(frames: readonly number[], nukes: number, pace: Pace | null = null): number[][] {
  const size = Math.max(nukes * leastFrames(pace), Math.ceil(frames.length / BACKWARD_ROUNDS));
  const block = blockLength(frames.length, nukes);
  const chunks: number[][] = [];
  for (let to = frames.length; to > 0; to -= size)
    chunks.push(...dealRound(frames.slice(Math.max(0, to - size), to), nukes, block));
  return chunks;
}

/** Frames that make a chunk worth the start of a Nuke; null: nobody knows how fast one is. */
export function leastFrames(pace: Pace | null): number {
  if (pace === null) return USUAL_LEAST;
  const { startupSeconds, secondsPerFrame } = pace;
  if (startupSeconds <= 0) return 1;
  return Math.max(1, Math.ceil((WORTH * startupSeconds) / Math.max(secondsPerFrame, 0.001)));
}

function blockLength(frames: number, nukes: number): number {
  return Math.min(LONGEST_BLOCK, Math.max(1, Math.round(frames / (nukes * BLOCKS))));
}

/** One chunk for each hand, the larger ones first; sizes differ by at most one. */
function dealRound(round: readonly number[], nukes: number, block: number): number[][] {
  const hands = Math.min(nukes, round.length);
  const dealt = Array.from({ length: hands }, (): number[] => []);
  const each = Math.floor(round.length / hands);
  // There and back again as often: only whole pairs of rows share evenly what rises or falls.
  const rows = each < 2 ? each : 2 * Math.max(1, Math.round(each / block / 2));
  let from = 0;
  for (const [row, { length }] of splitFrames(round.slice(0, each), { by: "chunks", count: rows }).entries())
    for (let step = 0; step < hands; step++) {
      const hand = row % 2 === 0 ? step : hands - 1 - step;
      dealt[hand]?.push(...round.slice(from, from + length));
      from += length;
    }
  for (const [hand, frame] of round.slice(from).entries()) dealt[hand]?.push(frame);
  return dealt;
}
