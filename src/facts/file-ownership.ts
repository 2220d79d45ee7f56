/** Who could have written a folder's settings file (POSIX; on Windows Node cannot tell, and the content alone counts). */
import { type Stats, lstatSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

export type Ownership =
  /** Only this user or root can have written it. */
  | { readonly kind: "own" }
  /** It is this user's own or root's, but others can write it, or put something else in its place. */
  | { readonly kind: "exposed"; readonly path: string; readonly why: string }
  /** The file or its `.vscode` folder belongs to another user. */
  | { readonly kind: "foreign"; readonly path: string; readonly why: string };

interface Entry {
  readonly path: string;
  readonly stats: Stats;
}

/**
 * Checks the file, its folder (by name and behind links) and every folder above.
 * @param opened what the file was when it was read.
 */
export function ownershipOf(file: string, opened: Stats, uid = process.getuid?.()): Ownership {
  if (uid === undefined) return { kind: "own" };
  const isOurs = ({ stats }: Entry): boolean => stats.uid === uid || stats.uid === 0;
  let near: Entry[];
  let above: Entry[];
  try {
    const [folder, real] = [dirname(file), realpathSync(file)];
    const seen = (path: string): Entry => ({ path, stats: statSync(path) });
    const itself = (path: string): Entry => ({ path, stats: lstatSync(path) });
    near = [{ path: file, stats: opened }, itself(file), itself(folder), seen(folder), seen(dirname(real))];
    above = [...foldersAbove(realpathSync(folder)), ...foldersAbove(dirname(real))].map(seen);
  } catch {
    return { kind: "foreign", path: file, why: "its owner is unknown" };
  }
  const foreign = near.find((entry) => !isOurs(entry));
  if (foreign)
    return { kind: "foreign", path: foreign.path, why: `belongs to another user (uid ${foreign.stats.uid})` };
  const writable = near.find(({ stats }) => !stats.isSymbolicLink() && isOpenToOthers(stats, uid));
  if (writable) return { kind: "exposed", path: writable.path, why: "can be written by other users" };
  const others = above.find((entry) => !isOurs(entry));
  if (others)
    return { kind: "exposed", path: others.path, why: `belongs to another user (uid ${others.stats.uid})` };
  // Folders that a group can write to (a studio's show) are allowed: the content is compared with what was allowed. Sticky folders such
  // as /tmp protect their entries.
  const open = above.find(({ stats: { mode } }) => (mode & 0o002) !== 0 && (mode & 0o1000) === 0);
  if (open) return { kind: "exposed", path: open.path, why: "can be written by all users" };
  return { kind: "own" };
}

/** If each user has a group with the same number, that group has no other members, and a umask of 002 is usual. */
function isOpenToOthers({ mode, gid }: Stats, uid: number): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== uid);
}

function foldersAbove(folder: string): string[] {
  const found: string[] = [];
  for (let above = dirname(folder); ; above = dirname(above)) {
    found.push(above);
    if (dirname(above) === above) return found;
  }
}

/** The name a folder's settings file is remembered by, however the folder was reached. */
export function canonicalSettingsFile(file: string): string {
  const folder = dirname(dirname(file));
  try {
    return join(realpathSync(folder), ".vscode", "settings.json");
  } catch {
    return file;
  }
}
