/** The one event stream of a render. The service sends it; every surface listens to it. */
import * as z from "zod/mini";
import { DEFAULT_PRIORITY } from "./request.ts";

/** `interrupted`: the machine was started again, or the service told to end; it waits until somebody resumes it. */
export const jobStateSchema = z.enum(["queued", "running", "interrupted", "cancelling", "finished"]);
export type JobState = z.infer<typeof jobStateSchema>;

/**
 * Why a chunk ended; `license`: exit code 100 or its report (nuke-cli.md 1.7, 2.6); `crash`: signal or unknown code; `hung`: it
 * was silent for too long; `gave-way`: it had to make room in memory; `paused`: somebody paused its job; `unwatched`: it ended while no service
 * ran to see how. What it left may have become a further chunk (`from`).
 */
export const verdictSchema = z.enum([
  "done",
  "failed",
  "license",
  "crash",
  "hung",
  "gave-way",
  "paused",
  "unwatched",
  "cancelled",
  "not-started",
]);
export type Verdict = z.infer<typeof verdictSchema>;

export const chunkStatusSchema = z.object({
  index: z.int(),
  frames: z.string(),
  count: z.int(),
  /** The chunk whose Nuke left these frames; null for those of the plan. */
  from: z._default(z.nullable(z.int()), null),
  state: z.enum(["waiting", "running", "finished"]),
  pid: z.nullable(z.int()),
  framesDone: z.int(),
  /** Fraction of the frame being rendered, 0 to 1. */
  frameProgress: z.number(),
  /** Seconds it ran, or has been running. */
  seconds: z.number(),
  /** Highest resident memory of its process tree seen, MB; 0 before the first sample. */
  peakMB: z.int(),
  verdict: z.nullable(verdictSchema),
  /** Null while it runs and when it was ended by a signal. */
  exitCode: z.nullable(z.int()),
  signal: z.nullable(z.string()),
  /** In words, where it did not end well. */
  reason: z.nullable(z.string()),
});
export type ChunkStatus = z.infer<typeof chunkStatusSchema>;

/**
 * What a job waits for before anything more of it is started: `disk`: space; `folder`: its output folder; `script`: its script was saved
 * or removed.
 */
export const heldSchema = z.object({
  by: z.enum(["license", "disk", "folder", "script"]),
  /** For people. */
  text: z.string(),
});
export type Held = z.infer<typeof heldSchema>;

const waitedForSchema = z.object({ job: z.string(), write: z.string() });
/** A job that another one waits for. */
export type WaitedFor = z.infer<typeof waitedForSchema>;

export const jobStatusSchema = z.object({
  job: z.string(),
  script: z.string(),
  write: z.string(),
  state: jobStateSchema,
  /** Nothing of it is started until somebody resumes it: it was paused, or interrupted. */
  paused: z._default(z.boolean(), false),
  /** Null: nothing holds it. */
  held: z._default(z.nullable(heldSchema), null),
  /** Of jobs that wait, those with the higher one start first; 0 to 100. */
  priority: z._default(z.int(), DEFAULT_PRIORITY),
  /** Nukes at once at most. */
  parallel: z._default(z.int(), 1),
  /** Jobs that have to be over before anything of this one is started. */
  waitsFor: z._default(z.array(waitedForSchema), []),
  frames: z.string(),
  frameCount: z.int(),
  framesDone: z.int(),
  /** Overall fraction 0 to 1, parts of frames counted. */
  progress: z.number(),
  /** Nukes running now. */
  running: z.int(),
  /** Seconds to go; null until a frame has been timed. */
  etaSeconds: z.nullable(z.number()),
  /** Seconds since the first Nuke started. */
  seconds: z.number(),
  /** Highest sum over the job's Nukes seen, MB. */
  peakMB: z.int(),
  /** The frame whose Nuke was seen at the most memory, MB; null before one was measured. Earlier versions told none. */
  heaviest: z._default(z.nullable(z.object({ frame: z.int(), peakMB: z.int() })), null),
  /** Milliseconds since 1970. */
  submittedAt: z.number(),
  finishedAt: z.nullable(z.number()),
  chunks: z.array(chunkStatusSchema),
  /** Folder of the frames that were written; null before the first. */
  folder: z.nullable(z.string()),
  /** Set when finished: ranges in Nuke syntax, such as `1-10x2`. */
  doneRanges: z.array(z.string()),
  missingRanges: z.array(z.string()),
  /** 0 all frames on disk, 1 some missing, 3 no license, 130 cancelled; null until finished. */
  exitCode: z.nullable(z.int()),
  demo: z.boolean(),
});
export type JobStatus = z.infer<typeof jobStatusSchema>;

export const renderEventSchema = z.discriminatedUnion("type", [
  /** A job was accepted. */
  z.object({ type: z.literal("queued"), job: z.string(), status: jobStatusSchema }),
  /** State, progress or memory of a job moved; at most ten a second reach a client. */
  z.object({ type: z.literal("progress"), job: z.string(), status: jobStatusSchema }),
  z.object({
    type: z.literal("chunk-started"),
    job: z.string(),
    chunk: z.int(),
    frames: z.string(),
    pid: z.int(),
    argv: z.array(z.string()),
  }),
  /** Lines a Nuke printed, in order; blank lines are left out, and so is the start of a flood (a line says how many). */
  z.object({
    type: z.literal("lines"),
    job: z.string(),
    chunk: z.int(),
    stream: z.enum(["stdout", "stderr"]),
    lines: z.array(z.string()),
  }),
  /** A frame is on disk. `seconds` is Nuke's own figure; `peakMB` the most its Nuke was seen to hold meanwhile, null when that is not known. */
  z.object({
    type: z.literal("frame-done"),
    job: z.string(),
    chunk: z.int(),
    frame: z.int(),
    files: z.array(z.string()),
    seconds: z.nullable(z.number()),
    peakMB: z._default(z.nullable(z.int()), null),
  }),
  /** A frame was rendered without a file to show for it, or Nuke reported an error on it. */
  z.object({
    type: z.literal("frame-failed"),
    job: z.string(),
    chunk: z.int(),
    frame: z.nullable(z.int()),
    message: z.string(),
  }),
  /** Something people should know: an error line of Nuke, a license report, a chunk held back. */
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
    exitCode: z.int(),
    status: jobStatusSchema,
  }),
]);
export type RenderEvent = z.infer<typeof renderEventSchema>;
/** Events of one type. */
export type EventOf<Type extends RenderEvent["type"]> = Extract<RenderEvent, { type: Type }>;
