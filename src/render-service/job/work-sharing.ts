/** The warm Nukes of a job: which of them renders what, and where a frame goes that has failed. */
import { formatFrames, framesOf } from "../../plan/frames.ts";
import { type Pace, leastFrames } from "../../plan/deal.ts";
import type { WarmSide } from "../chunk/warm-session.ts";
import type { Aftermath } from "../storage/journal-entries.ts";
import type { Journal } from "../storage/journal.ts";
import type { ChunkList } from "./chunks.ts";
import { type AfterChunk, type JobOrder, nothingLeft } from "./types.ts";
import { TAKEN_OVER } from "./messages.ts";
import { giftFrom } from "../chunk/warm-prefetch.ts";
import type { WarmTalk } from "../chunk/warm-session.ts";

export interface AfterFailure {
  readonly after: AfterChunk;
  /** The same for the journal. */
  readonly aftermath: Aftermath;
}

export interface WarmFacts {
  readonly id: string;
  readonly list: ChunkList;
  readonly journal: Journal;
  readonly queue: JobOrder["queue"];
  /** What comes of a frame that has failed in a Nuke which goes on; null when nobody wants it rendered any more. */
  readonly failed: (chunk: number, frame: number, message: string) => AfterFailure | null;
  readonly returned: JobOrder["returned"];
  readonly excused: (frame: number) => Promise<boolean>;
  /** How fast its Nukes are; null while nobody knows. */
  readonly pace: () => Pace | null;
}

export class WarmJob implements WarmSide {
  readonly #facts: WarmFacts;

  constructor(facts: WarmFacts) {
    this.#facts = facts;
  }

  get #open(): WarmTalk[] {
    // What one that is being ended has left comes back in its own way.
    const staying = this.#facts.list.running.filter(({ isLeaving }) => !isLeaving);
    return staying.flatMap(({ warm }) => (warm?.lives === true ? [warm] : []));
  }

  get #waiting(): number[] {
    const { id, queue } = this.#facts;
    return queue.waitingOf(id).filter((chunk) => !queue.isBySelf(id, chunk));
  }

  get nukes(): number {
    return this.#open.length;
  }

  get left(): number {
    const waiting = this.#waiting.reduce((sum, chunk) => sum + this.#facts.list.get(chunk).count, 0);
    return this.#open.reduce((sum, { pending }) => sum + pending.length, waiting);
  }

  more(to: WarmTalk): boolean {
    const { id, list, queue } = this.#facts;
    // It has the machine for itself for the sake of its own frames.
    if (queue.isBySelf(id, to.chunk) || queue.hasTooMany(id)) return false;
    const gift = giftFrom(
      this.#waiting.map((chunk) => ({
        chunk,
        frames: framesOf(list.get(chunk).frames),
        secondsPerFrame: null,
      })),
      this.#open
        .filter((one) => one !== to && !queue.isBySelf(id, one.chunk))
        .map((one) => ({ chunk: one.chunk, frames: one.pending, secondsPerFrame: one.secondsPerFrame })),
    );
    return gift !== null && this.#move(gift.from, to, gift.frames);
  }

  soon(to: WarmTalk): boolean {
    const { id, list, queue } = this.#facts;
    if (queue.isBySelf(id, to.chunk) || queue.hasTooMany(id)) return false;
    return list.running.some((run) => run.isLeaving && run.warm !== to && run.ledger.missing.length > 0);
  }

  /**
   * Where one more Nuke may run and nothing waits for it, because more are wanted by now or memory has come free, the one with the most work before it
   * gives half of that to a chunk of its own, if that is worth a start.
   */
  spread(): void {
    const { id, list, journal, queue, pace, returned } = this.#facts;
    const known = queue.hasRoom(id) ? pace() : null;
    if (known === null) return;
    const gift = giftFrom(
      [],
      this.#open.map((one) => ({
        chunk: one.chunk,
        frames: one.pending,
        secondsPerFrame: one.secondsPerFrame,
      })),
    );
    if (gift === null || gift.frames.length < Math.max(2, leastFrames(known))) return;
    const { from, frames } = gift;
    const to = list.nextIndex;
    if (!journal.append({ is: "moved", from, to, frames: formatFrames(frames) })) return;
    this.#open.find(({ chunk }) => chunk === from)?.leave(frames);
    list.leave(from, frames);
    list.add(frames, null);
    returned({ ...nothingLeft, back: [{ chunk: to, first: false, bySelf: false }] });
  }

  /** Nothing is moved that was not written down: after a restart no frame may be in two places. */
  #move(from: number, to: WarmTalk, frames: readonly number[]): boolean {
    const { id, list, journal, queue } = this.#facts;
    if (!journal.append({ is: "moved", from, to: to.chunk, frames: formatFrames(frames) })) return false;
    const giver = this.#open.find(({ chunk }) => chunk === from);
    giver?.leave(frames);
    list.leave(from, frames);
    list.join(to.chunk, frames);
    to.take(frames);
    if (giver === undefined && list.get(from).count === 0) {
      queue.replace(id, new Set([from]), []);
      list.drop(from, "done", TAKEN_OVER);
    }
    return true;
  }

  excused(frame: number): Promise<boolean> {
    return this.#facts.excused(frame);
  }

  failed(run: WarmTalk, frame: number, n: number, message: string): void {
    const { list, journal, failed, returned } = this.#facts;
    const found = failed(run.chunk, frame, message);
    const back = found !== null && found.after.back.length > 0;
    if (back) {
      run.leave([frame]);
      list.leave(run.chunk, [frame]);
    } else run.lose(frame);
    if (found === null) return;
    journal.append({ is: "returned", chunk: run.chunk, frame, n, ...found.aftermath });
    returned(found.after);
    // A job that is given up has nothing more to render.
    if (found.after.givenUp) for (const one of this.#open) one.end();
  }
}
