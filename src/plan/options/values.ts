/** The values that options of a render can have, and their bounds. */
import * as z from "zod/mini";

/** Bounds of a whole number, both included. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

export const bounds = {
  chunks: { least: 1, most: 10_000 },
  framesPerChunk: { least: 1, most: 1_000_000 },
  orderStep: { least: 2, most: 100_000 },
  parallel: { least: 1, most: 256 },
  threads: { least: 1, most: 1024 },
  cacheMB: { least: 16, most: 16_777_216 },
  priority: { least: 0, most: 100 },
  retries: { least: 0, most: 20 },
} satisfies Record<string, Bounds>;

export function wholeSchema({ least, most }: Bounds) {
  return z.int().check(z.minimum(least), z.maximum(most));
}

/** How the range is divided: into a number of chunks, or into chunks of a number of frames. */
export const splitSchema = z.discriminatedUnion("by", [
  z.object({ by: z.literal("chunks"), count: wholeSchema(bounds.chunks) }),
  z.object({ by: z.literal("frames"), size: wholeSchema(bounds.framesPerChunk) }),
]);
export type Split = z.infer<typeof splitSchema>;

/** Three failures of the same frame are no coincidence. */
export const DEFAULT_RETRIES = 2;

/** In the middle between 0 (last of all) and 100 (before all others). */
export const DEFAULT_PRIORITY = 50;
export const prioritySchema = wholeSchema(bounds.priority);

/** Nukes of one job at once, 1 to 256. */
export const parallelSchema = wholeSchema(bounds.parallel);

/**
 * Which frames are rendered first: from the first on, from the last on, first, middle and last before the others (`ends`), or every n-th
 * before the others. Movies have one order only.
 */
export const orderSchema = z.discriminatedUnion("by", [
  z.object({ by: z.literal("forward") }),
  z.object({ by: z.literal("backward") }),
  z.object({ by: z.literal("ends") }),
  z.object({ by: z.literal("every"), step: wholeSchema(bounds.orderStep) }),
]);
export type Order = z.infer<typeof orderSchema>;
export const orderBySchema = z.enum(["forward", "backward", "ends", "every"]);

/**
 * How frames are distributed: `auto` in shrinking rounds, as Nukes become free (`distributeFrames`); `split` and `chunks` as the request's
 * `split` says.
 */
export const dealSchema = z.enum(["split", "chunks", "auto"]);
export type Deal = z.infer<typeof dealSchema>;

/** `script`: as the script says; `proxy` and `full` override it (nuke-cli.md 1.4, `-p` and `-f`). */
export const proxyModeSchema = z.enum(["script", "proxy", "full"]);
export type ProxyMode = z.infer<typeof proxyModeSchema>;

/**
 * What a render does when its script is saved meanwhile. `copy`: the rest is rendered from a copy of the earlier version; `hold`: no
 * further Nuke starts until someone resumes the job; `go-on`: it warns and continues with the saved version.
 */
export const whileRenderingSchema = z.enum(["copy", "hold", "go-on"]);
export type WhileRendering = z.infer<typeof whileRenderingSchema>;

/**
 * Which frames of the range. `missing`: those with a file that is absent or empty; `outdated`: those, and those with a file that is
 * older than the script.
 */
export const onlySchema = z.enum(["all", "missing", "outdated"]);
export type Only = z.infer<typeof onlySchema>;

/**
 * What to do about frames that are on disk: `always` replaces them with a message; `ask-once` asks first (in the editor once for each output and
 * window, in a terminal at each command); `never` refuses; `newer-script-only` keeps frames that are at least as new as the script.
 */
export const overwriteSchema = z.enum(["ask-once", "always", "never", "newer-script-only"]);
export type Overwrite = z.infer<typeof overwriteSchema>;
export const DEFAULT_OVERWRITE: Overwrite = "ask-once";
