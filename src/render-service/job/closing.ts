/** The end of a job: the last look at its files, how it ended, and what is then removed. */
import { messageOf } from "../../plan/text/message-of.ts";
import { type FrameList, displayFrames, formatFrames } from "../../plan/frames/frames.ts";
import type { RequeuedChunk } from "../queue/queue.ts";
import { removeScriptCopy } from "../script-snapshot/snapshot-copy.ts";
import { endNukes } from "./adopt.ts";
import type { Chunks } from "./chunks.ts";
import type { CurrentState } from "./current-state.ts";
import type { JobEvents } from "./events.ts";
import { VanishedCounts, findVanished, framesOnDisk, outcomeFor } from "./final-check.ts";
import type { Preconditions } from "./preconditions.ts";
import type { ProgressThrottle } from "./progress-throttle.ts";
import type { Settlement } from "./settlement.ts";
import { type JobResult, jobResult } from "./status.ts";
import type { JobContext } from "./types.ts";

export interface ClosingDeps {
  readonly context: JobContext;
  readonly frames: FrameList;
  readonly list: Chunks;
  readonly state: CurrentState;
  readonly events: JobEvents;
  readonly settlement: Settlement;
  readonly preconditions: Preconditions;
  readonly throttle: ProgressThrottle;
}

export class Closing {
  readonly #deps: ClosingDeps;
  readonly #vanished = new VanishedCounts();
  #begun = false;
  /** A job it depends on did not complete. */
  #unstarted = false;
  #result: JobResult | null = null;
  #finishedAt: number | null = null;

  constructor(deps: ClosingDeps) {
    this.#deps = deps;
  }

  /** @param vanished frames that an earlier service has rendered again, each time. */
  restore(vanished: readonly (readonly number[])[]): void {
    for (const frames of vanished) this.#vanished.add(frames);
  }

  /** Its frames are looked at for the last time: too late to cancel. */
  get hasBegun(): boolean {
    return this.#begun;
  }

  /** Its frames, once it is over. */
  get result(): JobResult | null {
    return this.#result;
  }

  /** Milliseconds since 1970. */
  get finishedAt(): number | null {
    return this.#finishedAt;
  }

  /** Nothing of it was started, and nothing will be; not written down, for the next service would find the same. */
  giveUpUnstarted(reason: string): void {
    this.#unstarted = true;
    this.#deps.list.dropWaiting("not-started", reason);
  }

  /**
   * Looks at the files of all done frames once nothing waits or runs. Frames whose files were removed meanwhile come back, unless that
   * happened to them too often.
   * @returns ranges for the queue; none: the job can be finished.
   */
  async lookAgain(): Promise<readonly RequeuedChunk[]> {
    const { context, list, events, settlement } = this.#deps;
    const back: RequeuedChunk[] = [];
    for (const { chunk, frames } of await findVanished(list.runs)) {
      const wanted = settlement.isWanted && !list.isCancelled(chunk);
      const again = wanted ? this.#vanished.take(frames) : [];
      for (const frame of frames)
        if (!again.includes(frame)) events.frameFailed(chunk, frame, this.#vanished.reason(frame));
      if (again.length === 0) continue;
      const index = list.add(again, chunk);
      context.journal.append({ is: "vanished", from: chunk, chunk: index, frames: formatFrames(again) });
      events.say(index, "warning", vanishedText(again));
      back.push({ chunk: index, first: false, exclusive: false });
    }
    return back;
  }

  /** Closes the job once nothing waits or runs. Removes the script's temporary copy. */
  async finish(): Promise<void> {
    this.#begun = true;
    const { context, frames, list, state, events, settlement, preconditions, throttle } = this.#deps;
    const { journal, folder, timeouts } = context;
    // What a Nuke that ended well has left at work goes with a cancel as well.
    if (state.kind === "cancelling")
      await endNukes(folder, [], timeouts.cancelMs).catch((error: unknown) =>
        events.say(null, "warning", `What its Nukes have left at work was not ended: ${messageOf(error)}.`),
      );
    const done = framesOnDisk(list.runs);
    this.#result = jobResult(frames, done);
    const missing = frames.frames.length - done.size;
    const givenUp = this.#unstarted ? "unstarted" : settlement.givenUp;
    const outcome = outcomeFor(missing, state.kind === "cancelling", givenUp);
    if (outcome !== "complete" && done.size > 0) await preconditions.atEnd();
    throttle.end();
    await removeScriptCopy(context.job, folder);
    this.#finishedAt = Date.now();
    state.change({ type: "ended", outcome });
    journal.append({ is: "finished", outcome });
    journal.close();
  }
}

function vanishedText(again: readonly number[]): string {
  const [noun, verb] = again.length === 1 ? ["file of frame", "is"] : ["files of frames", "are"];
  return `The ${noun} ${displayFrames(again)} ${verb} gone or changed since. Rendering ${again.length === 1 ? "it" : "them"} again.`;
}
