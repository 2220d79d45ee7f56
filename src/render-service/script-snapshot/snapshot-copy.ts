/** The copy a script is rendered from, so that all frames are of the same version: made by this service, or by who had not saved it. */
import { messageOf } from "../../plan/text/message-of.ts";
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, readFile, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { RenderJob } from "../../plan/job/job.ts";
import { RenderServiceError } from "../protocol/errors.ts";
import { type ScriptFingerprint, fingerprintScript } from "./fingerprint.ts";

/** In the job's folder: the script as it was when it was submitted. */
const SNAPSHOT = "script.nk";
/** Names the copy in the job's folder, before it is made: what a killed service leaves is found by it. */
const NOTE = "script-copy";
/** A save in progress is done soon. */
const MOST_TRIES = 3;

export interface SavedSnapshot {
  readonly job: RenderJob;
  /** Null: the script is not watched. */
  readonly mark: ScriptFingerprint | null;
  /** Why its text is not kept though that was asked for; null when all is as asked. */
  readonly problem: string | null;
}

/**
 * Keeps the text of a script while its job renders. Nukes read the script itself while it is unchanged, and a copy next to it from
 * when it is not (`copyBeside`). Where its text cannot be kept, it is watched only.
 * @param folder the job's own.
 * @throws {RenderServiceError} `bad-plan` when there is no script.
 */
export async function keepScript(job: RenderJob, folder: string): Promise<SavedSnapshot> {
  const { plan, temporaryScript } = job;
  const care = plan.whileRendering;
  if (care === undefined) return { job, mark: null, problem: null };
  const mark = await markOf(plan.script);
  if (care !== "copy" || temporaryScript !== undefined) return { job, mark, problem: null };
  try {
    return { job, mark: await copyScript(plan.script, join(folder, SNAPSHOT)), problem: null };
  } catch (error) {
    const problem = `No copy of the script could be kept (${messageOf(error)}). If it is saved during the render, no more Nukes are started until you resume the render.`;
    return { job: { ...job, plan: { ...plan, whileRendering: "hold" } }, mark, problem };
  }
}

/**
 * Writes a hidden copy of the submitted version next to the script, unless it is already there: relative names, `[file dirname
 * [value root.name]]` and the project directory keep their meaning.
 * @returns where it is.
 * @throws what the file system says, as of a folder that may not be written to.
 */
export async function copyBeside(
  script: string,
  folder: string,
  expected: Pick<ScriptFingerprint, "size" | "hash">,
): Promise<string> {
  const noted = await notedCopy(folder);
  const copy = noted !== null && dirname(noted) === dirname(script) ? noted : copyName(script);
  if (copy !== noted) await writeFile(join(folder, NOTE), copy, { mode: 0o600 });
  const there = await stat(copy).catch(() => null);
  if (there?.size === expected.size) return copy;
  const { hash } = await copyScript(join(folder, SNAPSHOT), copy);
  if (hash === expected.hash) return copy;
  // No picture is better than one of another script.
  await remove(copy);
  throw new Error("the saved copy of the script is damaged");
}

/** Null where no copy is noted, or nothing that could be one. */
async function notedCopy(folder: string): Promise<string | null> {
  const copy = await readFile(join(folder, NOTE), "utf8").catch(() => "");
  return copyPattern.test(basename(copy)) ? copy : null;
}

/** Copies all of it, with its modification time; returns the fingerprint of the copy. @throws what the file system says. */
export async function copyScript(script: string, copy: string): Promise<ScriptFingerprint> {
  for (let tries = 1; ; tries++) {
    const before = await stat(script);
    await copyFile(script, copy, constants.COPYFILE_FICLONE);
    const after = await stat(script);
    // Saved while it was copied: it may be half of each.
    if (before.mtimeMs !== after.mtimeMs || before.size !== after.size) {
      if (tries < MOST_TRIES) continue;
      throw new Error("it keeps changing");
    }
    await utimes(copy, after.atime, after.mtime);
    const mark = await fingerprintScript(copy);
    if (mark === null) throw new Error("it was removed immediately");
    return { ...mark, mtimeMs: after.mtimeMs };
  }
}

/** Removes the copies of a job that has ended: its own, and the one it came with; never what the artist works on. */
export async function removeScriptCopy(
  { temporaryScript, source, plan }: Pick<RenderJob, "temporaryScript" | "source" | "plan">,
  folder: string,
): Promise<void> {
  if (temporaryScript !== undefined) {
    const copy = resolve(temporaryScript);
    if (copy === resolve(plan.script) && source !== undefined && copy !== resolve(source)) await remove(copy);
  }
  await removeNoted(folder);
  await remove(join(folder, SNAPSHOT));
}

async function removeNoted(folder: string): Promise<void> {
  const copy = await notedCopy(folder);
  if (copy !== null) await remove(copy);
  await remove(join(folder, NOTE));
}

async function remove(file: string): Promise<void> {
  await rm(file, { force: true }).catch(() => undefined);
}

/** Removes the copies that services left which were killed before they had noted a job, or after it was over. */
export async function sweepScriptCopies(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const names = await readdir(folder).catch((): string[] => []);
    if (!names.includes(NOTE) || (names.includes("journal.jsonl") && !names.includes("status.json")))
      continue;
    await removeNoted(folder);
  }
}

const copyPattern = /^\..+\.rendering-[\da-f]{8}\.\w+$/u;

/** With its own ending: Nuke takes what is in a script by it. */
function copyName(script: string): string {
  const ending = /\.\w+$/u.exec(script)?.[0] ?? ".nk";
  const name = basename(script, ending);
  return join(dirname(script), `.${name}.rendering-${randomUUID().slice(0, 8)}${ending}`);
}

async function markOf(script: string): Promise<ScriptFingerprint> {
  const mark = await fingerprintScript(script).catch((error: unknown) => {
    throw new RenderServiceError("bad-plan", `The script cannot be read: ${messageOf(error)}.`);
  });
  if (mark !== null) return mark;
  throw new RenderServiceError("bad-plan", `The script "${script}" no longer exists. Save it first.`);
}
