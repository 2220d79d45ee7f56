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
