/** Writes a job down before anything is promised of it, and reads it back where its service was killed. */
import { messageOf } from "../../plan/text/message-of.ts";
import type { RenderJob } from "../../plan/job/job.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import { RenderServiceError } from "../protocol/errors.ts";
import type { JobStore } from "../storage/job-store.ts";
import { type ReplayedJob, replayJournal } from "../storage/replay.ts";
import { Journal, readFirstEntry } from "../storage/journal.ts";
import type { EntryOf } from "../storage/journal-entries.ts";
import { environmentFile } from "../storage/environment-file.ts";
import { openingFile } from "../storage/opening-file.ts";
import type { Damage } from "../storage/state-file.ts";
import { bootName } from "../job/adopt.ts";
import { type SavedSnapshot, keepScript, removeScriptCopy } from "../script-snapshot/snapshot-copy.ts";

export interface AcceptedJob extends SavedSnapshot {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
  readonly journal: Journal;
}

/**
 * From here on the job outlives this process.
 * @throws {RenderServiceError} `bad-plan`; `state-folder` where it cannot be written down, as on a full disk. Nothing is left then.
 */
export async function acceptJob(
  request: RenderJob,
  folders: JobStore,
  log: (line: string) => void,
): Promise<AcceptedJob> {
  const submittedAt = Date.now();
  let id: string | null = null;
  let kept: SavedSnapshot | null = null;
  let journal: Journal | null = null;
  try {
    id = await folders.create(request.source ?? request.plan.script, request.plan.write);
    const folder = folders.path(id);
    kept = await keepScript(request, folder);
    const { env, ...job } = kept.job;
    const tell = (damage: Damage): void => log(damage.text);
    await environmentFile(folder, tell).write(env);
    const script = kept.mark;
    const opening: EntryOf<"job"> = { is: "job", version: 1, job, submittedAt, boot: bootName(), script };
    journal = await Journal.create(folder, opening, log);
    // Behind the journal: where there is a copy and no journal, the job was accepted and has lost it.
    await openingFile(folder, tell).write(opening);
    return { ...kept, id, submittedAt, journal };
  } catch (error) {
    journal?.close();
    if (id !== null) {
      // A copy that came with the job is its sender's until the job is accepted.
      if (kept !== null && request.temporaryScript === undefined)
        await removeScriptCopy(kept.job, folders.path(id));
      await folders.remove(id).catch(() => undefined);
    }
    if (error instanceof RenderServiceError) throw error;
    throw new RenderServiceError(
      "state-folder",
      `The render was not started, because it could not be recorded in the state folder (${messageOf(error)}). Free some space there, or check its permissions, and try again.`,
      { cause: error },
    );
  }
}

/** Removes a job that was never confirmed to a client. */
export async function rollbackAccept({ id, journal, job }: AcceptedJob, folders: JobStore): Promise<void> {
  journal.close();
  // A copy that came with the job is its sender's still.
  if (job.temporaryScript === undefined) await removeScriptCopy(job, folders.path(id));
  await folders.remove(id);
}

/** A job as an earlier service has left it. */
export interface LoadedJob {
  readonly job: RenderJob;
  readonly past: ReplayedJob;
  readonly journal: Journal;
  /** Its end is written down; only the status is lost. */
  readonly isOver: boolean;
}

/** Reads a job back; of one whose own files are damaged, says in words what is wrong. */
export function loadJob(
  folder: string,
  log: (line: string) => void,
  tell: (damage: Damage) => void,
): LoadedJob | { readonly damaged: string } {
  try {
    const read = Journal.reopen(folder, log);
    const past = read && replayJournal(read.entries);
    if (read === null || past === null) return { damaged: "the first line of its journal cannot be read" };
    const { entries, journal } = read;
    const isOver = entries.some(({ is }) => is === "finished");
    const env = environmentFile(folder, tell).read();
    if (env !== null || isOver) return { job: { ...past.job, env: env ?? {} }, past, journal, isOver };
    journal.close();
    return { damaged: "its saved environment is missing" };
  } catch (error) {
    return { damaged: `its journal cannot be read (${messageOf(error)})` };
  }
}

/** A job has ended: what is only needed to continue with it is removed. */
export function removeLeftFiles(folder: string, tell: (damage: Damage) => void): void {
  environmentFile(folder, tell).remove();
  openingFile(folder, tell).remove();
}

/** The plan a job was accepted with; null where its journal is gone or damaged. */
export async function readPlan(folder: string): Promise<RenderPlan | null> {
  const first = await readFirstEntry(folder);
  return first?.is === "job" ? first.job.plan : null;
}
