/** Notices that a job fails whichever frame is tried, so that a broken script does not start one Nuke for every frame. Pure. */

/** Frames that failed in the same words, and in any words, while none has been rendered. */
const SAME_WORDS = 6;
const ANY_WORDS = 30;

export class FailureBreaker {
  readonly #byWords = new Map<string, Set<number>>();
  readonly #all = new Set<number>();

  /**
   * Frames have failed, and the job has none on disk yet.
   * @returns whether it is of no use to continue.
   */
  failed(words: string, frames: readonly number[]): boolean {
    const same = this.#byWords.get(words) ?? new Set<number>();
    this.#byWords.set(words, same);
    for (const frame of frames) {
      same.add(frame);
      this.#all.add(frame);
    }
    return same.size >= SAME_WORDS || this.#all.size >= ANY_WORDS;
  }
}
