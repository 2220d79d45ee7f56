import type { Machine } from "./facts.ts";
import type { MemorySum } from "./render-plan.ts";

/** The smallest image cache worth starting a Nuke with, MB. */
export const LEAST_CACHE_MB = 512;

/** Memory to share: never more than is free, so that the first click does not overflow memory. */
function toShare(machine: Machine): number {
  return Math.min(machine.budgetMB, machine.freeMB);
}

/** How many Nukes fit in memory at once, at least 1. `cacheMB`: the cache of each; absent: the smallest useful one. */
export function nukesThatFit(machine: Machine, cacheMB: number = LEAST_CACHE_MB): number {
  return Math.max(1, Math.floor(toShare(machine) / (machine.allowanceMB + cacheMB)));
}

/** Default number of parallel Nukes: one for every four cores, two to eight, and no more than fit in memory. */
export function defaultParallel(machine: Machine, cacheMB?: number): number {
  return Math.min(Math.max(2, Math.min(8, Math.round(machine.cores / 4))), nukesThatFit(machine, cacheMB));
}

/** Threads of each Nuke: the cores shared among the Nukes, at least 1. */
export function defaultThreads(machine: Machine, parallel: number): number {
  return Math.max(1, Math.floor(machine.cores / parallel));
}

/** Cache of each Nuke in MB: its share of the memory minus the allowance, at least `LEAST_CACHE_MB`. */
export function defaultCacheMB(machine: Machine, parallel: number): number {
  return Math.max(LEAST_CACHE_MB, Math.floor(toShare(machine) / parallel) - machine.allowanceMB);
}

export function memorySum(machine: Machine, parallel: number, cacheMB: number): MemorySum {
  const sumMB = parallel * (cacheMB + machine.allowanceMB);
  return {
    parallel,
    cacheMB,
    allowanceMB: machine.allowanceMB,
    sumMB,
    budgetMB: machine.budgetMB,
    freeMB: machine.freeMB,
    fits: sumMB <= toShare(machine),
  };
}
