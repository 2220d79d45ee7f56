import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { DEMO_FOLDER, plainName } from "../plan/output/demo-output.ts";
import type { ScriptFacts } from "../plan/target.ts";
import { isWritable } from "./output-folders.ts";

/**
 * The folder of a script's test pictures: `nuke-render-demo/<script>` next to it, or below the temporary folder where that place cannot be
 * written to, is a link, or holds what a Write of the script writes for real.
 */
export async function demoFolder({ path, writes }: Pick<ScriptFacts, "path" | "writes">): Promise<string> {
  const here = dirname(path);
  const next = join(here, DEMO_FOLDER, scriptName(path));
  const real = writes.flatMap(({ resolvedFile }) =>
    resolvedFile === null ? [] : [resolve(here, resolvedFile)],
  );
  // A "#" would be read as the number of a frame.
  const free = !/[#%]/u.test(next) && !real.some((file) => isInside(file, dirname(next)));
  if (free && (await isUsable(dirname(next))) && (await isUsable(next))) return next;
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 8);
  return join(tmpdir(), `${DEMO_FOLDER}-${userName()}`, `${plainName(basename(path, ".nk"))}-${hash}`);
}

/** Whether a folder that the demo renderer was told to use is one for test pictures. */
export function isDemoFolder(folder: string): boolean {
  return (
    isAbsolute(folder) && resolve(folder) === folder && basename(dirname(folder)).startsWith(DEMO_FOLDER)
  );
}

/** Whether a path lies below a folder. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith("../") && !way.startsWith("..\\") && !isAbsolute(way);
}

/** The name of the script's file tells it from the others of its folder. */
function scriptName(path: string): string {
  return basename(path, ".nk");
}

/** A folder of ours that can be written to, or nothing yet where one can be made. A link may lead to real frames. */
async function isUsable(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch((): Stats | null => null);
  if (found === null) {
    const above = dirname(folder);
    // Of two that are missing, the upper one was looked at before.
    return (await isWritable(above)) || (await lstat(above).catch(() => null)) === null;
  }
  return found.isDirectory() && (await isWritable(folder));
}

function userName(): string {
  return process.getuid?.().toString() ?? plainName(userInfo().username);
}
