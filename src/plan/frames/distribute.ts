/** Distributes frames to Nukes that take the next chunk as they become free. */
import { splitFrames } from "./split.ts";

/** How fast a Nuke is. */
export interface Pace {
  /** Seconds from its start to its first frame, without that frame; at least 0. */
  readonly startupSeconds: number;
  /** Average seconds of a frame; at least 0. */
  readonly secondsPerFrame: number;
}

/** A chunk is worth a start of Nuke if the start takes at most a quarter of the chunk's own time. */
const WORTH = 4;
/** Minimum frames of a chunk when the speed of a Nuke is unknown. */
const USUAL_LEAST = 4;
/** Share of the remaining frames that is reserved for later rounds, at least. */
const KEPT_BACK = 0.15;
/** Approximate number of blocks of neighbors in a chunk of the first round. */
const BLOCKS = 10;
/** Maximum frames of a block: neighbors cost about the same, and a whole round should be shared evenly. */
const LONGEST_BLOCK = 10;
/** Number of rounds when frames are distributed from last to first. */
const BACKWARD_ROUNDS = 6;

/**
 * Distributes sorted frames in rounds, each with a chunk for every Nuke. Every frame is in exactly one chunk, and chunks never get
 * larger. The first round has most of the frames, later ones have fewer (guided self-scheduling), so Nuke is started rarely and no one
 * waits long for one slow chunk at the end. In a round, blocks of neighboring frames go around in snake order (1 2 3, 3 2 1, …): costs
 * that rise, fall or peak over the range are shared by all chunks, and one Nuke renders most neighbors, so it reads what temporal
 * nodes need only once.
 * @param nukes Nukes at once, at least 1.
 * @param pace determines the minimum size of a chunk; null: four frames.
 */
export function distributeFrames(
  frames: readonly number[],
  nukes: number,
  pace: Pace | null = null,
): number[][] {
  const least = leastFrames(pace);
  const kept = Math.max(KEPT_BACK, 0.5 / least);
  const block = blockLength(frames.length, nukes);
  const chunks: number[][] = [];
  for (let from = 0; from < frames.length;) {
    const left = frames.length - from;
    const hands = Math.min(nukes, left);
    const each = Math.max(least, Math.floor((left * (1 - kept)) / hands));
    // The rest is too small for another round of Nuke starts; with a minimum of one frame it never is.
    const last = least > 1 ? left - each * hands < hands * least : left <= hands;
    const round = frames.slice(from, last ? undefined : from + each * hands);
    chunks.push(...dealRound(round, hands, block));
    from += round.length;
  }
  return chunks;
}

/**
 * Distributes sorted frames from last to first: rounds of one size over neighboring parts of the range. Within a chunk frames still ascend,
 * because Nuke knows no descending ranges (nuke-cli.md 1.3).
 */
export function dealBackward(frames: readonly number[], nukes: number, pace: Pace | null = null): number[][] {
  const size = Math.max(nukes * leastFrames(pace), Math.ceil(frames.length / BACKWARD_ROUNDS));
  const block = blockLength(frames.length, nukes);
  const chunks: number[][] = [];
  for (let to = frames.length; to > 0; to -= size)
    chunks.push(...dealRound(frames.slice(Math.max(0, to - size), to), nukes, block));
  return chunks;
}

/** Minimum frames that make a chunk worth the start of a Nuke. `pace` is null when the speed of a Nuke is unknown. */
export function leastFrames(pace: Pace | null): number {
  if (pace === null) return USUAL_LEAST;
  const { startupSeconds, secondsPerFrame } = pace;
  if (startupSeconds <= 0) return 1;
  return Math.max(1, Math.ceil((WORTH * startupSeconds) / Math.max(secondsPerFrame, 0.001)));
}

function blockLength(frames: number, nukes: number): number {
  return Math.min(LONGEST_BLOCK, Math.max(1, Math.round(frames / (nukes * BLOCKS))));
}

/** One chunk for each Nuke, larger ones first; sizes differ by at most one. */
function dealRound(round: readonly number[], nukes: number, block: number): number[][] {
  const hands = Math.min(nukes, round.length);
  const dealt = Array.from({ length: hands }, (): number[] => []);
  const each = Math.floor(round.length / hands);
  // As many rows forward as back: only whole pairs of rows share rising or falling costs evenly.
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
