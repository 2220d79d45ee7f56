/** The surroundings a Nuke is started in. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

/** In the environment of every Nuke: the folder of its job. Identifies its job when the service died before recording it. */
export const JOB_FOLDER_VARIABLE = "NUKE_RENDER_JOB_FOLDER";

/** In addition: which of the job's chunks, from 0. */
export const CHUNK_VARIABLE = "NUKE_RENDER_CHUNK";

/**
 * Creates Nuke's temporary folder (nuke-cli.md 1.6 and 6.2): several Nukes that race to make it and the caches inside fail.
 * @returns a message when it cannot be made; Nuke may still manage.
 */
export async function prepareNukeTemp(env: Readonly<Record<string, string>>): Promise<string | null> {
  const folder = nukeTempFolder(env);
  if (folder === null) return null;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return null;
  } catch (error) {
    return `Nuke's temporary folder ${folder} cannot be created (${String(error)}). Set NUKE_TEMP_DIR to another folder.`;
  }
}

function nukeTempFolder(env: Readonly<Record<string, string>>): string | null {
  if (env.NUKE_TEMP_DIR) return env.NUKE_TEMP_DIR;
  if (process.platform !== "win32") return `/var/tmp/nuke-u${process.getuid?.() ?? 0}`;
  const { LOCALAPPDATA: local } = env;
  return local === undefined ? null : join(local, "Temp", "nuke");
}
