/** The event stream of a render. The service sends it; every surface listens to it. */
import * as z from "zod/mini";
import { jobOutcomeSchema, jobStateSchema } from "./job-state.ts";
import { DEFAULT_PRIORITY } from "../request.ts";

/**
 * Why a chunk ended. `license`: exit code 100 or the license report (nuke-cli.md 1.7, 2.6); `crash`: signal or unknown code; `hung`:
 * no output for too long; `evicted`: evicted to free memory; `paused`: its job was paused; `unobserved`: exit not observed (the
 * service was down). Unfinished frames may have become a new chunk (`from`).
 */
export const verdictSchema = z.enum([
  "done",
  "failed",
  "license",
  "crash",
  "hung",
  "evicted",
  "paused",
  "unobserved",
  "cancelled",
  "not-started",
]);
export type Verdict = z.infer<typeof verdictSchema>;

export const chunkStatusSchema = z.object({
  index: z.int(),
  frames: z.string(),
  count: z.int(),
  /** The chunk whose Nuke left these frames unfinished; null for chunks of the plan. */
  from: z._default(z.nullable(z.int()), null),
  state: z.enum(["waiting", "running", "finished"]),
  pid: z.nullable(z.int()),
  framesDone: z.int(),
  /** Fraction of the frame being rendered, 0 to 1. */
  frameProgress: z.number(),
  /** Seconds it ran, or has been running so far. */
  seconds: z.number(),
  /** Highest memory measured for its process tree, MB; 0 before the first sample. */
  peakMB: z.int(),
  verdict: z.nullable(verdictSchema),
  /** Null while it runs, and when a signal ended it. */
  exitCode: z.nullable(z.int()),
  signal: z.nullable(z.string()),
  /** For people, if it did not end well. */
  reason: z.nullable(z.string()),
});
export type ChunkStatus = z.infer<typeof chunkStatusSchema>;

const waitedForSchema = z.object({ job: z.string(), write: z.string() });
/** A job that another job depends on. */
export type WaitedFor = z.infer<typeof waitedForSchema>;

export const jobStatusSchema = z.object({
  job: z.string(),
  script: z.string(),
  write: z.string(),
  state: jobStateSchema,
  /** Waiting jobs with a higher priority start first; 0 to 100. */
  priority: z._default(z.int(), DEFAULT_PRIORITY),
  /** Maximum number of Nukes at once. */
  parallel: z._default(z.int(), 1),
  /** Jobs that must finish before anything of this one is started. */
  waitsFor: z._default(z.array(waitedForSchema), []),
  frames: z.string(),
  frameCount: z.int(),
  framesDone: z.int(),
  /** Overall fraction, 0 to 1, including parts of frames. */
  progress: z.number(),
  /** Nukes running now. */
  running: z.int(),
  /** Seconds to go; null until a frame has been timed. */
  etaSeconds: z.nullable(z.number()),
  /** Seconds since the first Nuke started. */
  seconds: z.number(),
  /** Highest measured sum over the job's Nukes, MB. */
  peakMB: z.int(),
  /** The frame during which a Nuke had the most memory, MB; null before one was measured. Earlier versions did not report it. */
  heaviest: z._default(z.nullable(z.object({ frame: z.int(), peakMB: z.int() })), null),
  /** Milliseconds since 1970. */
  submittedAt: z.number(),
  finishedAt: z.nullable(z.number()),
  chunks: z.array(chunkStatusSchema),
  /**
   * Why the service cannot continue with it: its own files are damaged. It stays `interrupted` until it is cancelled or forgotten; its ranges name
   * what is known of its frames. Null for most.
   */
  damaged: z._default(z.nullable(z.string()), null),
  /** Folder of the frames that were written; null before the first. */
  folder: z.nullable(z.string()),
  /** Set when finished or damaged: ranges in Nuke syntax, such as `1-10x2`. */
  doneRanges: z.array(z.string()),
  missingRanges: z.array(z.string()),
  demo: z.boolean(),
  /** The submit it came from (`RenderJob.submission`). */
  submission: z.optional(z.string()),
});
export type JobStatus = z.infer<typeof jobStatusSchema>;

export const renderEventSchema = z.discriminatedUnion("type", [
  /** A job was accepted. */
  z.object({ type: z.literal("queued"), job: z.string(), status: jobStatusSchema }),
  /** State, progress or memory of a job changed; at most ten a second reach a client. */
  z.object({ type: z.literal("progress"), job: z.string(), status: jobStatusSchema }),
  z.object({
    type: z.literal("chunk-started"),
    job: z.string(),
    chunk: z.int(),
    frames: z.string(),
    pid: z.int(),
    argv: z.array(z.string()),
  }),
  /** Lines a Nuke printed, in order. Blank lines are omitted, and so is the start of a flood (a line says how many). */
  z.object({
    type: z.literal("lines"),
    job: z.string(),
    chunk: z.int(),
    stream: z.enum(["stdout", "stderr"]),
    lines: z.array(z.string()),
  }),
  /** A frame is on disk. `seconds` is Nuke's own figure; `peakMB` the highest memory of its Nuke during the frame, null if unknown. */
  z.object({
    type: z.literal("frame-done"),
    job: z.string(),
    chunk: z.int(),
    frame: z.int(),
    files: z.array(z.string()),
    seconds: z.nullable(z.number()),
    peakMB: z._default(z.nullable(z.int()), null),
  }),
  /** A frame was rendered but has no valid file, or Nuke reported an error for it. */
  z.object({
    type: z.literal("frame-failed"),
    job: z.string(),
    chunk: z.int(),
    frame: z.nullable(z.int()),
    message: z.string(),
  }),
  /** Something the user should know: an error line of Nuke, a license report, a delayed chunk. */
  z.object({
    type: z.literal("message"),
    job: z.string(),
    chunk: z.nullable(z.int()),
    severity: z.enum(["error", "warning", "info"]),
    text: z.string(),
  }),
  z.object({ type: z.literal("chunk-finished"), job: z.string(), status: chunkStatusSchema }),
  z.object({
    type: z.literal("finished"),
    job: z.string(),
    framesDone: z.array(z.string()),
    framesMissing: z.array(z.string()),
    outcome: jobOutcomeSchema,
    status: jobStatusSchema,
  }),
]);
export type RenderEvent = z.infer<typeof renderEventSchema>;
/** Events of one type. */
export type EventOf<Type extends RenderEvent["type"]> = Extract<RenderEvent, { type: Type }>;
