import { execFileSync } from "node:child_process";
import { availableParallelism, totalmem } from "node:os";
import type { Machine } from "../plan/facts.ts";
import { cgroupMemory } from "./cgroup.ts";

const MB = 1024 * 1024;

export interface MemorySettings {
  /** MB that all Nukes together may use; absent: total minus the larger of 4 GB and 15 %. */
  readonly budgetMB?: number;
  /** MB that a Nuke needs in addition to its image cache. */
  readonly allowanceMB?: number;
}

/** Estimated need of a Nuke in addition to its image cache, MB. */
export const DEFAULT_ALLOWANCE_MB = 2048;

/** This machine now. Inside a container or cgroup its limit counts as the machine's memory. */
export function readMachine(settings: MemorySettings = {}): Machine {
  const { totalMB, freeMB } = machineMemory();
  return {
    cores: availableParallelism(),
    totalMB,
    freeMB,
    budgetMB: Math.min(totalMB, settings.budgetMB ?? defaultBudgetMB(totalMB)),
    allowanceMB: settings.allowanceMB ?? DEFAULT_ALLOWANCE_MB,
  };
}

/** Total minus the larger of 4 GB and 15 %, but never less than half: a small machine must render too. */
export function defaultBudgetMB(totalMB: number): number {
  return Math.floor(Math.max(totalMB / 2, totalMB - Math.max(4096, totalMB * 0.15)));
}

/** Memory of this machine now, MB; inside a container or cgroup, what its limits allow. */
export function machineMemory(): { totalMB: number; freeMB: number } {
  const group = process.platform === "linux" ? cgroupMemory() : null;
  const total = Math.min(totalmem(), group?.limit ?? Infinity);
  const free = Math.min(total, availableBytes(), group?.free ?? Infinity);
  return { totalMB: Math.floor(total / MB), freeMB: Math.floor(free / MB) };
}

function availableBytes(): number {
  // macOS counts only unused pages as free; pages that it can reclaim at once count too.
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
