/** The reports of a warm Nuke (src/warm/warm_nuke.py), line by line. Protocol: docs/warm-nuke.md. */
import * as z from "zod/mini";

/** Prefix of a report; the same as in the file that Nuke runs. */
const MARK = "@@nuke-render-warm ";

/** The number of the command in question, from 1. */
const n = z.int().check(z.minimum(0));
const frame = z.int();
const frames = z.array(z.int());
/** Seconds, to the millisecond. */
const seconds = z.number().check(z.minimum(0));
/** When it was written, milliseconds since 1970 by the clock of the Nuke's machine. */
const at = z.number();

export const warmReportSchema = z.discriminatedUnion("event", [
  /** The script is open. `nuke` is Nuke's own version text, `python` such as `3.10`. */
  z.object({
    event: z.literal("ready"),
    at,
    seconds,
    protocol: z.int(),
    pid: z.int(),
    nuke: z.string(),
    python: z.string(),
  }),
  /** The script could not be opened, or has no such node; Nuke ends with exit code 1. */
  z.object({ event: z.literal("not-opened"), at, message: z.string() }),
  /** Command `n` was read. All commands with a lower number were taken before, or never will be. */
  z.object({ event: z.literal("taken"), at, n }),
  /** Frame by frame; `n` is the command that sent it. */
  z.object({ event: z.literal("begin"), at, n, frame }),
  z.object({ event: z.literal("done"), at, n, frame, seconds }),
  z.object({ event: z.literal("failed"), at, n, frame, seconds, message: z.string() }),
  /**
   * These frames have not begun and never will. The reply to `drop` and `end`: at least one, without frames if none were left;
   * several for more than a thousand frames.
   */
  z.object({ event: z.literal("dropped"), at, n, frames }),
  /** Nothing is left to do; `n` is the last command taken, 0 before the first. */
  z.object({ event: z.literal("idle"), at, n }),
  /** A line of the command file that is not a command. */
  z.object({ event: z.literal("refused"), at, line: z.string(), message: z.string() }),
  /** The last report; Nuke exits with code 0. `abandoned`: no sign of life from the service; `commands-gone`: no command file. */
  z.object({ event: z.literal("ended"), at, n, why: z.enum(["asked", "abandoned", "commands-gone"]) }),
]);
export type WarmReport = z.infer<typeof warmReportSchema>;

/** Whether a line is a report or part of one, which people should not see. */
export function isWarmReport(line: string): boolean {
  return line.includes(MARK);
}

/** The report in a line of a warm Nuke's standard output; null for Nuke's own output, and for a truncated report. */
export function readWarmReport(line: string): WarmReport | null {
  const start = line.indexOf(MARK);
  if (start === -1) return null;
  try {
    return warmReportSchema.parse(JSON.parse(line.slice(start + MARK.length)));
  } catch {
    return null;
  }
}
