/** The warm Nukes of a job: which of them renders what, and where a frame goes that has failed. */
import { formatFrames, framesOf } from "../../plan/frames/frames.ts";
import { leastFrames } from "../../plan/frames/distribute.ts";
import type { WarmSide } from "../chunk/warm-session.ts";
import type { ChunkOutcome } from "../frames/retry-policy.ts";
import type { Chunks } from "./chunks.ts";
import { type JobContext, nothingLeft } from "./types.ts";
import type { JobEstimates } from "./estimates.ts";
import type { Preconditions } from "./preconditions.ts";
import type { Settlement } from "./settlement.ts";
import { TAKEN_OVER } from "./messages.ts";
import { stealFrom } from "../chunk/warm-prefetch.ts";
import type { WarmSession } from "../chunk/warm-session.ts";

export interface WorkSharingDeps {
  readonly context: Pick<JobContext, "id" | "journal" | "queue" | "returned">;
  readonly list: Chunks;
  readonly settlement: Settlement;
  readonly preconditions: Pick<Preconditions, "excuse">;
  readonly estimates: Pick<JobEstimates, "pace">;
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
    const { id, queue } = this.#deps.context;
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
    const { list } = this.#deps;
    const { id, queue } = this.#deps.context;
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
    const { list } = this.#deps;
    const { id, queue } = this.#deps.context;
    if (queue.isExclusive(id, to.chunk) || queue.hasTooMany(id)) return false;
    return list.running.some((run) => run.isLeaving && run.warm !== to && run.ledger.missing.length > 0);
  }

  /**
   * Where one more Nuke may run and nothing waits for it, because more are wanted by now or memory has come free, the one with the most work before it
   * gives half of that to a new chunk, if that is worth a start.
   */
  splitLargest(): void {
    const { list, estimates } = this.#deps;
    const { id, journal, queue, returned } = this.#deps.context;
    const known = queue.hasRoom(id) ? estimates.pace : null;
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
    const { list } = this.#deps;
    const { id, journal, queue } = this.#deps.context;
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

  async excused(frame: number): Promise<boolean> {
    return (await this.#deps.preconditions.excuse(failedFrame(frame))).cause !== "error";
  }

  failed(run: WarmSession, frame: number, n: number, message: string): void {
    const { list, settlement } = this.#deps;
    const { journal, returned } = this.#deps.context;
    const { startedAt } = list.run(run.chunk) ?? { startedAt: 0 };
    const left = { index: run.chunk, complaint: message, startedAt };
    const found = settlement.isWanted ? settlement.settle(left, failedFrame(frame)) : null;
    const back = found !== null && found.after.back.length > 0;
    if (back) {
      run.leave([frame]);
      list.leave(run.chunk, [frame]);
    } else run.giveUp(frame);
    if (found === null) return;
    journal.append({ is: "returned", chunk: run.chunk, frame, n, ...found.record });
    returned(found.after);
    // A job that is given up has nothing more to render.
    if (found.after.givenUp) for (const one of this.#open) one.end();
  }
}

/** A frame has failed in a Nuke that goes on. */
function failedFrame(frame: number): ChunkOutcome {
  return { cause: "error", missing: [frame], failed: new Set([frame]), at: null };
}
