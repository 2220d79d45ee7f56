/** Whether a path stays on this machine, without touching another machine to find out. */
import { readFileSync } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import { dirname, join, parse } from "node:path";
import { isNetworkPath } from "../plan/text/network-path.ts";

/** What is asked of the file system on the way; in tests, something that writes down what was asked. */
export interface LinkReader {
  /** The target of a link; null for anything else that is there, undefined where nothing is. */
  linkAt(path: string): Promise<string | null | undefined>;
}

const MOST_LINKS = 40;

/**
 * Follows the path name by name and link by link, and stops before the first that may lead to another machine. A path that does not
 * exist is local.
 */
export async function staysLocal(
  path: string,
  links: LinkReader = diskLinks,
  automounts: readonly string[] = automountPoints(),
): Promise<boolean> {
  const facts = { platform: process.platform, automounts };
  if (isNetworkPath(path, facts)) return false;
  const { root } = parse(path);
  // Relative names are never touched.
  if (root === "") return true;
  let followed = 0;
  let here = root;
  const names = namesOf(path.slice(root.length));
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      here = dirname(here);
      continue;
    }
    const next = join(here, name);
    if (isNetworkPath(next, facts)) return false;
    const target = await links.linkAt(next);
    if (target === undefined) return true;
    if (target === null) {
      here = next;
      continue;
    }
    if (++followed > MOST_LINKS || isNetworkPath(target, facts)) return false;
    const { root: away } = parse(target);
    if (away !== "") here = away;
    names.unshift(...namesOf(target.slice(away.length)));
  }
  return true;
}

function namesOf(path: string): string[] {
  return path.split(process.platform === "win32" ? /[\\/]/u : "/");
}

const diskLinks: LinkReader = {
  linkAt: async (path) => {
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) return undefined;
    return found.isSymbolicLink() ? await readlink(path) : null;
  },
};

let known: readonly string[] | null = null;

/** Where Linux mounts on demand. */
function automountPoints(): readonly string[] {
  known ??= process.platform === "linux" ? automountsOf(readMounts()) : [];
  return known;
}

function readMounts(): string {
  try {
    return readFileSync("/proc/self/mountinfo", "utf8");
  } catch {
    return "";
  }
}

/** The mount points of type autofs in `/proc/self/mountinfo`; blanks in names are written `\040` there. */
export function automountsOf(mountinfo: string): string[] {
  return mountinfo.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const point = before.split(" ")[4];
    if (point === undefined || !after.startsWith("autofs ") || point === "/") return [];
    return [
      point.replaceAll(/\\(\d{3})/gu, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8))),
    ];
  });
}
