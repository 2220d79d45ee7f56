/** The chunks of a job: those of its plan, and the ranges that came back to it. */
import type { ChunkStatus, Verdict } from "../plan/events.ts";
import { commandLine } from "../plan/command-line.ts";
import { formatFrames, framesOf } from "../plan/frames.ts";
import type { Chunk, RenderPlan } from "../plan/render-plan.ts";
import { ChunkRun } from "./chunk-run.ts";
import type { ChunkView } from "./chunk-view.ts";

export class ChunkList {
  readonly #plan: RenderPlan;
  readonly #steps: ReadonlySet<number>;
  readonly #chunks: Chunk[];
  readonly #runs = new Map<number, ChunkView>();
  /** By the index of a chunk that came back: the one that left its frames. */
  readonly #origins = new Map<number, number>();
  readonly #dropped = new Map<number, { readonly verdict: Verdict; readonly reason: string }>();

  /** @param steps how the plan's range was typed; what comes back is written the same way. */
  constructor(plan: RenderPlan, steps: ReadonlySet<number>) {
    this.#plan = plan;
    this.#steps = steps;
    this.#chunks = [...plan.chunks];
  }

  get length(): number {
    return this.#chunks.length;
  }

  /** Those that were started, in the order they were. */
  get runs(): readonly ChunkView[] {
    return [...this.#runs.values()];
  }

  get running(): ChunkRun[] {
    return this.runs.filter((run): run is ChunkRun => run instanceof ChunkRun && run.isRunning);
  }

  /** The run of a chunk that was started. */
  run(index: number): ChunkView | undefined {
    return this.#runs.get(index);
  }

  /** @throws {RangeError} */
  get(index: number): Chunk {
    const chunk = this.#chunks[index];
    if (!chunk) throw new RangeError(`no chunk ${index}`);
    return chunk;
  }

  started(index: number, run: ChunkView): void {
    this.#runs.set(index, run);
  }

  /** Makes a chunk of frames that another one left (null: nobody); answers with its index. */
  add(frames: readonly number[], origin: number | null): number {
    const index = this.#chunks.length;
    const argv = commandLine(this.#plan.command, frames, this.#steps);
    this.#chunks.push({ index, frames: formatFrames(frames, this.#steps), count: frames.length, argv });
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
    this.#chunks[index] = { index, frames: formatFrames(frames, this.#steps), count: frames.length, argv };
  }

  /** A chunk that waits will not be started. */
  drop(index: number, verdict: Verdict, reason: string): void {
    if (!this.#runs.has(index)) this.#dropped.set(index, { verdict, reason });
  }

  /** None of those that wait will be started. */
  dropWaiting(verdict: Verdict, reason: string): void {
    for (const { index } of this.#chunks)
      if (!this.#runs.has(index) && !this.#dropped.has(index)) this.#dropped.set(index, { verdict, reason });
  }

  get statuses(): ChunkStatus[] {
    return this.#chunks.map((chunk) => this.#status(chunk));
  }

  /** Frames that are left to those which wait or run, and the most that one running Nuke has before it. */
  get left(): { frames: number; longest: number } {
    let frames = 0;
    let longest = 0;
    for (const { index, count } of this.#chunks) {
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
