/** Finds the Nukes of a job whose service was killed, and ends processes that no one would watch. */
import { readFileSync } from "node:fs";
import type { Adopted } from "../chunk/adopted.ts";
import type { ReplayedRun } from "../storage/replay.ts";
import { type ProcessInfo, type ProcessList, UNKNOWN_START, listProcesses } from "../process/process-list.ts";
import { type MarkedProcess, marksCanBeRead, markedProcesses } from "../process/process-mark.ts";
import { ProcessTree } from "../process/process-tree.ts";

/** Names this start of the machine (random(4)); empty where there is no such name. */
export function bootName(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}

/**
 * Looks for the Nukes whose exit was not recorded: by pid and start time, and on Linux, if the pid was not recorded either, by a mark in
 * their environment. What else is left of the job is ended, with `graceMs` to end by itself.
 * @param sameBoot false: the machine was started again, and no process of it is left.
 */
export async function findNukes(
  folder: string,
  runs: readonly ReplayedRun[],
  sameBoot: boolean,
  graceMs: number,
): Promise<ReadonlyMap<number, Adopted>> {
  const list = sameBoot ? await listProcesses() : new Map<number, ProcessInfo>();
  const marked = sameBoot ? markedProcesses({ folder, chunk: null }, list) : [];
  const found = new Map<number, Adopted>();
  const watched = new Set<number>();
  const left = new Set<number>();
  for (const run of runs) {
    const nuke = itsNuke(run, list, marked);
    found.set(run.chunk, {
      nuke: nuke && { pid: nuke.pid, started: nuke.started },
      at: run.at,
      told: run.done,
      read: run.read,
      returned: run.returned,
    });
    if (nuke) for (const { pid } of new ProcessTree(nuke.pid).update(list)) watched.add(pid);
    // Its leader may have ended before its group; another process with the same pid is left alone.
    else if (run.pid !== null && !list.has(run.pid) && sameBoot) left.add(run.pid);
  }
  for (const { pid } of marked) if (!watched.has(pid)) left.add(pid);
  await Promise.all([...left].map((pid) => new ProcessTree(pid).end(graceMs)));
  return found;
}

/**
 * Ends all that is left of a job's Nukes: by their mark, and where there is none, those that were noted and are still the same processes.
 * @returns pids that even force did not end.
 */
export async function endNukes(
  folder: string,
  noted: readonly { readonly pid: number; readonly started: string }[],
  graceMs: number,
): Promise<number[]> {
  if (!marksCanBeRead && noted.length === 0) return [];
  const list = await listProcesses();
  const left = noted.filter(
    ({ pid, started }) => started !== "" && started !== UNKNOWN_START && list.get(pid)?.started === started,
  );
  // Where marks can be read they tell for certain, also after another start of the machine.
  const trees = marksCanBeRead
    ? [new ProcessTree(null, { folder, chunk: null })]
    : left.map(({ pid }) => new ProcessTree(pid));
  return (await Promise.all(trees.map((tree) => tree.end(graceMs)))).flat();
}

function itsNuke(run: ReplayedRun, list: ProcessList, marked: readonly MarkedProcess[]): ProcessInfo | null {
  const noted = run.pid === null ? undefined : list.get(run.pid);
  if (noted && run.started !== UNKNOWN_START && noted.started === run.started) return noted;
  if (run.started !== "") return null;
  // It leads its own group; its children have the mark, too.
  return marked.find(({ pid, group, chunk }) => group === pid && chunk === run.chunk) ?? null;
}
