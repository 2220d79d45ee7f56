/** The warm Nukes of a job: which of them renders what, and where a frame goes that has failed. */
import { formatFrames, framesOf } from "../../plan/frames.ts";
import { type Pace, leastFrames } from "../../plan/distribute.ts";
import type { WarmSide } from "../chunk/warm-session.ts";
import type { SettlementRecord } from "../storage/journal-entries.ts";
import type { Journal } from "../storage/journal.ts";
import type { Chunks } from "./chunks.ts";
import { type FollowUp, type JobContext, nothingLeft } from "./types.ts";
import { TAKEN_OVER } from "./messages.ts";
import { stealFrom } from "../chunk/warm-prefetch.ts";
import type { WarmSession } from "../chunk/warm-session.ts";

export interface FailureFollowUp {
  readonly after: FollowUp;
  /** The same for the journal. */
  readonly aftermath: SettlementRecord;
}

export interface WorkSharingDeps {
  readonly id: string;
  readonly list: Chunks;
  readonly journal: Journal;
  readonly queue: JobContext["queue"];
  /** What follows a frame that failed in a Nuke that continues; null when the frame is no longer wanted. */
  readonly failed: (chunk: number, frame: number, message: string) => FailureFollowUp | null;
  readonly returned: JobContext["returned"];
  readonly excused: (frame: number) => Promise<boolean>;
  /** How fast its Nukes are; null while unknown. */
  readonly pace: () => Pace | null;
}

export class WorkSharing implements WarmSide {
  readonly #deps: WorkSharingDeps;

  constructor(deps: WorkSharingDeps) {
    this.#deps = deps;
  }

  get #open(): WarmSession[] {
    // What one that is being ended has left comes back in its own way.
    const staying = this.#deps.list.running.filter(({ isLeaving }) => !isLeaving);
    return staying.flatMap(({ warm }) => (warm?.lives === true ? [warm] : []));
  }

  get #waiting(): number[] {
    const { id, queue } = this.#deps;
    return queue.waitingOf(id).filter((chunk) => !queue.isExclusive(id, chunk));
  }

  get nukes(): number {
    return this.#open.length;
  }

  get left(): number {
    const waiting = this.#waiting.reduce((sum, chunk) => sum + this.#deps.list.get(chunk).count, 0);
    return this.#open.reduce((sum, { pending }) => sum + pending.length, waiting);
  }

  more(to: WarmSession): boolean {
    const { id, list, queue } = this.#deps;
    // It runs exclusively because of its own frames.
    if (queue.isExclusive(id, to.chunk) || queue.hasTooMany(id)) return false;
    const steal = stealFrom(
      this.#waiting.map((chunk) => ({
        chunk,
        frames: framesOf(list.get(chunk).frames),
        secondsPerFrame: null,
      })),
      this.#open
        .filter((one) => one !== to && !queue.isExclusive(id, one.chunk))
        .map((one) => ({ chunk: one.chunk, frames: one.pending, secondsPerFrame: one.secondsPerFrame })),
    );
    return steal !== null && this.#move(steal.from, to, steal.frames);
  }

  soon(to: WarmSession): boolean {
    const { id, list, queue } = this.#deps;
    if (queue.isExclusive(id, to.chunk) || queue.hasTooMany(id)) return false;
    return list.running.some((run) => run.isLeaving && run.warm !== to && run.ledger.missing.length > 0);
  }

  /**
   * Where one more Nuke may run and nothing waits for it, because more are wanted by now or memory has come free, the one with the most work before it
   * gives half of that to a new chunk, if that is worth a start.
   */
  splitLargest(): void {
    const { id, list, journal, queue, pace, returned } = this.#deps;
    const known = queue.hasRoom(id) ? pace() : null;
    if (known === null) return;
    const steal = stealFrom(
      [],
      this.#open.map((one) => ({
        chunk: one.chunk,
        frames: one.pending,
        secondsPerFrame: one.secondsPerFrame,
      })),
    );
    if (steal === null || steal.frames.length < Math.max(2, leastFrames(known))) return;
    const { from, frames } = steal;
    const to = list.nextIndex;
    if (!journal.append({ is: "moved", from, to, frames: formatFrames(frames) })) return;
    this.#open.find(({ chunk }) => chunk === from)?.leave(frames);
    list.leave(from, frames);
    list.add(frames, null);
    returned({ ...nothingLeft, back: [{ chunk: to, first: false, exclusive: false }] });
  }

  /** Nothing is moved that was not written down: after a restart no frame may be in two places. */
  #move(from: number, to: WarmSession, frames: readonly number[]): boolean {
    const { id, list, journal, queue } = this.#deps;
    if (!journal.append({ is: "moved", from, to: to.chunk, frames: formatFrames(frames) })) return false;
    const victim = this.#open.find(({ chunk }) => chunk === from);
    victim?.leave(frames);
    list.leave(from, frames);
    list.join(to.chunk, frames);
    to.take(frames);
    if (victim === undefined && list.get(from).count === 0) {
      queue.replace(id, new Set([from]), []);
      list.drop(from, "done", TAKEN_OVER);
    }
    return true;
  }

  excused(frame: number): Promise<boolean> {
    return this.#deps.excused(frame);
  }

  failed(run: WarmSession, frame: number, n: number, message: string): void {
    const { list, journal, failed, returned } = this.#deps;
    const found = failed(run.chunk, frame, message);
    const back = found !== null && found.after.back.length > 0;
    if (back) {
      run.leave([frame]);
      list.leave(run.chunk, [frame]);
    } else run.giveUp(frame);
    if (found === null) return;
    journal.append({ is: "returned", chunk: run.chunk, frame, n, ...found.aftermath });
    returned(found.after);
    // A job that is given up has nothing more to render.
    if (found.after.givenUp) for (const one of this.#open) one.end();
  }
}
