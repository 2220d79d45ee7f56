import type { Split } from "../request.ts";

/**
 * Divides sorted frames into contiguous chunks; every frame is in exactly one. By `chunks`: `count` chunks, or fewer if there are fewer
 * frames; sizes differ by at most one. By `frames`: `size` frames each, and the remainder in the last one.
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
  // Each edge is rounded from the whole, so remainders spread evenly and rounding errors do not add up.
  const edge = (index: number): number => Math.floor((index * frames.length) / count);
  return Array.from({ length: count }, (_, index) => frames.slice(edge(index), edge(index + 1)));
}
