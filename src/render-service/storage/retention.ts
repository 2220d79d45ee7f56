/** How much is kept of what Nukes print, and of jobs that have ended. Clients may change it; the next service starts with what they last said. */
import { messageOf } from "../../plan/text/message-of.ts";
import { catch as otherwise, minimum, number, object, type infer as Infer } from "zod/mini";
import type { JobStore } from "./job-store.ts";
import { type Damage, StateFile } from "./state-file.ts";

const MB = 1024 * 1024;

const keptSchema = object({
  logCapMB: otherwise(number().check(minimum(1)), 64),
  days: otherwise(number().check(minimum(0)), 14),
});

/** What a client may say of it; null: the usual. */
export interface KeepingWishes {
  readonly logCapMB?: number | null | undefined;
  readonly historyDays?: number | null | undefined;
}

export class Retention {
  readonly #file: StateFile<Infer<typeof keptSchema>>;
  readonly #log: (line: string) => void;
  #kept: Infer<typeof keptSchema>;

  /** @param path where it is remembered; nothing there: the usual. */
  constructor(path: string, log: (line: string) => void, tell: (damage: Damage) => void) {
    this.#file = new StateFile({ path, schema: keptSchema, tell, mostBytes: MB });
    this.#log = log;
    this.#kept = this.#file.read() ?? keptSchema.parse({});
  }

  /** A log of one stream of one Nuke that is longer, bytes, loses its middle. */
  get logCapBytes(): number {
    return this.#kept.logCapMB * MB;
  }

  /** Jobs that ended longer ago are forgotten, days. */
  get days(): number {
    return this.#kept.days;
  }

  /** Removes the folders of jobs that ended long ago, and those jobs from `finished`. */
  async prune(
    folders: Pick<JobStore, "prune">,
    kept: ReadonlySet<string>,
    finished: Map<string, unknown>,
  ): Promise<void> {
    for (const id of await folders.prune(kept, this.days)) finished.delete(id);
  }

  /** What is absent stays as it is. */
  set({ logCapMB, historyDays }: KeepingWishes): void {
    const before = JSON.stringify(this.#kept);
    const usual = keptSchema.parse({});
    const next = {
      logCapMB: logCapMB === undefined ? this.#kept.logCapMB : (logCapMB ?? usual.logCapMB),
      days: historyDays === undefined ? this.#kept.days : (historyDays ?? usual.days),
    };
    this.#kept = next;
    if (JSON.stringify(next) === before) return;
    try {
      this.#file.writeNow(next);
    } catch (error) {
      this.#log(`retention settings were not saved: ${messageOf(error)}`);
    }
  }
}
