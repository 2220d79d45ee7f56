import type { Split } from "./request.ts";

/**
 * Divides sorted frames into contiguous chunks; every frame is in exactly one. By `chunks`: at most `count` of them, sizes differing
 * by at most one, fewer when there are fewer frames. By `frames`: `size` each, the last one with what remains.
 */
export function splitFrames(frames: readonly number[], split: Split): number[][] {
  if (frames.length === 0) return [];
  if (split.by === "frames") {
    const chunks: number[][] = [];
    for (let start = 0; start < frames.length; start += split.size)
      chunks.push(frames.slice(start, start + split.size));
    return chunks;
  }
  const count = Math.min(split.count, frames.length);
  // The end of chunk i is rounded from the whole, so remainders spread evenly and nothing adds up to an error.
  const edge = (index: number): number => Math.floor((index * frames.length) / count);
  return Array.from({ length: count }, (_, index) => frames.slice(edge(index), edge(index + 1)));
}

/** Of the frames left, so many are kept back for the next round. */
const KEPT_BACK = 0.15;
/** No round is worth a start of Nuke for fewer frames than this. */
const LEAST_FRAMES = 4;

/**
 * Deals sorted frames out in rounds, for so many Nukes that take the next chunk as they come free; every frame is in exactly one chunk. The
 * first round has most of the frames, each later one the same part of what is left, so Nuke is started rarely and nobody waits long for one
 * slow chunk at the end (guided self-scheduling). In a round the frames go around like cards: neighbors cost much the same, so that
 * whatever rises, falls or peaks over the range falls on all chunks alike.
 */
export function dealFrames(frames: readonly number[], nukes: number): number[][] {
  const chunks: number[][] = [];
  for (let from = 0; from < frames.length;) {
    const left = frames.length - from;
    const kept = Math.floor(left * KEPT_BACK);
    const round = frames.slice(from, kept < nukes * LEAST_FRAMES ? undefined : frames.length - kept);
    const hands = Math.min(nukes, round.length);
    for (let hand = 0; hand < hands; hand++) chunks.push(round.filter((_, at) => at % hands === hand));
    from += round.length;
  }
  return chunks;
}
