/**
 * The request of a render: one Write of one script, and how to render it. Every surface (lens, form, palette,
 * task, terminal, farm) builds this and nothing else.
 */
import * as z from "zod/mini";

/** How the range is divided: into a number of chunks, or into chunks of a number of frames. */
export const splitSchema = z.discriminatedUnion("by", [
  z.object({ by: z.literal("chunks"), count: z.int().check(z.minimum(1), z.maximum(10_000)) }),
  z.object({ by: z.literal("frames"), size: z.int().check(z.minimum(1), z.maximum(1_000_000)) }),
]);
export type Split = z.infer<typeof splitSchema>;

/** Three failures of the same frame are no coincidence. */
export const DEFAULT_RETRIES = 2;

/** In the middle between 0 (last of all) and 100 (before all others). */
export const DEFAULT_PRIORITY = 50;
export const prioritySchema = z.int().check(z.minimum(0), z.maximum(100));

/** Nukes of one job at once, 1 to 256. */
export const parallelSchema = z.int().check(z.minimum(1), z.maximum(256));

/**
 * Which frames are rendered first: from the first on, from the last on, first, middle and last before the others (`ends`), or every n-th
 * before the others. Movies have one order only.
 */
export const orderSchema = z.discriminatedUnion("by", [
  z.object({ by: z.literal("forward") }),
  z.object({ by: z.literal("backward") }),
  z.object({ by: z.literal("ends") }),
  z.object({ by: z.literal("every"), step: z.int().check(z.minimum(2), z.maximum(100_000)) }),
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
 * What a render does when its script is saved during the render. `copy`: the rest is rendered from a copy of the earlier version; `hold`: no
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

export const renderOptionsSchema = z.object({
  /** In Nuke's own syntax; empty or absent: the Write's limit, else the script's range. */
  range: z.optional(z.string()),
  /** Absent: all. */
  only: z.optional(onlySchema),
  /** Absent: as the setting says (`nukeRender.overwrite`). */
  overwrite: z.optional(overwriteSchema),
  /** Absent: the machine decides. */
  split: z.optional(splitSchema),
  /** Absent: as `split` says if there is one, else `auto`. With `auto`, the chunks of `split` are the number of parallel Nukes. */
  deal: z.optional(dealSchema),
  /** Absent: first to last. */
  order: z.optional(orderSchema),
  /** Nukes at once, 1 to 256; absent: as many as there are chunks, and as fit in memory. */
  parallel: z.optional(parallelSchema),
  /** Among the jobs of this machine, 0 to 100; absent: `DEFAULT_PRIORITY`. */
  priority: z.optional(prioritySchema),
  /** Threads of each Nuke (`-m`), 1 to 1024; absent: cores / parallel. */
  threads: z.optional(z.int().check(z.minimum(1), z.maximum(1024))),
  /** Image cache of each Nuke in MB (`-c`); absent: memory budget / parallel minus the allowance. */
  cacheMB: z.optional(z.int().check(z.minimum(16), z.maximum(16_777_216))),
  /** Views to render; absent or empty: those chosen in the Write. */
  views: z.optional(z.array(z.string())),
  proxy: z._default(proxyModeSchema, "script"),
  /** Nukes stay open between frames, and each frame goes to a free Nuke; absent: no. Not for movies. */
  warm: z.optional(z.boolean()),
  continueOnError: z._default(z.boolean(), false),
  /** How often a failed frame is rendered again, alone; absent: `DEFAULT_RETRIES`. */
  retries: z.optional(z.int().check(z.minimum(0), z.maximum(20))),
  /** Absent: the setting `nukeRender.script.whileRendering`. */
  whileRendering: z.optional(whileRenderingSchema),
  /** Extra switches for Nuke, placed before the script (for example `-i` or `--gpu`). */
  extraArguments: z.optional(z.array(z.string())),
});
export type RenderOptions = z.infer<typeof renderOptionsSchema>;

export const renderRequestSchema = z.extend(renderOptionsSchema, {
  /** Absolute path of the script. */
  script: z.string().check(z.minLength(1)),
  /** Full name of the Write, `Group1.Write1`. */
  write: z.string().check(z.minLength(1)),
});
export type RenderRequest = z.infer<typeof renderRequestSchema>;
