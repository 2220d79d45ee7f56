/** Says which job may start one more Nuke, and tells people when it may not. */
import { defaultBudgetMB, machineMemory } from "../../facts/machine.ts";
import type { RenderEvent } from "../../plan/job/events.ts";
import { count } from "../../plan/text/display.ts";
import { displayMB } from "../../plan/text/size.ts";
import type { Load } from "../memory/budget.ts";
import { MemoryGate } from "../memory/budget.ts";
import type { Eviction } from "./eviction.ts";

/** What is asked for one more Nuke. */
export interface Applicant {
  readonly id: string;
  /** What the Nuke needs, estimated, MB. */
  readonly needMB: number;
  /** Nukes of this job that run. */
  readonly running: number;
}

/** Waits of one job that are told; more would only fill its log. */
const MOST_TOLD = 50;

interface Told {
  /** Nukes of the job that ran when its wait for memory was last told. */
  waitedAt: number | null;
  waits: number;
  overBudget: boolean;
}

export class Admission {
  readonly #gate: MemoryGate;
  readonly #watch: Pick<Eviction, "refusal">;
  readonly #emit: (event: RenderEvent) => void;
  readonly #told = new Map<string, Told>();

  constructor(budgetMB: number, watch: Pick<Eviction, "refusal">, emit: (event: RenderEvent) => void) {
    this.#gate = new MemoryGate(budgetMB);
    this.#watch = watch;
    this.#emit = emit;
  }

  /** What all Nukes together may take, MB. */
  get budgetMB(): number {
    return this.#gate.budgetMB;
  }

  set budgetMB(megabytes: number) {
    this.#gate.budgetMB = megabytes;
  }

  /** Why a job may not start one more Nuke next to those that run on this machine, in words; null: it may. */
  refusal(job: Applicant, running: readonly Load[]): string | null {
    const told = this.#toldOf(job.id);
    const shortage = this.#watch.refusal(running.length);
    if (shortage !== null) {
      return this.#tell(
        job,
        told,
        `Waiting for memory: ${shortage}. The next Nuke starts when memory is free again.`,
      );
    }
    const { admitted, takenMB, overBudget } = this.#gate.judge(running, job.needMB);
    if (!admitted) {
      const text = `Waiting for memory: the next Nuke needs about ${displayMB(job.needMB)}; ${displayMB(takenMB)} of ${displayMB(this.budgetMB)} in use by ${count(running.length, "Nuke")}.`;
      return this.#tell(job, told, text);
    }
    if (overBudget && !told.overBudget) {
      told.overBudget = true;
      const text = `One Nuke of this job needs about ${displayMB(job.needMB)}, more than the budget of ${displayMB(this.budgetMB)} for all Nukes. It runs without other Nukes.`;
      this.#emit({ type: "message", job: job.id, chunk: null, severity: "warning", text });
    }
    return null;
  }

  /** A job has ended. */
  forget(job: string): void {
    this.#told.delete(job);
  }

  #tell(job: Applicant, told: Told, text: string): string {
    // A chunk that ends and the next one that starts in its place are one wait.
    if (told.waitedAt !== job.running && told.waits < MOST_TOLD) {
      told.waitedAt = job.running;
      told.waits++;
      this.#emit({ type: "message", job: job.id, chunk: null, severity: "info", text });
    }
    return text;
  }

  #toldOf(job: string): Told {
    const known = this.#told.get(job) ?? { waitedAt: null, waits: 0, overBudget: false };
    this.#told.set(job, known);
    return known;
  }
}

/** The budget that holds, MB: one beyond the machine, or beyond the limit this service lives under, is none; null: the machine decides. */
export function budgetOf(asked: number | null): number {
  const { totalMB } = machineMemory();
  return Math.min(totalMB, asked ?? defaultBudgetMB(totalMB));
}

/** What the Nukes of all jobs count for. */
export function loadsOf(
  jobs: Iterable<{ readonly needMB: number; readonly loads: readonly number[] }>,
): Load[] {
  return [...jobs].flatMap(({ needMB, loads }) => loads.map((measuredMB) => ({ needMB, measuredMB })));
}
