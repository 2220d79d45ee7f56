/** What of a Write is on disk: one listing of each folder, and a look at the files that are its own. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { ViewFiles } from "../plan/facts.ts";
import { formatFrames } from "../plan/frames.ts";
import { unknowable } from "../plan/select-frames.ts";
import type { ScriptFacts, WriteTarget } from "../plan/target.ts";
import { frameReader } from "../script/frame-files.ts";

/** Files looked at together: folders of thousands of frames lie on servers, which like neither one nor all at once. */
const AT_ONCE = 32;

/** When the script was changed the last time, ms since 1970; Infinity where that is now, or cannot be told. */
export async function scriptTime(path: string, unsaved: boolean): Promise<number> {
  if (unsaved) return Infinity;
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Infinity,
  );
}

/**
 * The files of a Write, view by view; null where nobody can tell which files are its own. A folder that cannot be read holds none.
 * @param changed when the script was changed, ms since 1970: files before that are older.
 */
export async function filesOnDisk(
  write: WriteTarget,
  script: Pick<ScriptFacts, "views">,
  cwd: string,
  changed: number,
): Promise<ViewFiles[] | null> {
  if (write.resolvedFile === null || unknowable(write, write.resolvedFile) !== null) return null;
  const pattern = resolve(cwd, write.resolvedFile);
  const views = write.viewToken ? [...new Set([...script.views, ...write.views])] : [null];
  const found: ViewFiles[] = [];
  for (const view of views) found.push(await filesOfView(write, pattern, view, changed));
  return found;
}

async function filesOfView(
  write: WriteTarget,
  pattern: string,
  view: string | null,
  changed: number,
): Promise<ViewFiles> {
  const viewed = view === null ? pattern : pattern.replaceAll("%V", view).replaceAll("%v", view.slice(0, 1));
  if (!write.frameToken) {
    const state = await fileState(viewed, changed);
    return { view, fresh: "", older: "", whole: state };
  }
  const folder = dirname(viewed);
  const frameOf = frameReader(basename(viewed), view ?? "");
  const names = await readdir(folder).catch((): string[] => []);
  const own = names.flatMap((name) => {
    const frame = frameOf(name);
    return frame === null ? [] : [{ frame, path: join(folder, name) }];
  });
  const frames: Record<"fresh" | "older" | "missing", number[]> = { fresh: [], older: [], missing: [] };
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let one = own[next++]; one; one = own[next++])
      frames[await fileState(one.path, changed)].push(one.frame);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, own.length) }, worker));
  return { view, fresh: ranges(frames.fresh), older: ranges(frames.older), whole: null };
}

/** An empty file is none: Nuke died before it wrote it. */
async function fileState(path: string, changed: number): Promise<"fresh" | "older" | "missing"> {
  return stat(path).then(
    (found) =>
      !found.isFile() || found.size === 0 ? "missing" : found.mtimeMs < changed ? "older" : "fresh",
    () => "missing",
  );
}

function ranges(frames: readonly number[]): string {
  return formatFrames(
    [...frames].sort((a, b) => a - b),
    new Set(),
  );
}
