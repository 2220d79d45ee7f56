/** What all Nukes of this machine together may take, by whom it was said. */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as z from "zod/mini";
import { parallelSchema } from "../../plan/request.ts";
import { budgetOf } from "./admission.ts";
import type { ServiceLimits, ServiceSettings } from "../protocol/messages.ts";

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
