/** What will be done, down to the last argument. The form shows it, the service executes it, farms translate it. */
import * as z from "zod/mini";
import {
  DEFAULT_PRIORITY,
  orderSchema,
  prioritySchema,
  renderRequestSchema,
  whileRenderingSchema,
} from "./request.ts";

export const problemSchema = z.object({
  code: z.enum([
    "write-missing",
    "write-disabled",
    "write-maybe-disabled",
    "write-reading",
    "file-empty",
    "file-unresolved",
    "folder-missing",
    "folder-not-writable",
    "same-path",
    "no-frame-token",
    "frame-token-too-wide",
    "no-view-token",
    "script-unsaved",
    "script-encrypted",
    "script-not-copied",
    "range-invalid",
    "range-outside-limit",
    "range-empty",
    "movie-not-split",
    "warm-impossible",
    "memory-over-free",
    "memory-over-budget",
    "nuke-missing",
    "nuke-other-version",
    "nuke-demo",
    "option-invalid",
    "frames-on-disk",
    "frames-unread",
    "frames-unknown",
    "nothing-to-render",
    "replaces-frames",
    "overwrite-refused",
    "overwrite-unknown",
    "reads-unrendered",
    "reads-in-circle",
    "reads-unknown",
  ]),
  /** Errors stop a render before anything starts; warnings and infos are reported and the render continues. */
  severity: z.enum(["error", "warning", "info"]),
  /** For people; says what to do next. */
  message: z.string(),
  /** A fix that the surface can offer as one click. */
  fix: z.optional(
    z.enum([
      "create-folder",
      "save-script",
      "render-saved-copy",
      "choose-nuke",
      "use-demo-renderer",
      "render-needed",
      "only-missing",
    ]),
  ),
  /** The folder to create, if `fix` is `create-folder`. */
  path: z.optional(z.string()),
});
export type Problem = z.infer<typeof problemSchema>;

/** The program that renders: argv prefix (a studio wrapper or a runtime plus script may need several words). */
export const nukeCommandSchema = z.object({
  argv: z.array(z.string()).check(z.minLength(1)),
  /** Set on top of the job's environment, for example ELECTRON_RUN_AS_NODE for the demo renderer. */
  env: z.optional(z.record(z.string(), z.string())),
  /** Such as `15.1v5`; empty if unknown. */
  version: z.string(),
  /** The embedded stand-in, not a real Nuke. */
  demo: z.boolean(),
});
export type NukeCommand = z.infer<typeof nukeCommandSchema>;

/** A command line without its frames: their arguments go between `before` and `after` (`commandLine`). */
export const frameCommandSchema = z.object({
  before: z.array(z.string()),
  after: z.array(z.string()),
});
export type FrameCommand = z.infer<typeof frameCommandSchema>;

/** All megabytes are 1024 × 1024 bytes. */
export const memorySumSchema = z.object({
  parallel: z.int(),
  /** `-c` of each Nuke, MB. */
  cacheMB: z.int(),
  /** What a Nuke needs in addition to its image cache, MB. */
  allowanceMB: z.int(),
  /** parallel × (cache + allowance), MB. */
  sumMB: z.int(),
  /** What all Nukes together may use on this machine, MB. */
  budgetMB: z.int(),
  /** Free at the moment of planning, MB. */
  freeMB: z.int(),
  fits: z.boolean(),
});
export type MemorySum = z.infer<typeof memorySumSchema>;

export const chunkSchema = z.object({
  /** From 0, in the order they are started. */
  index: z.int(),
  /** Nuke syntax, `1-25`. */
  frames: z.string(),
  count: z.int(),
  /** The whole command line, program first. */
  argv: z.array(z.string()),
});
export type Chunk = z.infer<typeof chunkSchema>;

/** Frames on disk that a render writes again; times in ms since 1970, null where they are not known. */
export const replacedSchema = z.object({
  /** In Nuke syntax; of a movie, those that are rendered. */
  frames: z.string(),
  count: z.int(),
  oldest: z.nullable(z.number()),
  newest: z.nullable(z.number()),
});
export type Replaced = z.infer<typeof replacedSchema>;

export const renderPlanSchema = z.object({
  script: z.string(),
  write: z.string(),
  /** Every frame of the job in Nuke syntax. */
  frames: z.string(),
  frameCount: z.int(),
  movie: z.boolean(),
  /** Files Nuke is expected to write for one frame (one per view where the name has a view token). */
  filesPerFrame: z.int(),
  /** Where the frames will be; null if reading the script cannot tell. */
  outputFile: z.nullable(z.string()),
  /** What `%V` in `outputFile` stands for; earlier versions did not say. */
  views: z.optional(z.array(z.string())),
  /** The files have other numbers than the frames. */
  renumbered: z.optional(z.boolean()),
  /** The folder Nuke is started in (relative file knobs mean this folder, nuke-cli.md 5.1). */
  cwd: z.string(),
  chunks: z.array(chunkSchema),
  /** For ranges that arise during the render: frames that a Nuke which ended early left unfinished. */
  command: frameCommandSchema,
  /** Command line of warm Nukes, with the command file between the two parts (`warmLine`); absent: Nukes do not stay open. */
  warm: z.optional(frameCommandSchema),
  parallel: z.int(),
  /** `auto`: chunks that have not started may be redistributed once frame times are known; `fixed`: they stay as requested. */
  deal: z._default(z.enum(["auto", "fixed"]), "fixed"),
  order: z._default(orderSchema, { by: "forward" }),
  /** Among the jobs of this machine; higher priorities start first. */
  priority: z._default(prioritySchema, DEFAULT_PRIORITY),
  threads: z.int(),
  memory: memorySumSchema,
  continueOnError: z.boolean(),
  /** How often a failed frame is rendered again, alone. */
  retries: z.int().check(z.minimum(0), z.maximum(20)),
  /** How the script is kept the same for all frames; absent: changes are not checked. */
  whileRendering: z.optional(whileRenderingSchema),
  nuke: z.nullable(nukeCommandSchema),
  /** What is on disk and will be replaced; absent: nothing, as far as is known. */
  replaces: z.optional(replacedSchema),
  /** The request, to repeat the render. Absent in plans of earlier versions. */
  request: z.optional(renderRequestSchema),
  problems: z.array(problemSchema),
});
export type RenderPlan = z.infer<typeof renderPlanSchema>;
