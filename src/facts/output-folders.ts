import { constants } from "node:fs";
import { access, mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { OutputFolder } from "../plan/facts.ts";
import { hasFrameToken, hasViewToken, viewFile } from "../plan/frames/frame-file.ts";
import type { WriteTarget } from "../plan/target.ts";

/**
 * The folders a Write writes into and their state; empty if reading the script cannot tell.
 * @param mayTouch which may be looked at; the others are left out.
 */
export async function outputFolders(
  write: WriteTarget,
  cwd: string,
  mayTouch: (path: string) => Promise<boolean> = () => Promise.resolve(true),
): Promise<OutputFolder[]> {
  if (write.resolvedFile === null || write.file.trim() === "") return [];
  const pattern = dirname(resolve(cwd, write.resolvedFile));
  // A folder for every frame cannot be checked in advance.
  if (hasFrameToken(pattern)) return [];
  const folders = hasViewToken(pattern) ? write.views.map((view) => viewFile(pattern, view)) : [pattern];
  const states = [...new Set(folders)].map(async (folder) =>
    (await mayTouch(folder)) ? [await folderState(folder)] : [],
  );
  return (await Promise.all(states)).flat();
}

async function folderState(folder: string): Promise<OutputFolder> {
  const exists = await isFolder(folder);
  if (exists) return { folder, exists, writable: await isWritable(folder) };
  let above = dirname(folder);
  while (!(await isThere(above)) && dirname(above) !== above) above = dirname(above);
  return { folder, exists, writable: (await isFolder(above)) && (await isWritable(above)) };
}

/** Creates a folder and those above it. Throws errors of the file system. */
export async function createFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Whether this user may write into it; false where there is nothing. */
export async function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}
