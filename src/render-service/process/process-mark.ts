/**
 * The mark that every Nuke of the service bears in its environment, and all that it starts inherits. It finds those that left their parent and
 * their process group behind. Only Linux shows the environment of a process; elsewhere parents and groups have to do.
 */
import { readFileSync } from "node:fs";
import { CHUNK_VARIABLE, JOB_FOLDER_VARIABLE } from "./environment.ts";
import type { ProcessInfo, ProcessList } from "./process-list.ts";

export interface ProcessMark {
  /** The job's. */
  readonly folder: string;
  /** From 0; null: all chunks of the job. */
  readonly chunk: number | null;
}

export interface MarkedProcess extends ProcessInfo {
  /** -1 where it is not known. */
  readonly chunk: number;
}

export const marksCanBeRead = process.platform === "linux";

/** The processes that bear a mark; never this one. */
export function markedProcesses({ folder, chunk }: ProcessMark, list: ProcessList): MarkedProcess[] {
  if (!marksCanBeRead) return [];
  const found: MarkedProcess[] = [];
  for (const info of list.values()) {
    if (info.pid === process.pid) continue;
    const its = chunkOf(info.pid, folder);
    if (its !== null && (chunk === null || its === chunk)) found.push({ ...info, chunk: its });
  }
  return found;
}

function chunkOf(pid: number, folder: string): number | null {
  let words: string[];
  try {
    const text = readFileSync(`/proc/${pid}/environ`, "utf8");
    if (!text.includes(JOB_FOLDER_VARIABLE)) return null;
    words = text.split("\0");
  } catch {
    // Another user's, or it has ended.
    return null;
  }
  if (!words.includes(`${JOB_FOLDER_VARIABLE}=${folder}`)) return null;
  const chunk = words.find((word) => word.startsWith(`${CHUNK_VARIABLE}=`));
  return Number(chunk?.slice(CHUNK_VARIABLE.length + 1) ?? -1);
}
