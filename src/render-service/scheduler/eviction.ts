/** Watches the memory of the machine while Nukes run, and ends the youngest of them when it runs short. */
import { displayMB } from "../../plan/text/size.ts";
import { machineMemory } from "../../facts/machine.ts";
import type { ChunkRunner } from "../chunk/chunk-runner.ts";
import { type MemoryFigures, PressureGuard, freeFloorMB, readStall } from "../memory/pressure.ts";

export interface MemoryWatchOptions {
  /** MB; null: by the machine's size. */
  readonly freeFloorMB: number | null;
  readonly log: (line: string) => void;
}

export class Eviction {
  readonly #options: MemoryWatchOptions;
  readonly #guard = new PressureGuard();
  /** The lone Nuke that was last said to be over the budget. */
  #warned: ChunkRunner | null = null;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
  }

  /** Why no Nuke may be started in addition to the running ones; null when one may. */
  refusal(running: number): string | null {
    return this.#guard.refusal(running);
  }

  /** A Nuke was evicted; this many are left. */
  lost(left: number): void {
    this.#guard.lost(left);
  }

  /**
   * Checks memory after the Nukes were measured.
   * @param running all running Nukes, oldest first.
   */
  look(running: readonly ChunkRunner[], budgetMB: number): void {
    const sumMB = running.reduce((sum, run) => sum + run.memory.measuredMB, 0);
    const { totalMB, freeMB } = machineMemory();
    const figures: MemoryFigures = {
      sumMB,
      budgetMB,
      freeMB,
      floorMB: this.#options.freeFloorMB ?? freeFloorMB(totalMB),
      stalledPercent: readStall(),
    };
    const leaving = running.some((run) => run.isLeaving);
    const measure = this.#guard.look(figures, running.length, leaving);
    const [only] = running;
    if (running.length === 1 && only && sumMB > budgetMB) this.#warnOf(only, sumMB, budgetMB);
    if (measure !== "shed") return;
    const why = this.#guard.shortage ?? "memory is low";
    this.#options.log(`memory is low (${why}): evicting the newest of ${running.length} Nukes`);
    running.at(-1)?.evict(why);
  }

  #warnOf(run: ChunkRunner, sumMB: number, budgetMB: number): void {
    if (this.#warned === run) return;
    this.#warned = run;
    run.warn(
      `This Nuke uses ${displayMB(sumMB)}, more than the budget of ${displayMB(budgetMB)} for all Nukes. It continues, because no other Nuke is running.`,
    );
  }
}
