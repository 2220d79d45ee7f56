/** How much memory a tree of processes takes. */
import { readFileSync } from "node:fs";
import type { ProcessInfo } from "./process-list.ts";

export interface TreeMemory {
  /** Resident now, all processes of the tree, MB. */
  readonly residentMB: number;
  /** At least this much was resident at one moment since the start, MB. */
  readonly peakMB: number;
}

/**
 * The memory of a tree. On Linux the kernel keeps each process's own highest mark (`VmHWM`, proc(5)), so a peak between two
 * samples is not missed. Shared pages count in every process: the proportional share (PSS) makes the kernel walk all page
 * tables of a Nuke, which takes long for large ones.
 */
export function treeMemory(members: readonly ProcessInfo[]): TreeMemory {
  const each = members.map((member) =>
    member.residentMB === null ? readStatus(member.pid) : { now: member.residentMB, high: member.residentMB },
  );
  const residentMB = each.reduce((sum, { now }) => sum + now, 0);
  // The marks of several processes need not be of one moment: one mark, the others as they are now.
  const peakMB = each.reduce((peak, { now, high }) => Math.max(peak, residentMB - now + high), residentMB);
  return { residentMB, peakMB };
}

function readStatus(pid: number): { now: number; high: number } {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "latin1");
    const kilobytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "mu").exec(text)?.[1] ?? 0);
    const now = kilobytes("VmRSS") / 1024;
    return { now, high: Math.max(now, kilobytes("VmHWM") / 1024) };
  } catch {
    return { now: 0, high: 0 };
  }
}
