/** What all Nukes of this machine together may take, by whom it was said. */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as z from "zod/mini";
import { parallelSchema } from "../plan/request.ts";
import { defaultBudgetMB, machineMemory } from "../surroundings/machine.ts";

const heldSchema = z.object({
  maxParallel: z.nullable(parallelSchema),
  budgetMB: z.nullable(z.int().check(z.minimum(1))),
});
type Held = z.infer<typeof heldSchema>;

export interface LimitOptions {
  /** Where what people have said is kept for the service that follows one that was killed. */
  readonly file: string;
  /** Nukes of all jobs at once; null: the machine decides. */
  readonly maxParallel: number | null;
  /** Memory of all Nukes together, MB; null: the machine decides. */
  readonly budgetMB: number | null;
}

export class MachineLimits {
  readonly #options: LimitOptions;
  #held: Held;
  /** That of whoever submitted last, MB. */
  #askedMB: number | null;

  constructor(options: LimitOptions) {
    this.#options = options;
    this.#askedMB = options.budgetMB;
    this.#held = readHeld(options.file);
  }

  /** Nukes of all jobs at once; null: the machine decides. */
  get maxParallel(): number | null {
    return this.#held.maxParallel ?? this.#options.maxParallel;
  }

  /** Memory of all Nukes together, MB; never more than the machine has, or the limit this service lives under. */
  get budgetMB(): number {
    const { totalMB } = machineMemory();
    return Math.min(totalMB, this.#held.budgetMB ?? this.#askedMB ?? defaultBudgetMB(totalMB));
  }

  /** The budget was set for the service, and what jobs are submitted with does not change it. */
  get isBudgetHeld(): boolean {
    return this.#held.budgetMB !== null;
  }

  /** A job comes with this budget (MB); null: the machine decides. */
  ask(budgetMB: number | null): void {
    this.#askedMB = budgetMB;
  }

  /** Somebody sets it for all jobs, until the service ends; null: as if nobody had. @throws errors of the file system */
  hold(change: Partial<Held>): void {
    this.#held = { ...this.#held, ...change };
    const { file } = this.#options;
    writeFileSync(`${file}.new`, JSON.stringify(this.#held), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  /** The service ends in order. */
  forget(): void {
    rmSync(this.#options.file, { force: true });
  }
}

function readHeld(file: string): Held {
  try {
    return heldSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return { maxParallel: null, budgetMB: null };
  }
}
