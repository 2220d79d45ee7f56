/** The copy a script is rendered from, so that all frames are of the same version: made by this service, or by who had not saved it. */
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, readFile, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { RenderJob } from "../plan/job.ts";
import { planOfCopy } from "../plan/script-care.ts";
import { RenderServiceError, messageOf } from "./errors.ts";
import { type ScriptMark, markScript } from "./script-watch.ts";

/** Names the copy in the job's folder, before it is made: what a killed service leaves is found by it. */
const NOTE = "script-copy";
/** Somebody who saves just now is done soon. */
const MOST_TRIES = 3;

export interface KeptScript {
  /** Renders from the copy, where one was made. */
  readonly job: RenderJob;
  /** Null: nobody looks after the script. */
  readonly mark: ScriptMark | null;
  /** Why there is no copy though one was asked for; null when all is as asked. */
  readonly problem: string | null;
}

/**
 * Makes the copy a plan asks for, beside the script: relative names, `[file dirname [value root.name]]` and the project directory keep their meaning.
 * Where it cannot be made, the script is rendered in place and watched.
 * @param folder the job's own.
 * @throws {RenderServiceError} `bad-plan` when there is no script.
 */
export async function keepScript(job: RenderJob, folder: string): Promise<KeptScript> {
  const { plan, temporaryScript } = job;
  const care = plan.whileRendering;
  if (care === undefined) return { job, mark: null, problem: null };
  const mark = await markOf(plan.script);
  if (care !== "copy" || temporaryScript !== undefined) return { job, mark, problem: null };
  const copy = copyName(plan.script);
  await writeFile(join(folder, NOTE), copy, { mode: 0o600 });
  try {
    const copied = await copyScript(plan.script, copy);
    const source = job.source ?? plan.script;
    return {
      job: { ...job, plan: planOfCopy(plan, copy), source, temporaryScript: copy },
      mark: copied,
      problem: null,
    };
  } catch (error) {
    await rm(copy, { force: true }).catch(() => undefined);
    const problem = `No copy of the script could be made beside it (${messageOf(error)}), so it is rendered in place. When it is saved meanwhile, no further Nuke is started until you resume the render.`;
    return { job: { ...job, plan: { ...plan, whileRendering: "hold" } }, mark, problem };
  }
}

/** Copies it whole, with its time; answers with what was copied. @throws what the file system says. */
export async function copyScript(script: string, copy: string): Promise<ScriptMark> {
  for (let tries = 1; ; tries++) {
    const before = await stat(script);
    await copyFile(script, copy, constants.COPYFILE_FICLONE);
    const after = await stat(script);
    // Saved while it was copied: it may be half of each.
    if (before.mtimeMs !== after.mtimeMs || before.size !== after.size) {
      if (tries < MOST_TRIES) continue;
      throw new Error("it is being written all the time");
    }
    await utimes(copy, after.atime, after.mtime);
    const mark = await markScript(copy);
    if (mark === null) throw new Error("it was removed at once");
    return { ...mark, mtimeMs: after.mtimeMs };
  }
}

/** Removes it when its job is over: only what was rendered from, and never what the artist works on. */
export async function removeScriptCopy(
  { temporaryScript, source, plan }: Pick<RenderJob, "temporaryScript" | "source" | "plan">,
  folder: string,
): Promise<void> {
  if (temporaryScript !== undefined) {
    const copy = resolve(temporaryScript);
    if (copy === resolve(plan.script) && source !== undefined && copy !== resolve(source))
      await rm(copy, { force: true }).catch(() => undefined);
  }
  await rm(join(folder, NOTE), { force: true }).catch(() => undefined);
}

/** Removes the copies that services left which were killed before they had noted a job, or after it was over. */
export async function sweepScriptCopies(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const names = await readdir(folder).catch((): string[] => []);
    if (!names.includes(NOTE) || (names.includes("journal.jsonl") && !names.includes("status.json")))
      continue;
    const copy = await readFile(join(folder, NOTE), "utf8").catch(() => "");
    if (copyPattern.test(basename(copy))) await rm(copy, { force: true }).catch(() => undefined);
    await rm(join(folder, NOTE), { force: true }).catch(() => undefined);
  }
}

const copyPattern = /^\..+\.rendering-[\da-f]{8}\.nk$/u;

function copyName(script: string): string {
  return join(
    dirname(script),
    `.${basename(script).replace(/\.nk$/u, "")}.rendering-${randomUUID().slice(0, 8)}.nk`,
  );
}

async function markOf(script: string): Promise<ScriptMark> {
  const mark = await markScript(script).catch((error: unknown) => {
    throw new RenderServiceError("bad-plan", `The script cannot be read: ${messageOf(error)}.`);
  });
  if (mark !== null) return mark;
  throw new RenderServiceError("bad-plan", `The script "${script}" is not there any more. Save it first.`);
}
