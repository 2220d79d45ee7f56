/** Divides frames into chunks, in the order in which they are started. */
import { type Pace, dealBackward, distributeFrames } from "./distribute.ts";
import { partsOf } from "./order.ts";
import type { Order, Split } from "../request.ts";
import { splitFrames } from "./split.ts";

export interface Division {
  /** `auto`: distributed to this many Nukes, which are as fast as `pace` says. */
  readonly by: Split | { readonly by: "auto"; readonly nukes: number; readonly pace: Pace | null };
  readonly order: Order;
  /** Only these frames remain; absent: all. */
  readonly left?: ReadonlySet<number>;
}

/**
 * Every frame (that remains) is in exactly one chunk, and the frames of a chunk ascend: Nuke renders what its `-F` say, and knows no
 * descending ranges. Frames that are wanted early get separate chunks: single frames for first, middle and last. `by` then applies to
 * the rest.
 */
export function divideFrames(frames: readonly number[], { by, order, left }: Division): number[][] {
  const parts = partsOf(frames, order)
    .map((part) => (left ? part.filter((frame) => left.has(frame)) : part))
    .filter((part) => part.length > 0);
  const several = by.by === "auto" ? by.nukes > 1 : by.by === "frames" || by.count > 1;
  const ends = order.by === "ends" ? partsOf(frames, order)[0] : undefined;
  return parts.flatMap((part, at) => {
    if (at === 0 && ends?.includes(part[0] ?? NaN)) return several ? part.map((frame) => [frame]) : [part];
    if (by.by !== "auto") {
      const chunks = splitFrames(part, by);
      return order.by === "backward" ? chunks.reverse() : chunks;
    }
    return order.by === "backward"
      ? dealBackward(part, by.nukes, by.pace)
      : distributeFrames(part, by.nukes, by.pace);
  });
}
