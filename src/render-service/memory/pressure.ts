/** When memory runs out in spite of all estimates: its signs, and how many Nukes may continue. */
import { readFileSync } from "node:fs";
import { displayMB } from "../../plan/text/size.ts";

/** One look at the machine. */
export interface MemoryFigures {
  /** What all Nukes hold together, MB. */
  readonly sumMB: number;
  /** What they may hold together, MB. */
  readonly budgetMB: number;
  /** What can be had without swapping, MB. */
  readonly freeMB: number;
  /** Less than this free is too little, MB. */
  readonly floorMB: number;
  /** Percent of the last ten seconds in which everything stalled on memory; null where the kernel does not tell. */
  readonly stalledPercent: number | null;
}

/** What `look` answers: continue; start none; or start none and end the youngest. */
export type Measure = "go-on" | "hold" | "shed";

/** Work stands still this often: start none; end one. A machine that swaps for real is far above. */
const STALL_HOLD_PERCENT = 10;
const STALL_SHED_PERCENT = 25;
/** How long (ms) memory has to be short before a Nuke is ended for what others may have caused. */
const LASTING_MS = 1000;
/** How long (ms) memory has to be at ease before one more Nuke is tried. */
const EASE_MS = 30_000;

/** The floor of free memory for a machine, MB: 3 %, at least 256 MB. */
export function freeFloorMB(totalMB: number): number {
  return Math.max(256, Math.round(totalMB * 0.03));
}

/** proc(5), /proc/pressure/memory: the kernel's own figure. Null where it has none (before Linux 4.20, or switched off). */
export function readStall(file = "/proc/pressure/memory"): number | null {
  try {
    const percent = /^full avg10=([\d.]+)/mu.exec(readFileSync(file, "utf8"))?.[1];
    return percent === undefined ? null : Number(percent);
  } catch {
    return null;
  }
}

/** What is short, as text; null when nothing is. */
export function shortageOf(figures: MemoryFigures): string | null {
  const { sumMB, budgetMB, freeMB, floorMB, stalledPercent } = figures;
  if (sumMB > budgetMB)
    return `all Nukes together use ${displayMB(sumMB)} of a budget of ${displayMB(budgetMB)}`;
  if (freeMB < floorMB) return `only ${displayMB(freeMB)} of this machine's memory is free`;
  if (stalledPercent !== null && stalledPercent >= STALL_HOLD_PERCENT)
    return `this machine stalled on memory for ${Math.round(stalledPercent)} % of the last 10 s`;
  return null;
}

export class PressureGuard {
  /** Maximum number of parallel Nukes after an eviction; null: no limit. */
  #ceiling: number | null = null;
  #shortage: string | null = null;
  #shortSince: number | null = null;
  #easySince: number | null = null;

  /** Why no Nuke may be started in addition to the running ones; null when one may. */
  refusal(running: number): string | null {
    if (running === 0) return null;
    if (this.#shortage !== null) return this.#shortage;
    return this.#ceiling !== null && running >= this.#ceiling ? "a Nuke was evicted a moment ago" : null;
  }

  /** Why the last look said so. */
  get shortage(): string | null {
    return this.#shortage;
  }

  /**
   * Takes one look. The sum over budget is acted on at once; what others on this machine may have caused, when it lasts.
   * @param running number of running Nukes; the last one is never ended.
   * @param leaving whether one of them is being ended already.
   */
  look(figures: MemoryFigures, running: number, leaving: boolean, now: number = Date.now()): Measure {
    this.#shortage = shortageOf(figures);
    if (this.#shortage === null) {
      this.#ease(running, now);
      return "go-on";
    }
    this.#shortSince ??= now;
    this.#easySince = null;
    if (running < 2 || leaving) return "hold";
    const { sumMB, budgetMB, freeMB, floorMB, stalledPercent } = figures;
    const bad = freeMB < floorMB || (stalledPercent ?? 0) >= STALL_SHED_PERCENT;
    if (sumMB <= budgetMB && !(bad && now - this.#shortSince >= LASTING_MS)) return "hold";
    // The next one only when this one's going did not help.
    this.#shortSince = now;
    return "shed";
  }

  /** A Nuke was evicted by us or killed by the kernel; this many are left. */
  lost(left: number): void {
    this.#ceiling = Math.max(1, left);
    this.#easySince = null;
  }

  #ease(running: number, now: number): void {
    this.#shortSince = null;
    if (this.#ceiling === null) return;
    this.#easySince ??= now;
    if (now - this.#easySince < EASE_MS) return;
    this.#easySince = now;
    // With fewer Nukes than the ceiling, it no longer limits anything.
    this.#ceiling = running < this.#ceiling ? null : this.#ceiling + 1;
  }
}
