/** How long the frames of one Nuke take, by the clock. */

/** Frames whose times are kept: the newest tell most about the next. */
const RECENT = 20;

export class FrameTimes {
  /** Seconds each, newest last; the first one of a Nuke has its start-up in it. */
  readonly recent: number[] = [];
  #began: number;
  #first: number | null = null;
  /** It is unknown when the current frame started. */
  #unknown = false;
  #sum = 0;
  #count = 0;
  /** Seconds of the longest one, the first with its start-up among them; 0 before the first. */
  longest = 0;

  /** @param began milliseconds since 1970 when the Nuke was started. */
  constructor(began: number) {
    this.#began = began;
  }

  /** A frame has ended now. */
  frame(now = Date.now()): void {
    if (this.#unknown) {
      this.#unknown = false;
      this.#began = now;
      return;
    }
    const seconds = (now - this.#began) / 1000;
    this.#began = now;
    this.longest = Math.max(this.longest, seconds);
    this.recent.push(seconds);
    if (this.recent.length > RECENT) this.recent.shift();
    if (this.#first === null) {
      this.#first = seconds;
      return;
    }
    this.#sum += seconds;
    this.#count++;
  }

  /** Some frames passed without being timed. */
  lose(): void {
    this.#unknown = true;
    this.#first ??= Number.NaN;
  }

  /** Mean of the frames after the first; null before there are two. */
  get secondsPerFrame(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }

  /** What the first frame took longer than the others; null before there are two. */
  get startupSeconds(): number | null {
    const each = this.secondsPerFrame;
    if (each === null || this.#first === null || Number.isNaN(this.#first)) return null;
    return Math.max(0, this.#first - each);
  }
}

/** Null for none. */
export function meanOf(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}
