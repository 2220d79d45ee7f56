/** The chunks of a job: those of its plan, and the ranges that came back to it. */
import type { ChunkStatus, Verdict } from "../../plan/job/events.ts";
import { commandLine } from "../../plan/command-line.ts";
import { formatFrames, framesOf } from "../../plan/frames/frames.ts";
import type { Chunk, RenderPlan } from "../../plan/render-plan.ts";
import { ChunkRunner } from "../chunk/chunk-runner.ts";
import type { ChunkView } from "../chunk/chunk-view.ts";

/** The result of a redistribution. */
export interface Redistribution {
  /** Chunks that are there no more, or hold other frames now. */
  readonly gone: ReadonlySet<number>;
  /** Those that hold their frames (in Nuke syntax), in the order in which they are to start. */
  readonly fresh: readonly { readonly chunk: number; readonly frames: string }[];
}

export class Chunks {
  readonly #plan: RenderPlan;
  readonly #steps: ReadonlySet<number>;
  /** By index; chunks that never started may have gone. */
  readonly #chunks: Map<number, Chunk>;
  #nextIndex: number;
  readonly #runs = new Map<number, ChunkView>();
  /** By the index of a chunk that came back: the one that left its frames. */
  readonly #origins = new Map<number, number>();
  readonly #cancelled = new Set<number>();
  readonly #dropped = new Map<number, { readonly verdict: Verdict; readonly reason: string }>();

  /** @param steps how the plan's range was typed; what comes back is written the same way. */
  constructor(plan: RenderPlan, steps: ReadonlySet<number>) {
    this.#plan = plan;
    this.#steps = steps;
    this.#chunks = new Map(plan.chunks.map((chunk) => [chunk.index, chunk]));
    this.#nextIndex = plan.chunks.length;
  }

  get length(): number {
    return this.#chunks.size;
  }

  has(index: number): boolean {
    return this.#chunks.has(index);
  }

  /** Those that were started, in the order they were. */
  get runs(): readonly ChunkView[] {
    return [...this.#runs.values()];
  }

  get running(): ChunkRunner[] {
    return this.runs.filter((run): run is ChunkRunner => run instanceof ChunkRunner && run.isRunning);
  }

  /** Those that may still be started, in the order of their indices. */
  get waiting(): number[] {
    return [...this.#chunks.keys()].filter((index) => !this.#runs.has(index) && !this.#dropped.has(index));
  }

  /** The run of a chunk that was started. */
  run(index: number): ChunkView | undefined {
    return this.#runs.get(index);
  }

  /** @throws {RangeError} */
  get(index: number): Chunk {
    const chunk = this.#chunks.get(index);
    if (!chunk) throw new RangeError(`no chunk ${index}`);
    return chunk;
  }

  started(index: number, run: ChunkView): void {
    this.#runs.set(index, run);
  }

  /** The index of the next chunk that is made. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** Makes a chunk of frames that another one left (null: none did); returns its index. */
  add(frames: readonly number[], origin: number | null): number {
    const index = this.#nextIndex++;
    this.narrow(index, frames);
    if (origin !== null) this.#origins.set(index, origin);
    return index;
  }

  /** Frames come to a chunk. */
  join(index: number, frames: readonly number[]): void {
    this.narrow(
      index,
      [...framesOf(this.get(index).frames), ...frames].sort((a, b) => a - b),
    );
  }

  /** Frames leave a chunk. */
  leave(index: number, frames: readonly number[]): void {
    const leaving = new Set(frames);
    this.narrow(
      index,
      framesOf(this.get(index).frames).filter((frame) => !leaving.has(frame)),
    );
  }

  /** Only these frames of a chunk are left to be rendered. */
  narrow(index: number, frames: readonly number[]): void {
    const argv = commandLine(this.#plan.command, frames, this.#steps);
    this.#chunks.set(index, { index, frames: formatFrames(frames, this.#steps), count: frames.length, argv });
  }

  /** A chunk that never started has gone, and its number is not given again. */
  remove(index: number): void {
    this.#chunks.delete(index);
    this.#nextIndex = Math.max(this.#nextIndex, index + 1);
  }

  /**
   * Redistributes the frames of the plan's queued chunks; requeued frames stay as they are, because they were requeued for a reason.
   * @param divide puts each of these frames into one chunk.
   * @param promised writes it down; false: that cannot be, and all stays as it is.
   */
  redistribute(
    waiting: readonly number[],
    divide: (left: ReadonlySet<number>) => readonly (readonly number[])[],
    promised: (redistribution: Redistribution) => boolean,
  ): Redistribution | null {
    const gone = waiting.filter((index) => this.#isOfPlan(index)).sort((a, b) => a - b);
    if (gone.length === 0) return null;
    const left = new Set(gone.flatMap((index) => framesOf(this.get(index).frames)));
    const parts = divide(left);
    const numbers = parts.map((_, at) => gone[at] ?? this.#nextIndex + at - gone.length);
    const fresh = parts.map((frames, at) => ({
      chunk: numbers[at] ?? 0,
      frames: formatFrames(frames, this.#steps),
    }));
    const redistribution = { gone: new Set(gone), fresh };
    if (!promised(redistribution)) return null;
    for (const index of gone) this.#chunks.delete(index);
    this.#nextIndex += Math.max(0, parts.length - gone.length);
    for (const [at, frames] of parts.entries()) this.narrow(numbers[at] ?? 0, frames);
    return redistribution;
  }

  #isOfPlan(index: number): boolean {
    return (
      this.has(index) && !this.#origins.has(index) && !this.#runs.has(index) && !this.#dropped.has(index)
    );
  }

  /** Ends a chunk, or keeps it from starting, on request. */
  cancel(index: number): void {
    const run = this.#runs.get(index);
    this.#cancelled.add(index);
    if (run instanceof ChunkRunner) run.cancel();
    else this.drop(index, "cancelled", "Cancelled before it started.");
  }

  /** The chunk was cancelled by the user. */
  isCancelled(index: number): boolean {
    return this.#cancelled.has(index);
  }

  /** A chunk that waits will not be started. */
  drop(index: number, verdict: Verdict, reason: string): void {
    if (!this.#runs.has(index)) this.#dropped.set(index, { verdict, reason });
  }

  /** None of those that wait will be started. */
  dropWaiting(verdict: Verdict, reason: string): void {
    for (const index of this.#chunks.keys())
      if (!this.#runs.has(index) && !this.#dropped.has(index)) this.#dropped.set(index, { verdict, reason });
  }

  get statuses(): ChunkStatus[] {
    const chunks = [...this.#chunks.values()].sort((a, b) => a.index - b.index);
    return chunks.map((chunk) => this.#status(chunk));
  }

  /** Frames that are left to those which wait or run, and the most that one running Nuke has before it. */
  get left(): { frames: number; longest: number } {
    let frames = 0;
    let longest = 0;
    for (const { index, count } of this.#chunks.values()) {
      const run = this.#runs.get(index);
      if (run ? !run.isRunning : this.#dropped.has(index)) continue;
      const own = count - (run?.framesAdvanced ?? 0);
      frames += own;
      if (run) longest = Math.max(longest, own);
    }
    return { frames, longest };
  }

  #status(chunk: Chunk): ChunkStatus {
    const { index, frames, count } = chunk;
    const from = this.#origins.get(index) ?? null;
    const run = this.#runs.get(index);
    if (run) return { ...run.status, from };
    const dropped = this.#dropped.get(index);
    return {
      index,
      frames,
      count,
      from,
      state: dropped ? "finished" : "waiting",
      pid: null,
      framesDone: 0,
      frameProgress: 0,
      seconds: 0,
      peakMB: 0,
      verdict: dropped?.verdict ?? null,
      exitCode: null,
      signal: null,
      reason: dropped?.reason ?? null,
    };
  }
}
