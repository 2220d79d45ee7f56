/** The processes of this machine as far as we need them: who descends from whom, since when, and with how much memory. */
import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { promisify } from "node:util";

export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  /** Process group; 0 where there is no such thing (Windows). */
  readonly group: number;
  /** Together with the pid this names a process for good: pids are used again. */
  readonly started: string;
  /** Resident memory, MB; null on Linux, where it is read for single processes (`process-memory.ts`). */
  readonly residentMB: number | null;
}

export type ProcessList = ReadonlyMap<number, ProcessInfo>;

const run = promisify(execFile);

/**
 * All living processes; zombies are not among them.
 * @throws when the system does not tell: an empty list would make every process look ended.
 */
export async function listProcesses(): Promise<ProcessList> {
  const { platform } = process;
  const list = platform === "linux" ? listLinux() : await (platform === "win32" ? listWindows() : listByPs());
  if (!list.has(process.pid)) throw new Error("The system's process list is incomplete.");
  return list;
}

/** The start of a process on a machine that would not tell. */
export const UNKNOWN_START = "unknown";

/** When a process started, as a text to compare, or `UNKNOWN_START`; null when there is no such process (or only a zombie). */
export async function startOf(pid: number): Promise<string | null> {
  if (process.platform === "linux") return readLinux(pid)?.started ?? null;
  if (!exists(pid)) return null;
  try {
    return (await listProcesses()).get(pid)?.started ?? null;
  } catch {
    return UNKNOWN_START;
  }
}

/** Whether this very process still lives. Cheap; off Linux a reused pid passes for the old process. */
export function isAlive({ pid, started }: Pick<ProcessInfo, "pid" | "started">): boolean {
  return process.platform === "linux" ? readLinux(pid)?.started === started : exists(pid);
}

/** Whether there is a process of this number. */
export function lives(pid: number): boolean {
  return process.platform === "linux" ? readLinux(pid) !== null : exists(pid);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function listLinux(): ProcessList {
  const list = new Map<number, ProcessInfo>();
  for (const name of readdirSync("/proc")) {
    const info = /^\d+$/u.test(name) ? readLinux(Number(name)) : null;
    if (info) list.set(info.pid, info);
  }
  return list;
}

/** proc(5): the fields of `stat` after the name, which is in parentheses and may hold anything. */
function readLinux(pid: number): ProcessInfo | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return null;
  }
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = "", parent = "", group = ""] = fields;
  // Z: ended, only its parent has not asked yet. X: dead.
  if (state === "Z" || state === "X") return null;
  const started = fields[19] ?? "";
  return { pid, parent: Number(parent), group: Number(group), started, residentMB: null };
}

async function listByPs(): Promise<ProcessList> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid=,pgid=,rss=,state=,lstart="], {
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, LC_ALL: "C" },
  });
  const list = new Map<number, ProcessInfo>();
  for (const line of stdout.split("\n")) {
    const parts = /^(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S.*)$/u.exec(line.trim());
    if (!parts || parts[5]?.startsWith("Z")) continue;
    const [, pid, parent, group, kilobytes, , started = ""] = parts;
    list.set(Number(pid), {
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      started,
      residentMB: Number(kilobytes) / 1024,
    });
  }
  return list;
}

async function listWindows(): Promise<ProcessList> {
  // Windows has no command that lists parents and memory and is there on every version: wmic is gone from new ones.
  const { processes } = await import("systeminformation");
  const list = new Map<number, ProcessInfo>();
  for (const one of (await processes()).list)
    list.set(one.pid, {
      pid: one.pid,
      parent: one.parentPid,
      group: 0,
      started: one.started,
      residentMB: one.memRss / 1024,
    });
  return list;
}
