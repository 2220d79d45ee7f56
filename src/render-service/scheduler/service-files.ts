/** The service's own files in its state folder: jobs, what earlier renders needed, limits, and how long logs are kept. */
import { RenderHistory, historySchema } from "../memory/history.ts";
import { DamageNotes } from "../storage/damage-notes.ts";
import { JobStore } from "../storage/job-store.ts";
import { Retention } from "../storage/retention.ts";
import { StateFile } from "../storage/state-file.ts";
import { historyFile, jobsFolder, keepingFile, limitsFile } from "../storage/state-folder.ts";
import { Limits } from "./limits.ts";
import type { ServiceOptions } from "./options.ts";

export interface ServiceFiles {
  /** What was found damaged. */
  readonly notes: DamageNotes;
  readonly folders: JobStore;
  readonly history: RenderHistory;
  readonly retention: Retention;
  readonly limits: Limits;
}

export function openServiceFiles({ stateFolder, maxParallel, budgetMB, log }: ServiceOptions): ServiceFiles {
  const notes = new DamageNotes(log);
  const { tell } = notes;
  const past = new StateFile({ path: historyFile(stateFolder), schema: historySchema, tell });
  return {
    notes,
    folders: new JobStore(jobsFolder(stateFolder), tell),
    history: new RenderHistory(past, log),
    retention: new Retention(keepingFile(stateFolder), log, tell),
    limits: new Limits({ file: limitsFile(stateFolder), maxParallel, budgetMB, tell }),
  };
}
