import { definedEnv } from "../../nuke/environment.ts";
import { rm } from "node:fs/promises";
import type { Uri } from "vscode";
import type { RenderJob } from "../../plan/job/job.ts";
import { readSettings } from "../settings.ts";
import { type ConflictSurfaces, submitUnlessDeclined } from "./being-rendered.ts";
import type { Prepared } from "./prepare.ts";

/**
 * Submits a prepared render; its temporary copy of the script goes when nothing comes of it.
 * @param after jobs it waits for.
 * @returns the job; null: the user declined, because another render writes the same files.
 * @throws what the service refuses.
 */
export async function submitRender(
  { plan, temporaryScript }: Prepared,
  uri: Uri,
  after: readonly string[],
  surfaces: ConflictSurfaces & { readonly unattended: boolean },
): Promise<string | null> {
  const job: RenderJob = {
    plan,
    source: uri.fsPath,
    env: definedEnv(process.env),
    ...(after.length === 0 ? {} : { after: [...after] }),
    ...(readSettings(uri).outputLocks ? {} : { outputLocks: false }),
    ...(temporaryScript === undefined ? {} : { temporaryScript }),
  };
  const id = await submitUnlessDeclined(job, surfaces).catch(async (error: unknown) => {
    await removeCopy(temporaryScript);
    throw error;
  });
  if (id === null) await removeCopy(temporaryScript);
  return id;
}

/** Removes the temporary copy of a script that is not rendered after all. */
export async function removeCopy(file: string | undefined): Promise<void> {
  if (file !== undefined) await rm(file, { force: true });
}
