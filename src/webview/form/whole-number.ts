/** Whole numbers as people type them. */

export interface Limits {
  readonly least: number;
  readonly most: number;
}

/** What `renderOptionsSchema` allows, in words for people; a test holds the two together. */
export const limits = {
  parallel: { least: 1, most: 256 },
  threads: { least: 1, most: 1024 },
  chunks: { least: 1, most: 10_000 },
  frames: { least: 1, most: 1_000_000 },
  orderStep: { least: 2, most: 100_000 },
  frame: { least: -100_000_000, most: 100_000_000 },
} satisfies Record<string, Limits>;

/** An empty field has neither value nor error. */
export function readWhole(
  text: string,
  noun: string,
  { least, most }: Limits,
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
