/** What one Nuke, with everything it started, was seen to hold. */
import { FramePeak } from "./frame-peak.ts";
import type { ProcessInfo } from "../process/process-list.ts";
import { TreeMeter } from "./tree-usage.ts";

export class NukeMemory {
  readonly #meter = new TreeMeter();
  readonly #frame = new FramePeak();
  #peakMB = 0;
  #measuredMB = 0;
  #seenMB = 0;

  /** Highest mark seen, MB. */
  get peakMB(): number {
    return this.#peakMB;
  }

  /** What it held when it was last looked at, MB. */
  get measuredMB(): number {
    return this.#measuredMB;
  }

  /** Its peak once it has rendered a frame, MB; before, what it holds says nothing of what it needs: 0. */
  get seenMB(): number {
    return this.#seenMB;
  }

  /**
   * Samples; returns current usage, MB.
   * @param rendered whether it has rendered a frame.
   */
  look(members: readonly ProcessInfo[], rendered: boolean): number {
    const { residentMB, peakMB } = this.#meter.measure(members);
    this.#peakMB = Math.max(this.#peakMB, peakMB);
    this.#frame.look(residentMB, peakMB);
    this.#measuredMB = residentMB;
    if (rendered) this.#seenMB = this.#peakMB;
    return residentMB;
  }

  /** A frame has ended: the highest usage sampled in it, MB; null before the first sample. */
  frame(): number | null {
    return this.#frame.frame();
  }

  /** It has ended: a Nuke of one frame was only ever looked at before that frame was done. */
  ended(rendered: boolean): void {
    this.#measuredMB = 0;
    if (rendered) this.#seenMB = this.#peakMB;
  }
}
