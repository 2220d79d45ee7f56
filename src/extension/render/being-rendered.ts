import * as z from "zod/mini";
import type { RenderJob } from "../../plan/job/job.ts";
import {
  BEING_RENDERED,
  type OutputConflict,
  conflictText,
  conflictingJobs,
  outputConflictSchema,
} from "../../plan/output/output-conflict.ts";
import { isUserFacing } from "../failures.ts";
import { showWarningMessage } from "../notify.ts";
import type { RenderOutput } from "../surfaces/output.ts";
import type { Renders } from "./renders.ts";

/** The renders that write the same files, where that is why the service refused; else null. */
export function conflictsOf(error: unknown): readonly OutputConflict[] | null {
  if (!isUserFacing(error) || error.reason !== BEING_RENDERED || !("conflicts" in error)) return null;
  const conflicts = z.array(outputConflictSchema).safeParse(error.conflicts);
  return conflicts.success ? conflicts.data : [];
}

/**
 * Submits a render, and asks what to do where another one writes the same files.
 * @returns its id; null: the user decided against it.
 * @throws what the service refuses; with `unattended` also because of other renders.
 */
export async function submitUnlessDeclined(
  asked: RenderJob,
  { unattended, ...surfaces }: ConflictSurfaces & { readonly unattended: boolean },
): Promise<string | null> {
  let job: RenderJob | null = asked;
  while (job !== null) {
    try {
      return await surfaces.renders.submit(job);
    } catch (error) {
      const conflicts = conflictsOf(error);
      if (conflicts === null || unattended) throw error;
      job = await settleConflict(job, conflicts, surfaces);
    }
  }
  return null;
}

export interface ConflictSurfaces {
  readonly renders: Renders;
  readonly output: Pick<RenderOutput, "show">;
}

/** What a render is to do about others that write the same files: the job to hand in again, or null if the user decided against it. */
async function settleConflict(
  job: RenderJob,
  conflicts: readonly OutputConflict[],
  { renders, output }: ConflictSurfaces,
): Promise<RenderJob | null> {
  const jobs = conflictingJobs(conflicts);
  const it = jobs.length > 1 ? "Them" : "It";
  const [after, cancel, show, anyway] = [
    `Render After ${it}`,
    `Cancel ${it} First`,
    `Show ${it}`,
    "Render Anyway",
  ];
  const detail = "If both render at the same time, they overwrite each other's files.";
  const chosen = await showWarningMessage(
    conflictText(job.plan.write, conflicts),
    { modal: true, detail },
    // Another machine's render can only be waited for.
    ...(jobs.length === conflicts.length ? [after, cancel, show] : []),
    anyway,
  );
  if (chosen === after) return { ...job, after: [...new Set([...(job.after ?? []), ...jobs])] };
  if (chosen === anyway) return { ...job, ignore: [BEING_RENDERED] };
  if (chosen === show) output.show();
  if (chosen !== cancel) return null;
  await cancelAll(jobs, renders);
  return job;
}

/** Resumes a paused or interrupted render; asks if another one now writes its files. */
export async function resumeRender(job: string, renders: Renders): Promise<void> {
  try {
    await renders.setPaused(job, false);
  } catch (error) {
    const conflicts = conflictsOf(error);
    if (conflicts === null) throw error;
    const jobs = conflictingJobs(conflicts);
    const [cancel, anyway] = [`Cancel ${jobs.length > 1 ? "Them" : "It"} First`, "Resume Anyway"];
    const text = conflictText(renders.get(job)?.write ?? job, conflicts);
    const ways = jobs.length === conflicts.length ? [cancel, anyway] : [anyway];
    const chosen = await showWarningMessage(text, { modal: true }, ...ways);
    if (chosen === cancel) await cancelAll(jobs, renders);
    if (chosen !== undefined) await renders.setPaused(job, false, { ignoreConflict: chosen === anyway });
  }
}

async function cancelAll(jobs: readonly string[], renders: Renders): Promise<void> {
  for (const job of jobs) await renders.cancel(job);
  await Promise.all(jobs.map((job) => renders.finished(job)));
}
