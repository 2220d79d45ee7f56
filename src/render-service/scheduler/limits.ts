/** What all Nukes of this machine together may take, by whom it was said. */
import * as z from "zod/mini";
import { parallelSchema } from "../../plan/request.ts";
import { budgetOf } from "./admission.ts";
import type { ServiceLimits, ServiceSettings } from "../protocol/messages.ts";
import { type Damage, StateFile } from "../storage/state-file.ts";

const persistedLimitsSchema = z.object({
  maxParallel: z.nullable(parallelSchema),
  budgetMB: z.nullable(z.int().check(z.minimum(1))),
});
type PersistedLimits = z.infer<typeof persistedLimitsSchema>;

export interface LimitOptions {
  /** Where what people have said is kept for the service that follows one that was killed. */
  readonly file: string;
  /** Nukes of all jobs at once; null: the machine decides. */
  readonly maxParallel: number | null;
  /** Memory of all Nukes together, MB; null: the machine decides. */
  readonly budgetMB: number | null;
  readonly tell: (damage: Damage) => void;
}

const MOST_BYTES = 1024 * 1024;

export class Limits {
  readonly #options: LimitOptions;
  readonly #file: StateFile<PersistedLimits>;
  #persisted: PersistedLimits;
  /** The budget of the last submitted job, MB. */
  #askedMB: number | null;

  constructor(options: LimitOptions) {
    this.#options = options;
    this.#askedMB = options.budgetMB;
    this.#file = new StateFile({
      path: options.file,
      schema: persistedLimitsSchema,
      tell: options.tell,
      mostBytes: MOST_BYTES,
    });
    this.#persisted = this.#file.read() ?? { maxParallel: null, budgetMB: null };
  }

  /** Nukes of all jobs at once; null: the machine decides. */
  get maxParallel(): number | null {
    return this.#persisted.maxParallel ?? this.#options.maxParallel;
  }

  /** Memory of all Nukes together, MB; never more than the machine has, or the limit this service lives under. */
  get budgetMB(): number {
    return budgetOf(this.#persisted.budgetMB ?? this.#askedMB);
  }

  /** What is absent stays as it is. @throws errors of the file system */
  configure({ maxParallel, budgetMB, heldBudgetMB }: ServiceSettings): void {
    if (budgetMB !== undefined) this.#askedMB = budgetMB;
    if (maxParallel !== undefined) this.#persist({ maxParallel });
    if (heldBudgetMB !== undefined) this.#persist({ budgetMB: heldBudgetMB });
  }

  /** What holds now, to be told. */
  get now(): Omit<ServiceLimits, "running"> {
    const budgetHeld = this.#persisted.budgetMB !== null;
    return { maxParallel: this.maxParallel, budgetMB: Math.round(this.budgetMB), budgetHeld };
  }

  #persist(change: Partial<PersistedLimits>): void {
    this.#persisted = { ...this.#persisted, ...change };
    this.#file.writeNow(this.#persisted);
  }

  /** The service ends in order. */
  forget(): void {
    this.#file.remove();
  }
}
