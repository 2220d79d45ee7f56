import { execFileSync } from "node:child_process";
import { availableParallelism, totalmem } from "node:os";
import type { Machine } from "../plan/facts.ts";

const MB = 1024 * 1024;

export interface MemorySettings {
  /** MB all Nukes together may take; absent: total less the larger of 4 GB and 15 %. */
  readonly budgetMB?: number;
  /** MB a Nuke takes beside its image cache. */
  readonly allowanceMB?: number;
}

/** What a Nuke is reckoned to need beside its image cache, MB. */
export const DEFAULT_ALLOWANCE_MB = 2048;

/** This machine now. Inside a container or cgroup its limit counts as the machine's memory. */
export function readMachine(settings: MemorySettings = {}): Machine {
  const totalMB = Math.floor(memoryLimit() / MB);
  return {
    cores: availableParallelism(),
    totalMB,
    freeMB: Math.min(totalMB, Math.floor(availableBytes() / MB)),
    budgetMB: Math.min(totalMB, settings.budgetMB ?? defaultBudgetMB(totalMB)),
    allowanceMB: settings.allowanceMB ?? DEFAULT_ALLOWANCE_MB,
  };
}

/** Total less the larger of 4 GB and 15 %, but never less than half: a small machine has to render too. */
export function defaultBudgetMB(totalMB: number): number {
  return Math.floor(Math.max(totalMB / 2, totalMB - Math.max(4096, totalMB * 0.15)));
}

function memoryLimit(): number {
  const limit = process.constrainedMemory();
  // No limit is reported as 0 or as a number far beyond any machine, depending on the cgroup version.
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

function availableBytes(): number {
  // macOS counts only untouched pages as free; what it would give up at once is counted in as well.
  return (process.platform === "darwin" ? macAvailableBytes() : null) ?? process.availableMemory();
}

function macAvailableBytes(): number | null {
  try {
    const text = execFileSync("/usr/bin/vm_stat", { encoding: "utf8", timeout: 2000 });
    const pageSize = Number(/page size of (\d+) bytes/u.exec(text)?.[1]);
    const pages = ["free", "inactive", "speculative", "purgeable"].map((kind) =>
      Number(new RegExp(`Pages ${kind}:\\s+(\\d+)`, "u").exec(text)?.[1]),
    );
    const bytes = pages.reduce((sum, count) => sum + count, 0) * pageSize;
    return Number.isFinite(bytes) && bytes > 0 ? bytes : null;
  } catch {
    return null;
  }
}
