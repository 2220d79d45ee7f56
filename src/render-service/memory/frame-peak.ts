/** The highest memory a Nuke was seen at while it rendered one frame. */
export class FramePeak {
  #highMB = 0;
  #lastMB = 0;
  #markMB = 0;

  /**
   * A look at the Nuke's processes.
   * @param residentMB what they hold now.
   * @param markMB the highest they ever held: where it rose, it rose in this frame.
   */
  look(residentMB: number, markMB: number): void {
    this.#highMB = Math.max(this.#highMB, residentMB, markMB > this.#markMB ? markMB : 0);
    this.#markMB = Math.max(this.#markMB, markMB);
    this.#lastMB = residentMB;
  }

  /** A frame has ended: its peak, MB; of a frame without a sample, the last usage. Null before the first sample. */
  frame(): number | null {
    const peakMB = Math.max(this.#highMB, this.#lastMB);
    this.#highMB = 0;
    return peakMB > 0 ? Math.round(peakMB) : null;
  }
}
