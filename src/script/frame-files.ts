/** Frame numbers out of file names: the way back from `frameFile`. */
import { frameFile, frameToken } from "./file-name.ts";

/** Longer numbers are dates and versions. */
const LARGEST_FRAME = 100_000_000;

/**
 * Reads the frame of a file's name (no folder) that a pattern such as `a.%V.####.exr` gives for a view; null for the names of others.
 * The pattern has a frame token.
 */
export function frameReader(pattern: string, view: string): (name: string) => number | null {
  const named = pattern.replaceAll("%V", view).replaceAll("%v", view.slice(0, 1));
  const fixed = named
    .split(frameToken)
    .map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/gu, String.raw`\$&`));
  const expression = new RegExp(`^${fixed.join("(-?\\d+)")}$`, "u");
  return (name) => {
    const digits = expression.exec(name)?.[1];
    if (digits === undefined) return null;
    const frame = Number(digits);
    // `00012` is no name of frame 12 where four digits are asked for, and two tokens are the same frame.
    return Math.abs(frame) <= LARGEST_FRAME && frameFile(named, frame, view) === name ? frame : null;
  };
}
