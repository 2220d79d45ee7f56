/** A second copy of the first line of a job's journal: where that line is lost, it still tells what was to be rendered. */
import { join } from "node:path";
import { type EntryOf, jobEntrySchema } from "./journal-entries.ts";
import { type Damage, StateFile } from "./state-file.ts";

/** In a job's folder, until the job has ended. */
export function openingFile(folder: string, tell: (damage: Damage) => void): StateFile<EntryOf<"job">> {
  return new StateFile({ path: join(folder, "job.json"), schema: jobEntrySchema, tell });
}
