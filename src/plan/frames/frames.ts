/** Frame ranges in Nuke's own syntax (nuke-cli.md 4): `3`, `-3`, `1-10`, `1-10x2`, `-8--5`, and lists of these. */

/** Maximum frames of a job; more is a typing error, and every frame is tracked individually. */
export const MOST_FRAMES = 1_000_000;
const LARGEST_NUMBER = 100_000_000;

export interface FrameList {
  /** Sorted, each once. */
  readonly frames: readonly number[];
  /** The steps that were typed, so that what is printed later keeps them. */
  readonly steps: ReadonlySet<number>;
}

/** A range that cannot be read. `reason` says which part of it, `position` (from 0) where. */
export class FrameRangeError extends Error {
  readonly reason: "character" | "step" | "empty" | "too-many" | "too-large";
  readonly position: number;

  constructor(reason: FrameRangeError["reason"], position: number, message: string) {
    super(message);
    this.name = "FrameRangeError";
    this.reason = reason;
    this.position = position;
  }
}

const help = "Write ranges as 1-10, 1-10x2 or 1 3 5-9.";

/**
 * Reads a range. Blanks or commas separate tokens; a range that runs backwards means the same frames.
 * @throws {FrameRangeError} naming the character that is wrong.
 */
export function parseFrames(text: string): FrameList {
  const frames = new Set<number>();
  const steps = new Set<number>();
  const reader = new RangeReader(text);
  let tokens = 0;
  for (let token = reader.next(); token !== null; token = reader.next()) {
    tokens++;
    const { first, last, step } = token;
    if (step > 1) steps.add(step);
    if (Math.floor(Math.abs(last - first) / step) + 1 > MOST_FRAMES) throw tooMany(text, token.start);
    const direction = last < first ? -step : step;
    for (let frame = first; direction > 0 ? frame <= last : frame >= last; frame += direction)
      frames.add(frame);
    if (frames.size > MOST_FRAMES) throw tooMany(text, token.start);
  }
  if (tokens === 0) throw new FrameRangeError("empty", 0, `The frame range is empty. ${help}`);
  return { frames: Array.from(frames).sort((a, b) => a - b), steps };
}

/** Goes from token to token of a range. */
class RangeReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Null at the end. @throws {FrameRangeError} */
  next(): (FrameRun & { readonly start: number }) | null {
    const text = this.#text;
    while (this.#at < text.length && isSeparator(text[this.#at])) this.#at++;
    if (this.#at >= text.length) return null;
    const start = this.#at;
    const first = this.#number(true);
    let last = first;
    let step = 1;
    if (isDash(text[this.#at])) {
      this.#at++;
      last = this.#number(true);
      if (text[this.#at] === "x" || text[this.#at] === "X") step = this.#step();
    }
    if (this.#at < text.length && !isSeparator(text[this.#at])) throw this.#wrong(this.#at);
    return { first, last, step, start };
  }

  #step(): number {
    const stepAt = ++this.#at;
    const step = this.#number(false);
    if (step >= 1) return step;
    throw new FrameRangeError(
      "step",
      stepAt,
      `"${this.#text}": the step "${step}" at position ${stepAt + 1} must be 1 or more.`,
    );
  }

  #number(signed: boolean): number {
    const text = this.#text;
    const start = this.#at;
    if (signed && isDash(text[this.#at])) this.#at++;
    const digits = this.#at;
    while (isDigit(text[this.#at])) this.#at++;
    if (this.#at === digits) throw this.#wrong(this.#at);
    const value = Number(text.slice(digits, this.#at)) * (digits > start ? -1 : 1);
    if (Math.abs(value) > LARGEST_NUMBER) {
      throw new FrameRangeError(
        "too-large",
        start,
        `"${text}": ${value} at position ${start + 1} is too large for a frame.`,
      );
    }
    return value === 0 ? 0 : value;
  }

  #wrong(position: number): FrameRangeError {
    const code = this.#text.codePointAt(position);
    const character = code === undefined ? undefined : String.fromCodePoint(code);
    return new FrameRangeError(
      "character",
      position,
      character === undefined
        ? `"${this.#text}" ends too early: a number is missing at position ${position + 1}. ${help}`
        : `"${this.#text}": "${character}" at position ${position + 1} does not belong in a frame range. ${help}`,
    );
  }
}

/** The frames of a range that `formatFrames` printed; none for empty text. */
export function framesOf(text: string): readonly number[] {
  return text === "" ? [] : parseFrames(text).frames;
}

/**
 * Prints sorted frames as Nuke reads them, with runs and steps folded: `1-10x2`, `1-3 7`. Two separate frames are folded into
 * a step only if that step was typed (`steps`).
 */
export function formatFrames(frames: readonly number[], steps: ReadonlySet<number> = new Set()): string {
  return frameRuns(frames, steps)
    .map(({ first, last, step }) =>
      first === last ? `${first}` : `${first}-${last}${step > 1 ? `x${step}` : ""}`,
    )
    .join(" ");
}

export interface FrameRun {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** The runs that `formatFrames` prints; each is one `-F` of Nuke's command line. */
export function frameRuns(frames: readonly number[], steps: ReadonlySet<number> = new Set()): FrameRun[] {
  const runs: FrameRun[] = [];
  let start = 0;
  while (start < frames.length) {
    const first = at(frames, start);
    let end = start;
    const step = end + 1 < frames.length ? at(frames, end + 1) - first : 1;
    while (end + 1 < frames.length && at(frames, end + 1) - at(frames, end) === step) end++;
    // 1 3 5-9: a third frame that begins a closer run belongs to that run, not to the step before it.
    if (
      step > 1 &&
      end + 1 < frames.length &&
      at(frames, end + 1) - at(frames, end) < step &&
      end - start < 3
    )
      end--;
    const length = end - start + 1;
    if (length >= 3 || (length === 2 && (step === 1 || steps.has(step)))) {
      runs.push({ first, last: at(frames, end), step });
      start = end + 1;
    } else {
      runs.push({ first, last: first, step: 1 });
      start++;
    }
  }
  return runs;
}

/** How people read it: an en dash between first and last, `1001–1100`. */
export function displayFrames(frames: readonly number[], steps: ReadonlySet<number> = new Set()): string {
  return frameRuns(frames, steps)
    .map(({ first, last, step }) => {
      if (first === last) return `${first}`;
      // Two minus signs and a dash in a row are unreadable.
      const dash = first < 0 || last < 0 ? " to " : "–";
      return `${first}${dash}${last}${step > 1 ? `×${step}` : ""}`;
    })
    .join(", ");
}

function at(frames: readonly number[], index: number): number {
  const frame = frames[index];
  if (frame === undefined) throw new RangeError(`no frame at ${index}`);
  return frame;
}

function tooMany(text: string, position: number): FrameRangeError {
  return new FrameRangeError(
    "too-many",
    position,
    `"${text}" has more than ${MOST_FRAMES.toLocaleString("en-US")} frames. Check the numbers.`,
  );
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= "0" && character <= "9";
}

/** The en dash too: that is how the lenses print ranges, and people copy them. */
function isDash(character: string | undefined): boolean {
  return character === "-" || character === "–";
}

function isSeparator(character: string | undefined): boolean {
  return character !== undefined && (character === "," || /\s/u.test(character));
}
