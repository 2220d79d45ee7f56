/** The memory of the control groups this process is in (Linux; cgroups(7), v1 and v2). */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Bytes. */
export interface CgroupMemory {
  /** The lowest limit of the group and of those above it. */
  readonly limit: number;
  /** Available under these limits without swapping. */
  readonly free: number;
}

interface Hierarchy {
  readonly version: 1 | 2;
  /** The group's folder, and the folder where its hierarchy begins. */
  readonly folder: string;
  readonly top: string;
}

/** Limits at or above this mean "none" (v1 writes the largest page-aligned number). */
const NO_LIMIT = 2 ** 60;

/**
 * The memory limit of this process; null if there is none. Groups above count too: a limit on a login session or a container is rarely
 * set on the innermost group.
 * @param root where `/proc` and the mounts are; another folder in tests.
 */
export function cgroupMemory(root = "/"): CgroupMemory | null {
  const found = hierarchies(root).flatMap(({ version, folder, top }) =>
    foldersUpTo(folder, top).flatMap((at) => memoryOf(root, version, at) ?? []),
  );
  if (found.length === 0) return null;
  return {
    limit: Math.min(...found.map(({ limit }) => limit)),
    free: Math.min(...found.map(({ free }) => free)),
  };
}

function foldersUpTo(folder: string, top: string): string[] {
  const above = dirname(folder);
  return folder === top || above === folder ? [folder] : [folder, ...foldersUpTo(above, top)];
}

function memoryOf(root: string, version: 1 | 2, folder: string): CgroupMemory | null {
  const number = (name: string): number => {
    const text = read(join(root, folder, name))?.trim();
    return text === undefined || !/^\d+$/u.test(text) ? Infinity : Number(text);
  };
  // `memory.high` does not kill, but above it the kernel slows down every process of the group to reclaim memory.
  const limit =
    version === 2 ? Math.min(number("memory.max"), number("memory.high")) : number("memory.limit_in_bytes");
  if (limit >= NO_LIMIT) return null;
  const used = number(version === 2 ? "memory.current" : "memory.usage_in_bytes");
  const stat = read(join(root, folder, "memory.stat")) ?? "";
  const pages = (kind: string): number =>
    Number(new RegExp(`^${version === 2 ? "" : "total_"}${kind} (\\d+)`, "mu").exec(stat)?.[1] ?? 0);
  // File pages are reclaimed before anything swaps, but half of the active ones should stay (as in the kernel's MemAvailable).
  const cached = pages("inactive_file") + pages("active_file") / 2;
  const taken = Number.isFinite(used) ? used - cached : 0;
  return { limit, free: Math.max(0, limit - taken) };
}

/** The groups of this process in the hierarchies that control memory: v1's `memory`, v2's only one, or both on a mixed system. */
function hierarchies(root: string): Hierarchy[] {
  const mounts = (read(join(root, "proc/self/mountinfo")) ?? "").split("\n").flatMap((line) => mountOf(line));
  return (read(join(root, "proc/self/cgroup")) ?? "").split("\n").flatMap((line): Hierarchy[] => {
    const [, id, controllers = "", group = "/"] = /^(\d+):([^:]*):(.*)$/u.exec(line) ?? [];
    const version =
      id === "0" && controllers === "" ? 2 : controllers.split(",").includes("memory") ? 1 : null;
    const mount = mounts.find((one) => one.version === version);
    if (version === null || mount === undefined) return [];
    // In a container the mount shows only the container's part, under the name that the host chose.
    const inside =
      mount.root === "/" ? group : group.startsWith(mount.root) ? group.slice(mount.root.length) : "";
    const folder = inside.includes("..") ? mount.point : join(mount.point, inside);
    return [{ version, folder: folder.replace(/(?!^)\/$/u, ""), top: mount.point }];
  });
}

/** proc(5): `36 35 98:0 ROOT POINT options… - TYPE source superoptions`. */
function mountOf(line: string): { version: 1 | 2; root: string; point: string }[] {
  const [left = "", right = ""] = line.split(" - ");
  const [, , , rootText = "", pointText = ""] = left.split(" ");
  const [type, , options = ""] = right.split(" ");
  const version =
    type === "cgroup2" ? 2 : type === "cgroup" && options.split(",").includes("memory") ? 1 : null;
  return version === null ? [] : [{ version, root: plain(rootText), point: plain(pointText) }];
}

/** Decodes blanks and backslashes, which mountinfo writes as octal numbers. */
function plain(text: string): string {
  return text.replaceAll(/\\(\d{3})/gu, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
