/** What of a job changes while it waits or runs: what people want otherwise, and how what waits is dealt. Each change is in the journal before it holds. */
import type { RenderEvent } from "../../plan/events.ts";
import type { ChunkList, Redealt } from "./chunks.ts";
import { Dealer } from "./redistribution.ts";
import type { JobLessons } from "./estimates.ts";
import type { JobPast } from "../storage/replay.ts";
import type { JobOrder } from "./types.ts";
import { redealText } from "./messages.ts";
import type { Wishes } from "../storage/journal-entries.ts";

export interface ChangeFacts {
  readonly order: JobOrder;
  readonly list: ChunkList;
  readonly lessons: JobLessons;
  /** Something that the status shows has changed. */
  readonly changed: () => void;
}

export class JobChanges {
  readonly #facts: ChangeFacts;
  readonly #dealer: Dealer;
  #wishes: Wishes;

  constructor(facts: ChangeFacts) {
    this.#facts = facts;
    const { order, list, lessons } = facts;
    const { plan } = order.job;
    this.#dealer = new Dealer({ plan, list, lessons });
    const { priority, parallel } = plan;
    this.#wishes = { priority, place: order.submittedAt, parallel: Math.max(1, parallel) };
  }

  /** Priority, place in the queue and Nukes at once, as somebody last wanted them. */
  get wishes(): Wishes {
    return this.#wishes;
  }

  restore({ wishes }: JobPast): void {
    this.#wishes = wishes ?? this.#wishes;
  }

  /** The queue is told by whoever calls. */
  wish(change: Partial<Wishes>): void {
    this.#wishes = { ...this.#wishes, ...change };
    this.#facts.order.journal.append({ is: "wished", wishes: this.#wishes }, { sync: true });
    if (change.parallel !== undefined) this.#dealer.again();
    this.#facts.changed();
  }

  /** Chunks that may still be started. */
  get waiting(): number[] {
    return this.#facts.list.waiting;
  }

  hasChunk(index: number): boolean {
    return this.#facts.list.has(index);
  }

  /** Ends a chunk, or sees to it that it never starts; what it has not rendered is missing in the end. Nothing happens to one that is over. */
  cancelChunk(index: number): void {
    const { list, order, changed } = this.#facts;
    if (list.run(index)?.isRunning === false) return;
    order.journal.append({ is: "chunk-cancelled", chunk: index }, { sync: true });
    list.cancel(index);
    changed();
  }

  /** Deals what waits anew, once it is known how long frames take; null: all stays as it is. */
  redeal(waiting: readonly number[]): Redealt | null {
    const { list, lessons, order } = this.#facts;
    const redealt = this.#dealer.deal(waiting, this.#wishes.parallel, ({ gone, fresh }) =>
      order.journal.append({ is: "dealt", gone: [...gone], fresh: [...fresh] }),
    );
    const { pace } = lessons;
    if (redealt === null || pace === null) return redealt;
    const text = redealText(
      redealt.fresh.map(({ chunk }) => list.get(chunk).count),
      pace,
    );
    const event: RenderEvent = { type: "message", job: order.id, chunk: null, severity: "info", text };
    order.emit(event);
    return redealt;
  }
}
