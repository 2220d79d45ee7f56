/** What all Nukes of this machine together may take, by whom it was said. */
import * as z from "zod/mini";
import { parallelSchema } from "../../plan/request.ts";
import { budgetOf } from "./admission.ts";
import type { ServiceLimits, ServiceSettings } from "../protocol/messages.ts";
import { type Damage, StateFile } from "../storage/state-file.ts";

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
  readonly tell: (damage: Damage) => void;
}

const MOST_BYTES = 1024 * 1024;

export class Limits {
  readonly #options: LimitOptions;
  readonly #file: StateFile<Held>;
  #held: Held;
  /** That of whoever submitted last, MB. */
  #askedMB: number | null;

  constructor(options: LimitOptions) {
    this.#options = options;
    this.#askedMB = options.budgetMB;
    this.#file = new StateFile({
      path: options.file,
      schema: heldSchema,
      tell: options.tell,
      mostBytes: MOST_BYTES,
    });
    this.#held = this.#file.read() ?? { maxParallel: null, budgetMB: null };
  }

  /** Nukes of all jobs at once; null: the machine decides. */
  get maxParallel(): number | null {
    return this.#held.maxParallel ?? this.#options.maxParallel;
  }

  /** Memory of all Nukes together, MB; never more than the machine has, or the limit this service lives under. */
  get budgetMB(): number {
    return budgetOf(this.#held.budgetMB ?? this.#askedMB);
  }

  /** What is absent stays as it is. @throws errors of the file system */
  configure({ maxParallel, budgetMB, heldBudgetMB }: ServiceSettings): void {
    if (budgetMB !== undefined) this.#askedMB = budgetMB;
    if (maxParallel !== undefined) this.#hold({ maxParallel });
    if (heldBudgetMB !== undefined) this.#hold({ budgetMB: heldBudgetMB });
  }

  /** What holds now, to be told. */
  get now(): Omit<ServiceLimits, "running"> {
    const budgetHeld = this.#held.budgetMB !== null;
    return { maxParallel: this.maxParallel, budgetMB: Math.round(this.budgetMB), budgetHeld };
  }

  #hold(change: Partial<Held>): void {
    this.#held = { ...this.#held, ...change };
    this.#file.writeNow(this.#held);
  }

  /** The service ends in order. */
  forget(): void {
    this.#file.remove();
  }
}
