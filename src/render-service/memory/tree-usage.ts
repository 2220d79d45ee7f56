/** How much memory a tree of processes takes. */
import { readFileSync } from "node:fs";
import type { ProcessInfo } from "../process/process-list.ts";

export interface TreeMemory {
  /** Resident now, all processes of the tree, MB. */
  readonly residentMB: number;
  /** At least this much was resident at one moment since the start, MB. */
  readonly peakMB: number;
}

/** What of a process's memory is the share of others, as it was when the kernel was asked last. */
interface Share {
  readonly othersMB: number;
  /** What was resident then, MB. */
  readonly residentMB: number;
  /** Milliseconds on the monotonic clock when to ask again, and when to ask again if it has become another size since. */
  readonly due: number;
  readonly earliest: number;
}

/** The kernel walks all page tables of a process to tell its share: not more often than this (ms), and for no more than 1 % of the time. */
const SHARE_MS = 2000;
const SHARE_COST = 100;
/** A process that has grown by this part since (one that starts maps its shared code then) is asked for again at once. */
const GROWN = 0.2;

/**
 * Measures one tree again and again. On Linux pages that several processes share (Nuke's own code, which every Nuke maps) count
 * for each by its share (PSS), where this user may read it; elsewhere they count in full for every process. The kernel keeps each
 * process's own highest mark there too (`VmHWM`, proc(5)), so that a peak between two looks is not missed.
 */
export class TreeMeter {
  #shares = new Map<string, Share>();

  measure(members: readonly ProcessInfo[]): TreeMemory {
    const shares = new Map<string, Share>();
    const each = members.map((member) => {
      if (member.residentMB !== null) return { now: member.residentMB, high: member.residentMB };
      const status = readStatus(member.pid);
      const key = `${member.pid} ${member.started}`;
      const known = this.#shares.get(key);
      const share = known && holds(known, status.now) ? known : readShare(member.pid, status.now);
      shares.set(key, share);
      const own = (megabytes: number): number => Math.max(0, megabytes - share.othersMB);
      return { now: own(status.now), high: own(status.high) };
    });
    this.#shares = shares;
    const residentMB = each.reduce((sum, { now }) => sum + now, 0);
    // The marks of several processes need not be of one moment: one mark, the others as they are now.
    const peakMB = each.reduce((peak, { now, high }) => Math.max(peak, residentMB - now + high), residentMB);
    return { residentMB, peakMB };
  }
}

function holds({ due, earliest, residentMB }: Share, nowMB: number): boolean {
  const now = performance.now();
  if (now < earliest) return true;
  return now < due && Math.abs(nowMB - residentMB) <= residentMB * GROWN;
}

function readShare(pid: number, residentMB: number): Share {
  const began = performance.now();
  const text = readProc(`/proc/${pid}/smaps_rollup`);
  const ended = performance.now();
  // Both of one moment: a process that grows meanwhile is not taken for one that shares.
  const [resident, proportional] = [kilobytes(text, "Rss"), kilobytes(text, "Pss")];
  return {
    // Before Linux 4.14, or where it may not be read, all is its own.
    othersMB: resident === null || proportional === null ? 0 : (resident - proportional) / 1024,
    residentMB,
    due: ended + Math.max(SHARE_MS, (ended - began) * SHARE_COST),
    earliest: ended + (ended - began) * SHARE_COST,
  };
}

function readStatus(pid: number): { now: number; high: number } {
  const text = readProc(`/proc/${pid}/status`);
  const now = (kilobytes(text, "VmRSS") ?? 0) / 1024;
  return { now, high: Math.max(now, (kilobytes(text, "VmHWM") ?? 0) / 1024) };
}

/** Empty for a process that has ended, or may not be looked into. */
function readProc(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}

function kilobytes(text: string, name: string): number | null {
  const found = new RegExp(`^${name}:\\s*(\\d+) kB`, "mu").exec(text)?.[1];
  return found === undefined ? null : Number(found);
}
