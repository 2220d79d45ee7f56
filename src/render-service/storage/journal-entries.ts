/** The lines of a job's journal. */
import * as z from "zod/mini";
import { chunkStatusSchema, verdictSchema } from "../../plan/job/events.ts";
import { jobOutcomeSchema } from "../../plan/job/job-state.ts";
import { renderJobSchema } from "../../plan/job/job.ts";
import { scriptFingerprintSchema } from "../script-snapshot/fingerprint.ts";
import { parallelSchema, prioritySchema } from "../../plan/request.ts";

/** Of the environment only a reference is kept: it is removed when the job has ended (`environment.ts`). */
export const keptJobSchema = z.omit(renderJobSchema, { env: true });
export type KeptJob = z.infer<typeof keptJobSchema>;

const frames = z.array(z.int());

/** How a Nuke ended that left frames (`ChunkOutcome` of `frame-book.ts`). */
const endingSchema = z.object({
  cause: z.enum(["memory", "paused", "unobserved", "license", "place", "crash", "error"]),
  missing: frames,
  failed: frames,
  at: z.nullable(z.int()),
});

const comebackSchema = z.object({
  chunk: z.int(),
  /** In Nuke syntax. */
  frames: z.string(),
  first: z.boolean(),
  exclusive: z.boolean(),
});

const jobSettingsSchema = z.object({
  priority: prioritySchema,
  /** Among jobs of one priority the lowest comes first; milliseconds since 1970 unless it was moved. */
  place: z.number(),
  /** Nukes at once. */
  parallel: parallelSchema,
});
/** What people may want otherwise while a job waits or runs. */
export type JobSettings = Readonly<z.infer<typeof jobSettingsSchema>>;

const dropSchema = z.object({ verdict: verdictSchema, reason: z.string() });

/** What comes back of frames, and what follows for the job. */
const settlement = {
  ending: z.nullable(endingSchema),
  back: z.array(comebackSchema),
  /** Frames that have failed for the last time. */
  lost: frames,
  /** Nothing that waits is tried any more. */
  givenUp: z.nullable(z.enum(["failed", "license"])),
  drop: z.nullable(dropSchema),
};

/** The first line: with it the job is accepted. */
export const jobEntrySchema = z.object({
  is: z.literal("job"),
  version: z.literal(1),
  job: keptJobSchema,
  /** Milliseconds since 1970. */
  submittedAt: z.number(),
  /** Names the start of the machine; empty where the system does not tell. */
  boot: z.string(),
  /** Fingerprint of the script; null or absent: it is not watched. */
  script: z.optional(z.nullable(scriptFingerprintSchema)),
});

export const journalEntrySchema = z.discriminatedUnion("is", [
  jobEntrySchema,
  /** Another service has come back to it. */
  z.object({ is: z.literal("service"), boot: z.string(), at: z.number() }),
  /** A Nuke is about to be started. */
  z.object({ is: z.literal("starting"), chunk: z.int(), at: z.number() }),
  /** `started`: as the process list tells it, for pids are used again; empty while it is not known. */
  z.object({ is: z.literal("started"), chunk: z.int(), pid: z.int(), started: z.string() }),
  /** A frame is on disk; `read`: bytes of the Nuke's stdout and stderr that were read by then. */
  z.object({
    is: z.literal("done"),
    chunk: z.int(),
    frame: z.int(),
    files: z.array(z.string()),
    peakMB: z._default(z.nullable(z.int()), null),
    read: z.tuple([z.int(), z.int()]),
  }),
  /** A Nuke has ended. What came back of its frames is in the same line, so that no cut falls between the two. */
  z.object({
    is: z.literal("ended"),
    status: chunkStatusSchema,
    complaint: z.string(),
    ...settlement,
  }),
  /** A frame has failed in a warm Nuke that continues; `n`: the command that had handed it. */
  z.object({ is: z.literal("returned"), chunk: z.int(), frame: z.int(), n: z.int(), ...settlement }),
  /** Frames (in Nuke syntax) that no Nuke has been handed go from one chunk to that of a warm Nuke. */
  z.object({ is: z.literal("moved"), from: z.int(), to: z.int(), frames: z.string() }),
  /** Files of done frames (in Nuke syntax) were removed: chunk `chunk` renders these again. */
  z.object({ is: z.literal("vanished"), from: z.int(), chunk: z.int(), frames: z.string() }),
  z.object({ is: z.literal("cancelled"), drop: dropSchema }),
  /** `why`: in words, where the job has paused itself because its script was saved. */
  z.object({ is: z.literal("paused"), paused: z.boolean(), why: z.optional(z.string()) }),
  /** The script may be this one from here on. */
  z.object({ is: z.literal("script"), script: scriptFingerprintSchema }),
  /** Changed settings: the complete settings from here on. */
  z.object({ is: z.literal("settings-changed"), settings: jobSettingsSchema }),
  /** What a chunk has not rendered is not to be rendered. */
  z.object({ is: z.literal("chunk-cancelled"), chunk: z.int() }),
  /** Chunks that never started were redistributed; `fresh` in starting order, frames in Nuke syntax. */
  z.object({
    is: z.literal("dealt"),
    gone: z.array(z.int()),
    fresh: z.array(z.object({ chunk: z.int(), frames: z.string() })),
  }),
  /** It waits until the user resumes it. */
  z.object({ is: z.literal("interrupted") }),
  z.object({ is: z.literal("finished"), outcome: jobOutcomeSchema }),
]);
/** What a line says of frames that come back. */
export type SettlementRecord = Pick<EntryOf<"ended">, "ending" | "back" | "lost" | "givenUp" | "drop">;
export type JournalEntry = z.infer<typeof journalEntrySchema>;
export type EntryOf<Is extends JournalEntry["is"]> = Extract<JournalEntry, { is: Is }>;
