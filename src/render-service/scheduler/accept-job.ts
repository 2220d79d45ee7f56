/** Writes a job down before anything is promised of it, and reads it back where its service was killed. */
import type { RenderJob } from "../../plan/job.ts";
import { RenderServiceError, messageOf } from "../protocol/errors.ts";
import type { JobFolders } from "../storage/job-store.ts";
import { type JobPast, jobPast } from "../storage/replay.ts";
import { Journal } from "../storage/journal.ts";
import { keepEnvironment, readEnvironment } from "../storage/environment-file.ts";
import { bootName } from "../job/adopt.ts";
import { type KeptScript, keepScript, removeScriptCopy } from "../script-snapshot/snapshot-copy.ts";

export interface TakenIn extends KeptScript {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
  readonly journal: Journal;
}

/**
 * From here on the job outlives this process.
 * @throws {RenderServiceError} `bad-plan`; `state-folder` where it cannot be written down, as on a full disk. Nothing is left then.
 */
export async function takeIn(
  request: RenderJob,
  folders: JobFolders,
  log: (line: string) => void,
): Promise<TakenIn> {
  const submittedAt = Date.now();
  let id: string | null = null;
  let kept: KeptScript | null = null;
  try {
    id = await folders.create(request.source ?? request.plan.script, request.plan.write);
    const folder = folders.path(id);
    kept = await keepScript(request, folder);
    const { env, ...job } = kept.job;
    await keepEnvironment(folder, env);
    const journal = await Journal.create(
      folder,
      { is: "job", version: 1, job, submittedAt, boot: bootName(), script: kept.mark },
      log,
    );
    return { ...kept, id, submittedAt, journal };
  } catch (error) {
    if (id !== null) {
      // A copy that came with the job is its sender's until the job is accepted.
      if (kept !== null && request.temporaryScript === undefined)
        await removeScriptCopy(kept.job, folders.path(id));
      await folders.remove(id).catch(() => undefined);
    }
    if (error instanceof RenderServiceError) throw error;
    throw new RenderServiceError(
      "state-folder",
      `The render could not be written down in the state folder, so it was not begun (${messageOf(error)}). Make room there, or check the rights to it, and try again.`,
      { cause: error },
    );
  }
}

/** Forgets a job that nobody was promised. */
export async function takeBack({ id, journal, job }: TakenIn, folders: JobFolders): Promise<void> {
  journal.close();
  // A copy that came with the job is its sender's still.
  if (job.temporaryScript === undefined) await removeScriptCopy(job, folders.path(id));
  await folders.remove(id);
}

/** A job as an earlier service has left it. */
export interface LeftJob {
  readonly job: RenderJob;
  readonly past: JobPast;
  readonly journal: Journal;
}

/** Null: it was never accepted, for not even its first line is whole. @throws what the file system says. */
export async function readJob(folder: string, log: (line: string) => void): Promise<LeftJob | null> {
  const read = await Journal.reopen(folder, log);
  const past = read && jobPast(read.entries);
  if (read === null || past === null) return null;
  const env = await readEnvironment(folder);
  return { job: { ...past.job, env }, past, journal: read.journal };
}
