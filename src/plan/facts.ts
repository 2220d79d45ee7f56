/** Everything outside the request that a plan depends on. `src/facts` collects it, so that planning itself is pure. */
import * as z from "zod/mini";
import { nukeCommandSchema } from "./render-plan.ts";
import { overwriteSchema, whileRenderingSchema } from "./request.ts";
import { scriptFactsSchema } from "./target.ts";

/** All sizes in MB of 1024 × 1024 bytes. */
export const machineSchema = z.object({
  /** Logical processors that this user may use. */
  cores: z.int(),
  /** Memory of the machine, or of the container or cgroup. */
  totalMB: z.int(),
  /** Available now without swapping. */
  freeMB: z.int(),
  /** What all Nukes together may use (`nukeRender.memory.budget`). */
  budgetMB: z.int(),
  /** What a Nuke needs in addition to its image cache (`nukeRender.memory.allowance`). */
  allowanceMB: z.int(),
});
export type Machine = z.infer<typeof machineSchema>;

/** A folder a Write writes into (several where the folder's name has a view token). */
export const outputFolderSchema = z.object({
  folder: z.string(),
  exists: z.boolean(),
  /** Whether files can be created in it, or the folder itself if it does not exist. */
  writable: z.boolean(),
});
export type OutputFolder = z.infer<typeof outputFolderSchema>;

/** The files of one view of a Write as they are on disk; empty files do not count. */
export const viewFilesSchema = z.object({
  /** Null: the name has no view token, and one file holds all views. */
  view: z.nullable(z.string()),
  /** Frames whose file is at least as new as the script, in Nuke syntax. */
  fresh: z.string(),
  /** Frames whose file is older than the script. */
  older: z.string(),
  /** The only file of a name without a frame number; null if each frame has a file. */
  whole: z.nullable(z.enum(["fresh", "older", "missing"])),
  /** When frames were written, to the minute (ms since 1970); the time of other frames is not known. */
  written: z.optional(z.array(z.object({ at: z.number(), frames: z.string() }))),
  /** Frames whose file is listed in the folder but was not read within the time limit. */
  unread: z.optional(z.string()),
  /** When the only file was written (ms since 1970), and its size; absent if there is none. */
  file: z.optional(z.object({ at: z.number(), bytes: z.number() })),
});
export type ViewFiles = z.infer<typeof viewFilesSchema>;

export const planFactsSchema = z.object({
  script: scriptFactsSchema,
  machine: machineSchema,
  /** Null: none was found. */
  nuke: z.nullable(nukeCommandSchema),
  /** Why there is none, if one was named that does not exist; for people. */
  nukeTrouble: z.optional(z.string()),
  /** By the full name of the Write; absent if reading the script cannot tell the folder. */
  outputs: z.record(z.string(), z.array(outputFolderSchema)),
  /** By the full name of the Write; only for requested Writes whose file names are known. */
  files: z.optional(z.record(z.string(), z.array(viewFilesSchema))),
  /** By the full name of the Write: why its frames on disk are not known although they were looked up. */
  unseen: z.optional(z.record(z.string(), z.string())),
  /** When the disk was read, ms since 1970; "today" is relative to it. */
  now: z.optional(z.number()),
  /** For requests that do not say (`nukeRender.overwrite`); absent: `DEFAULT_OVERWRITE`. */
  overwrite: z.optional(overwriteSchema),
  /** Missing output folders are made without asking (`nukeRender.createFolders`). */
  createFolders: z.boolean(),
  /** For requests that do not say (`nukeRender.script.whileRendering`); absent: `copy`. */
  whileRendering: z.optional(whileRenderingSchema),
  /** The editor holds changes that are not on disk. */
  unsaved: z.boolean(),
  /** The Python file that a warm Nuke runs. */
  warmFile: z.string(),
  /** Where Nuke is started; relative file names mean this folder. */
  cwd: z.string(),
});
export type PlanFacts = z.infer<typeof planFactsSchema>;
