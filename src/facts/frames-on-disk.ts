/** What of a Write is on disk: one listing of each folder, and a look at the files that are its own. */
import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { ViewFiles } from "../plan/facts.ts";
import { frameReader, viewFile } from "../plan/frames/frame-file.ts";
import { MOST_FRAMES, formatFrames } from "../plan/frames/frames.ts";
import { unknowable } from "../plan/frames/select-frames.ts";
import type { ScriptFacts, WriteTarget } from "../plan/target.ts";
import { DiskLooks, LookLimit, LookOverError } from "./disk-looks.ts";

/** Files looked at together: folders of thousands of frames lie on servers, which like neither one nor all at once. */
const AT_ONCE = 32;
const MINUTE = 60_000;

/** When the script was changed the last time, ms since 1970; Infinity where that is now, or cannot be told. */
export async function scriptTime(path: string, unsaved: boolean): Promise<number> {
  if (unsaved) return Infinity;
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Infinity,
  );
}

/** How the disk is looked at. */
export interface Look {
  /** When the script was changed, ms since 1970: files before that are older. */
  readonly changed: number;
  readonly limit?: LookLimit;
  readonly looks?: DiskLooks;
}

/**
 * The files of a Write, view by view; null if it is unknown which files are its own. A folder that cannot be read holds none.
 * @throws {LookOverError} when a folder could not be listed in time.
 */
export async function filesOnDisk(
  write: WriteTarget,
  script: Pick<ScriptFacts, "views">,
  cwd: string,
  { changed, limit = new LookLimit(), looks = new DiskLooks() }: Look,
): Promise<ViewFiles[] | null> {
  if (write.resolvedFile === null || unknowable(write, write.resolvedFile) !== null) return null;
  const pattern = resolve(cwd, write.resolvedFile);
  const views = write.viewToken ? [...new Set([...script.views, ...write.views])] : [null];
  const found: ViewFiles[] = [];
  for (const view of views) found.push(await filesOfView(write, pattern, view, { changed, limit, looks }));
  return found;
}

async function filesOfView(
  write: WriteTarget,
  pattern: string,
  view: string | null,
  look: Required<Look>,
): Promise<ViewFiles> {
  const { changed, limit, looks } = look;
  const viewed = view === null ? pattern : viewFile(pattern, view);
  if (!write.frameToken) {
    const file = await limit.within(looks.file(viewed), dirname(viewed));
    const whole = file === null ? "missing" : file.at < changed ? "older" : "fresh";
    return { view, fresh: "", older: "", whole, ...(file === null ? {} : { file }) };
  }
  const folder = dirname(viewed);
  const frameOf = frameReader(basename(viewed), view ?? "");
  const names = await limit.within(looks.names(folder, limit), folder);
  const own = names.flatMap((name) => {
    const frame = frameOf(name);
    return frame === null ? [] : [{ frame, path: join(folder, name) }];
  });
  if (own.length > MOST_FRAMES)
    throw new LookOverError(`"${folder}" holds more than ${MOST_FRAMES} frames of it`);
  return { view, whole: null, ...(await agesOf(own, look)) };
}

/** When each of these was written, as far as there is time to look. */
async function agesOf(
  own: readonly { readonly frame: number; readonly path: string }[],
  { changed, limit, looks }: Required<Look>,
): Promise<Pick<ViewFiles, "fresh" | "older" | "unread" | "written">> {
  const [fresh, older]: [number[], number[]] = [[], []];
  const minutes = new Map<number, number[]>();
  const seen = new Set<number>();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let one = own[next++]; one && !limit.isOver; one = own[next++]) {
      const file = await looks.file(one.path);
      if (limit.isOver) return;
      seen.add(one.frame);
      if (file === null) continue;
      (file.at < changed ? older : fresh).push(one.frame);
      const minute = Math.floor(file.at / MINUTE) * MINUTE;
      const frames = minutes.get(minute);
      if (frames) frames.push(one.frame);
      else minutes.set(minute, [one.frame]);
    }
  };
  const workers = Array.from({ length: Math.min(AT_ONCE, own.length) }, worker);
  await limit.within(Promise.all(workers), "").catch((error: unknown) => {
    if (!(error instanceof LookOverError)) throw error;
  });
  const unread = own.flatMap(({ frame }) => (seen.has(frame) ? [] : [frame]));
  return {
    fresh: ranges(fresh),
    older: ranges(older),
    ...(unread.length === 0 ? {} : { unread: ranges(unread) }),
    written: [...minutes].sort(([a], [b]) => a - b).map(([at, frames]) => ({ at, frames: ranges(frames) })),
  };
}

function ranges(frames: readonly number[]): string {
  return formatFrames([...frames].sort((a, b) => a - b));
}
