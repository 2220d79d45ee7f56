/** Changes to a queued or running job: settings that users change, and redistribution of queued frames. Each change is journaled before it applies. */
import type { Chunks, Redistribution } from "./chunks.ts";
import { Redistributor } from "./redistribution.ts";
import type { JobEstimates } from "./estimates.ts";
import type { JobEvents } from "./events.ts";
import type { ProgressThrottle } from "./progress-throttle.ts";
import type { ReplayedJob } from "../storage/replay.ts";
import type { JobContext } from "./types.ts";
import { redistributionText } from "./messages.ts";
import type { JobSettings } from "../storage/journal-entries.ts";

export interface RevisionDeps {
  readonly context: JobContext;
  readonly list: Chunks;
  readonly estimates: JobEstimates;
  readonly events: JobEvents;
  readonly throttle: Pick<ProgressThrottle, "now">;
}

export class Revisions {
  readonly #deps: RevisionDeps;
  readonly #redistributor: Redistributor;
  #settings: JobSettings;

  constructor(deps: RevisionDeps) {
    this.#deps = deps;
    const { context, list, estimates } = deps;
    const { plan } = context.job;
    this.#redistributor = new Redistributor({ plan, list, estimates });
    const { priority, parallel } = plan;
    this.#settings = { priority, place: context.submittedAt, parallel: Math.max(1, parallel) };
  }

  /** Priority, place in the queue and parallel Nukes, as last set. */
  get settings(): JobSettings {
    return this.#settings;
  }

  restore({ settings }: ReplayedJob): void {
    this.#settings = settings ?? this.#settings;
  }

  /** The caller updates the queue. */
  changeSettings(change: Partial<JobSettings>): void {
    this.#settings = { ...this.#settings, ...change };
    this.#deps.context.journal.append({ is: "settings-changed", settings: this.#settings }, { sync: true });
    if (change.parallel !== undefined) this.#redistributor.again();
    this.#deps.throttle.now();
  }

  /** Chunks that may still be started. */
  get waiting(): number[] {
    return this.#deps.list.waiting;
  }

  hasChunk(index: number): boolean {
    return this.#deps.list.has(index);
  }

  /** Ends a chunk, or sees to it that it never starts; what it has not rendered is missing at the end. Nothing happens to one that has ended. */
  cancelChunk(index: number): void {
    const { list, context, throttle } = this.#deps;
    if (list.run(index)?.isRunning === false) return;
    context.journal.append({ is: "chunk-cancelled", chunk: index }, { sync: true });
    list.cancel(index);
    throttle.now();
  }

  /** Redistributes the queued frames once frame times are known; null: no change. */
  redistribute(waiting: readonly number[]): Redistribution | null {
    const { list, estimates, context, events } = this.#deps;
    const redistribution = this.#redistributor.deal(waiting, this.#settings.parallel, ({ gone, fresh }) =>
      context.journal.append({ is: "dealt", gone: [...gone], fresh: [...fresh] }),
    );
    const { pace } = estimates;
    if (redistribution === null || pace === null) return redistribution;
    const text = redistributionText(
      redistribution.fresh.map(({ chunk }) => list.get(chunk).count),
      pace,
    );
    events.say(null, "info", text);
    return redistribution;
  }
}
