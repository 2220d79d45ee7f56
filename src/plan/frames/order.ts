/** The order in which the frames of a job are rendered. */
import { type Order, orderSchema } from "../request.ts";

/** First to last. */
export const FORWARD: Order = { by: "forward" };

/**
 * The frames in parts, each of which is distributed before the next: frames that are wanted early, then the rest. Takes sorted frames,
 * and every part is sorted; every frame is in exactly one. Backward has one part: its chunks are started from last to first.
 */
export function partsOf(frames: readonly number[], order: Order): number[][] {
  const early = earlyFrames(frames, order);
  if (early.size === 0) return frames.length === 0 ? [] : [[...frames]];
  const parts = [frames.filter((frame) => early.has(frame)), frames.filter((frame) => !early.has(frame))];
  return parts.filter((part) => part.length > 0);
}

function earlyFrames(frames: readonly number[], order: Order): ReadonlySet<number> {
  if (order.by === "every") return new Set(frames.filter((_, at) => at % order.step === 0));
  if (order.by !== "ends") return new Set();
  const ends = [frames[0], frames[(frames.length - 1) >> 1], frames.at(-1)];
  return new Set(ends.filter((frame) => frame !== undefined));
}

/** The name of an order in a terminal and in tasks.json: `forward`, `backward`, `ends`, `every:10`. */
export function orderText(order: Order): string {
  return order.by === "every" ? `every:${order.step}` : order.by;
}

/** Reads what `orderText` writes; null for anything else. */
export function parseOrder(text: string): Order | null {
  const [by, step, ...more] = text.trim().split(":");
  const read = orderSchema.safeParse(
    step === undefined ? { by } : { by, step: /^\d+$/u.test(step) ? Number(step) : step },
  );
  const whole = more.length === 0 && (step === undefined) === (by !== "every");
  return read.success && whole ? read.data : null;
}
