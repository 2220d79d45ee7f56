/** Which frames of a chunk are done. A frame is done when its files exist, regardless of what Nuke reported. */
import { messageOf } from "../../plan/text/message-of.ts";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { frameFile, hasViewToken } from "../../plan/frames/frame-file.ts";

/** File systems keep times in steps of up to two seconds. */
const TIME_STEP_MS = 2000;

export interface LedgerChunk {
  /** In the order they are rendered. */
  readonly frames: readonly number[];
  readonly filesPerFrame: number;
  readonly movie: boolean;
  /** Relative file names mean this folder (nuke-cli.md 5.1). */
  readonly cwd: string;
  /** Where the movie is expected when Nuke never named it. */
  readonly outputFile: string | null;
  /** Milliseconds since 1970; older files are leftovers. */
  readonly startedAt: number;
  /** Each frame is rendered by itself, in any order; frames come and go (a warm Nuke). */
  readonly singly?: boolean;
}

/** What became of a frame. */
export type FrameOutcome =
  | {
      readonly kind: "done";
      readonly frame: number;
      readonly files: string[];
      readonly seconds: number | null;
    }
  | { readonly kind: "failed"; readonly frame: number; readonly message: string }
  /** Nuke reported a frame that this chunk does not have. */
  | { readonly kind: "foreign"; readonly frame: number }
  /** A frame of a movie has been rendered; whether it counts is known at the end. */
  | { readonly kind: "rendered"; readonly frame: number };

export class FrameLedger {
  readonly #chunk: LedgerChunk;
  /** In the order they are rendered. */
  #frames: readonly number[] = [];
  #order: ReadonlyMap<number, number> = new Map();
  readonly #done = new Map<number, readonly string[]>();
  readonly #failed = new Set<number>();
  readonly #rendered = new Set<number>();
  /** Files that Nuke finished since its last `Frame` line, with Nuke's seconds. */
  #written = new Map<string, number | null>();
  /**
   * Errors that no frame has been blamed for yet. They outlive a frame that went well: the streams are not in order, and the
   * error of the next frame may be read before the line of this one (nuke-cli.md 2.1).
   */
  readonly #errors: string[] = [];
  #last = -1;
  /** Of those rendered singly, the one at work. */
  #begun: number | null = null;
  /** The clock minus the time passed since: constant unless the clock is set. */
  readonly #clock = Date.now() - performance.now();

  constructor(chunk: LedgerChunk) {
    this.#chunk = chunk;
    this.#have(chunk.frames);
  }

  #have(frames: readonly number[]): void {
    this.#frames = frames;
    this.#order = new Map(frames.map((frame, index) => [frame, index]));
  }

  /** Frames come to it. */
  add(frames: readonly number[]): void {
    this.#have([...this.#frames, ...frames].sort((a, b) => a - b));
  }

  /** Frames leave it. */
  remove(frames: readonly number[]): void {
    const gone = new Set(frames);
    for (const frame of frames) this.#failed.delete(frame);
    this.#have(this.#frames.filter((frame) => !gone.has(frame)));
  }

  /** A frame that is rendered by itself is begun. */
  begin(frame: number): void {
    this.#begun = frame;
    // What is left of one that has failed.
    this.#written = new Map();
  }

  /** A frame that is rendered by itself has failed. */
  fail(frame: number, message: string): FrameOutcome {
    this.#errors.length = 0;
    if (!this.#order.has(frame)) return { kind: "foreign", frame };
    this.#failed.add(frame);
    return { kind: "failed", frame, message };
  }

  /** Frames on disk; of a movie, frames rendered so far. */
  get framesDone(): number {
    return this.#chunk.movie ? this.#rendered.size : this.#done.size;
  }

  /** Frames that need no more waiting: done, failed or rendered. */
  get framesSettled(): number {
    return this.#done.size + this.#failed.size + this.#rendered.size;
  }

  /** Done frames with their files. */
  get done(): ReadonlyMap<number, readonly string[]> {
    return this.#done;
  }

  /** Frames that were tried and are not done. */
  get failed(): ReadonlySet<number> {
    return this.#failed;
  }

  /** The frame that is being rendered, as far as the lines tell; null after the last one, and when it has failed. */
  get atWork(): number | null {
    const next = this.#next;
    return next === undefined || this.#done.has(next) || this.#failed.has(next) ? null : next;
  }

  get #next(): number | undefined {
    if (this.#chunk.singly !== true) return this.#frames[this.#last + 1];
    return this.#begun !== null && this.#order.has(this.#begun) ? this.#begun : undefined;
  }

  get missing(): number[] {
    return this.#frames.filter((frame) => !this.#done.has(frame));
  }

  /** Frames that are known to be done, with their files. */
  restore(done: ReadonlyMap<number, readonly string[]>): void {
    for (const [frame, files] of done) this.#done.set(frame, files);
  }

  /** Nuke finished a file. */
  took(path: string, seconds: number | null): void {
    this.#written.set(resolve(this.#chunk.cwd, path), seconds);
  }

  /** Nuke reported an error; it belongs to the next frame that turns out to have failed. */
  error(text: string): void {
    if (this.#errors.length < 100) this.#errors.push(text);
  }

  /** Nuke finished a frame: looks at its files. Frames that Nuke passed over since the last one have failed. */
  async frame(frame: number): Promise<FrameOutcome[]> {
    const index = this.#order.get(frame);
    const written = this.#written;
    this.#written = new Map();
    if (index === undefined) return [{ kind: "foreign", frame }];
    if (this.#chunk.movie) {
      // One path for all frames: kept, because a Frame line without a file says nothing about a movie.
      for (const [path, seconds] of written) this.#written.set(path, seconds);
      this.#rendered.add(frame);
      return [{ kind: "rendered", frame }];
    }
    const outcomes = this.#chunk.singly === true ? [] : this.#passedOver(index);
    if (this.#chunk.singly === true && written.size === 0) this.#expect(frame, written);
    const problem = await this.#problemOf([...written.keys()]);
    if (problem !== null && this.#done.has(frame)) return outcomes;
    if (problem === null) {
      const times = [...written.values()].filter((seconds) => seconds !== null);
      const seconds = times.length === 0 ? null : times.reduce((sum, one) => sum + one, 0);
      this.#done.set(frame, [...written.keys()]);
      this.#failed.delete(frame);
      outcomes.push({ kind: "done", frame, files: [...written.keys()], seconds });
    } else {
      this.#failed.add(frame);
      outcomes.push({ kind: "failed", frame, message: this.#errors.shift() ?? problem });
    }
    return outcomes;
  }

  /**
   * The Nuke has ended. The frame it was at has failed if it reported an error and no `Frame` line since; a movie's frames
   * are decided now.
   * @param end `well`: exit code 0; `asked`: it was ended by us, so the frame it was at has not failed.
   */
  async close(end: "well" | "badly" | "asked"): Promise<FrameOutcome[]> {
    if (this.#chunk.movie) return this.#closeMovie(end === "well");
    if (end === "asked") return [];
    const next = this.#next;
    const message = this.#errors[0];
    if (next === undefined || message === undefined || this.#done.has(next) || this.#failed.has(next))
      return [];
    this.#failed.add(next);
    return [{ kind: "failed", frame: next, message }];
  }

  /** Looks again at every file of the done frames; those that are gone are not done any more. Returns these frames. */
  async recheck(): Promise<number[]> {
    const gone: number[] = [];
    const pending = [...this.#done];
    const look = async (): Promise<void> => {
      for (let entry = pending.pop(); entry; entry = pending.pop()) {
        const [frame, files] = entry;
        if ((await this.#problemOf(files)) !== null) gone.push(frame);
      }
    };
    // A few at once: on a network each look is a round trip.
    await Promise.all(Array.from({ length: 8 }, look));
    for (const frame of gone) this.#done.delete(frame);
    return gone.sort((a, b) => a - b);
  }

  /** It is not documented whether a Nuke that renders by Python prints file names. Without them, files are looked for in the expected place. */
  #expect(frame: number, written: Map<string, number | null>): void {
    const { outputFile, cwd, filesPerFrame } = this.#chunk;
    // Which view it is cannot be told here.
    if (outputFile === null || filesPerFrame > 1 || hasViewToken(outputFile)) return;
    written.set(resolve(cwd, frameFile(outputFile, frame, "")), null);
  }

  #passedOver(index: number): FrameOutcome[] {
    const outcomes: FrameOutcome[] = [];
    for (const frame of this.#frames.slice(this.#last + 1, Math.max(index, this.#last + 1))) {
      if (this.#done.has(frame) || this.#failed.has(frame)) continue;
      this.#failed.add(frame);
      const message = this.#errors.shift() ?? "Nuke skipped this frame without an error message.";
      outcomes.push({ kind: "failed", frame, message });
    }
    this.#last = Math.max(this.#last, index);
    return outcomes;
  }

  async #closeMovie(endedWell: boolean): Promise<FrameOutcome[]> {
    const { outputFile, cwd } = this.#chunk;
    const named = [...this.#written.keys()];
    const expected = outputFile === null ? [] : [resolve(cwd, outputFile)];
    const files = named.length > 0 ? named : expected;
    const problem = await this.#problemOf(files);
    const rendered = [...this.#rendered].sort((a, b) => a - b);
    this.#rendered.clear();
    if (!endedWell) return [];
    if (problem !== null) return rendered.map((frame) => ({ kind: "failed", frame, message: problem }));
    for (const frame of rendered) this.#done.set(frame, files);
    return rendered.map((frame) => ({ kind: "done", frame, files, seconds: null }));
  }

  /** Why these files do not make a frame; null when they do. */
  async #problemOf(files: readonly string[]): Promise<string | null> {
    const wanted = Math.max(1, this.#chunk.filesPerFrame);
    if (files.length === 0) return "No file was written for this frame.";
    if (files.length < wanted && !this.#chunk.movie)
      return `Only ${files.length} of ${wanted} files were written for this frame (one for each view).`;
    for (const file of files) {
      const problem = await this.#problemOfFile(file);
      if (problem !== null) return problem;
    }
    return null;
  }

  /** When it was started, by a clock that may have been set back since. */
  get #earliest(): number {
    const setBack = Math.min(0, Date.now() - performance.now() - this.#clock);
    return this.#chunk.startedAt + setBack;
  }

  async #problemOfFile(file: string): Promise<string | null> {
    try {
      const { size, mtimeMs } = await stat(file);
      if (size === 0) return `${file} is empty. Check the space left on its disk.`;
      if (mtimeMs < this.#earliest - TIME_STEP_MS)
        return `${file} is older than this render. Check that the clocks of this machine and its file server agree.`;
      return null;
    } catch (error) {
      return `${file} was not found (${messageOf(error)}).`;
    }
  }
}
