/** Whole numbers as people type them. */
import { type Bounds, bounds } from "../../plan/options/values.ts";

/** Bounds of what the form has a control of its own for. */
export const limits = {
  threads: bounds.threads,
  chunks: bounds.chunks,
  frames: bounds.framesPerChunk,
  orderStep: bounds.orderStep,
  frame: { least: -100_000_000, most: 100_000_000 },
} satisfies Record<string, Bounds>;

/** An empty field has neither value nor error. */
export function readWhole(
  text: string,
  noun: string,
  { least, most }: Bounds,
): { value?: number; error: string | null } {
  const trimmed = text.trim();
  if (trimmed === "") return { error: null };
  const value = Number(trimmed);
  if (/^-?\d+$/u.test(trimmed) && value >= least && value <= most)
    return { value: value === 0 ? 0 : value, error: null };
  return {
    error: `${noun}: "${trimmed}" is not a whole number from ${least} to ${most.toLocaleString("en-US")}.`,
  };
}
