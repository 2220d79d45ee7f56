/** One job of the queue: what was asked, its chunks, and how far they are. */
import { dirname } from "node:path";
import { count } from "../plan/display.ts";
import type { JobState, JobStatus, RenderEvent } from "../plan/events.ts";
import { type FrameList, formatFrames, parseFrames } from "../plan/frames.ts";
import type { RenderJob } from "../plan/job.ts";
import type { RenderPlan } from "../plan/render-plan.ts";
import { type AfterChunk, nothingLeft } from "./after-chunk.ts";
import { ChunkList, type Redealt } from "./chunk-list.ts";
import { ChunkRun } from "./chunk-run.ts";
import { Dealer } from "./dealing.ts";
import { messageOf } from "./errors.ts";
import { FailureStreak } from "./failure-streak.ts";
import { type Comeback, type Ending, FrameBook } from "./frame-book.ts";
import { type JobRecord, noteNuke } from "./job-record.ts";
import { JobLessons } from "./job-lessons.ts";
import type { JobWishes, Wishes } from "./job-wishes.ts";
import { comebackText, redealText, refusalText } from "./job-words.ts";
import { type AfterRefusal, LicenseHold } from "./license-hold.ts";
import { nukeEnvironment } from "./nuke-environment.ts";
import type { Patience } from "./patience.ts";
import { type ProcessList, startOf } from "./process-list.ts";
import { ProgressPace } from "./progress-pace.ts";
import type { QueueReturn } from "./queue.ts";
import { stillThere } from "./recovery.ts";
import { removeScriptCopy } from "./script-copy.ts";
import { type HistoryKey, type PastNeed, historyKeyOf } from "./render-history.ts";

export interface JobOrder {
  readonly id: string;
  readonly job: RenderJob;
  /** For logs and the status; exists. */
  readonly folder: string;
  readonly patience: Patience;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
  /** Frames that were done before its service was killed, with their files. */
  readonly already: JobRecord["done"];
  /** What earlier renders of the same Write needed. */
  readonly past: PastNeed | null;
  /** What people have wished for it so far. */
  readonly wishes: JobWishes;
  readonly emit: (event: RenderEvent) => void;
  /** A Nuke got a license after others had got none. */
  readonly licensed: () => void;
}

export class Job {
  readonly #order: JobOrder;
  readonly #env: Record<string, string>;
  readonly #frames: FrameList;
  readonly #list: ChunkList;
  readonly #book: FrameBook;
  readonly #streak = new FailureStreak();
  readonly #license: LicenseHold;
  readonly #lessons: JobLessons;
  readonly #dealer: Dealer;
  readonly #pace: ProgressPace;
  /** Frames that have failed for the last time. */
  readonly #lost = new Set<number>();
  #givenUp: "failed" | "license" | null = null;
  #startedAt: number | null = null;
  #finishedAt: number | null = null;
  #cancelled = false;
  #paused = false;
  #closing = false;
  #peakMB = 0;
  #folder: string | null = null;
  #ending: Pick<JobStatus, "doneRanges" | "missingRanges" | "exitCode"> | null = null;

  constructor(order: JobOrder) {
    this.#order = order;
    const { env, plan } = order.job;
    this.#env = nukeEnvironment(env, plan.nuke?.env);
    this.#frames = parseFrames(plan.frames);
    this.#list = new ChunkList(plan, this.#frames.steps);
    this.#book = new FrameBook({ retries: plan.retries, movie: plan.movie });
    this.#license = new LicenseHold(order.patience.license);
    const { past, patience } = order;
    this.#lessons = new JobLessons({ list: this.#list, plan, past, silenceMs: patience.silenceMs });
    this.#dealer = new Dealer({ plan, list: this.#list, lessons: this.#lessons });
    this.#pace = new ProgressPace(
      () => this.#list.length,
      () => order.emit({ type: "progress", job: order.id, status: this.status }),
    );
  }

  get id(): string {
    return this.#order.id;
  }

  get plan(): RenderPlan {
    return this.#order.job.plan;
  }

  /** The environment its Nukes are started with. */
  get env(): Readonly<Record<string, string>> {
    return this.#env;
  }

  /** Chunks that render now. */
  get running(): ChunkRun[] {
    return this.#list.running;
  }

  /** What its Nukes hold now, MB each. */
  get loads(): number[] {
    return this.running.map(({ memory }) => memory.measuredMB);
  }

  get historyKey(): HistoryKey {
    return historyKeyOf(this.#order.job);
  }

  /** What one more Nuke of this job is reckoned to need, MB. */
  get needMB(): number {
    return this.#lessons.needMB;
  }

  /** What this render tells about the next one of the same Write; null when no frame was measured. */
  get learned(): PastNeed | null {
    return this.#lessons.learned;
  }

  /**
   * Renders a chunk; resolves when it is over, with what it leaves to be done.
   * @param others tells how many Nukes of all jobs run when it has ended.
   */
  async runChunk(index: number, others: () => number): Promise<AfterChunk> {
    const chunk = this.#list.get(index);
    this.#startedAt ??= Date.now();
    const { id, folder, patience } = this.#order;
    const run = new ChunkRun({
      job: id,
      plan: this.plan,
      chunk,
      env: this.#env,
      folder,
      patience,
      silenceLimitMs: () => this.#lessons.silenceLimitMs,
      emit: (event) => this.#pass(event),
      changed: () => this.#pace.changed(),
    });
    this.#list.started(index, run);
    await run.run();
    return this.#after(run, others());
  }

  #after(run: ChunkRun, others: number): AfterChunk {
    const ending = this.#cancelled || this.#givenUp !== null ? null : run.ending(others);
    if (ending === null) return nothingLeft;
    const { back, givenUp } = this.#book.after(ending);
    const { index } = run.status;
    for (const frame of givenUp) {
      this.#lost.add(frame);
      // Of others Nuke itself has told.
      if (!ending.failed.has(frame)) this.#tellFailed(index, frame, run.complaint);
    }
    const blamed = [...givenUp, ...back.flatMap(({ why, frames }) => (why === "retry" ? frames : []))];
    const none = this.#list.runs.every(({ ledger }) => ledger.done.size === 0);
    if (none && blamed.length > 0 && this.#streak.failed(run.complaint, blamed))
      return this.#giveUp(
        "failed",
        `No frame could be rendered, and the last ones failed alike: ${run.complaint}`,
      );
    const wait = ending.cause === "license" ? this.#afterRefusal(run) : null;
    if (wait === "give-up")
      return this.#giveUp(
        "license",
        `Nuke got no license, asked for ${count(this.#license.refusals, "time")}.`,
      );
    return {
      back: back.map((one) => this.#takeBack(one, ending, index)),
      lostToMemory: ending.cause === "memory",
      holdMs: wait === null || wait === "wait" ? null : wait.waitMs,
      givenUp: false,
    };
  }

  #afterRefusal(run: ChunkRun): AfterRefusal {
    const after = this.#license.refused(run.startedAt, this.running.length);
    if (typeof after === "object")
      this.#say(null, "warning", refusalText(after.waitMs, this.#license.patienceMs));
    return after;
  }

  /** Nothing that waits is tried any more. */
  #giveUp(verdict: "failed" | "license", reason: string): AfterChunk {
    this.#givenUp = verdict;
    this.#list.dropWaiting(verdict, `Not tried. ${reason}`);
    this.#say(null, "error", `The job is given up. ${reason}`);
    return { ...nothingLeft, givenUp: true };
  }

  /** Makes a chunk of what came back, and says so. */
  #takeBack(comeback: Comeback, { cause }: Ending, origin: number): QueueReturn {
    const { frames, why, bySelf } = comeback;
    const chunk = this.#list.add(frames, origin);
    // Of a refusal the job has been told already.
    if (cause !== "license")
      this.#say(chunk, "info", comebackText(comeback, cause, origin, this.#book.tries));
    // What was refused a license waits behind the others: some plug-in may want one of its own for just these frames.
    return { chunk, first: why === "rest" && !bySelf && cause !== "license", bySelf };
  }

  #say(chunk: number | null, severity: "error" | "warning" | "info", text: string): void {
    this.#order.emit({ type: "message", job: this.id, chunk, severity, text });
  }

  #tellFailed(chunk: number, frame: number, message: string): void {
    this.#order.emit({ type: "frame-failed", job: this.id, chunk, frame, message });
  }

  /** Ends what runs; no other chunk may be started after this. Too late when the books are being closed. */
  cancel(): void {
    if (this.#closing) return;
    this.#cancelled = true;
    this.#list.dropWaiting("cancelled", "Cancelled before it started.");
    for (const run of this.running) run.cancel();
    // Whoever cancelled sees at once that it was understood.
    this.#pace.now();
  }

  /** Ends its Nukes politely; the queue starts no others. Their unfinished frames come back. */
  pause(): void {
    this.#paused = true;
    for (const run of this.running) run.pause();
    this.#pace.now();
  }

  resume(): void {
    this.#paused = false;
    this.#pace.now();
  }

  get wishes(): Wishes {
    return this.#order.wishes.now;
  }

  /** Chunks that may still be started, in order. */
  get waiting(): number[] {
    return this.#list.waiting;
  }

  /** Keeps what somebody wants otherwise from now on; the queue is told by whoever calls. */
  changedByPerson(change: Partial<Wishes>): void {
    this.#order.wishes.change(change);
    if (change.parallel !== undefined) this.#dealer.again();
    this.#pace.now();
  }

  hasChunk(index: number): boolean {
    return this.#list.has(index);
  }

  /** Ends a chunk, or sees to it that it never starts. Nothing happens to one that is over. */
  cancelChunk(index: number): void {
    const run = this.#list.run(index);
    if (run?.isRunning === false) return;
    run?.cancel();
    this.#list.drop(index, "cancelled", "Cancelled before it started.");
    this.changedByPerson({ cancelled: [...this.wishes.cancelled, this.#list.get(index).frames] });
  }

  /** Deals what waits anew, once it is known how long frames take; null: all stays as it is. */
  redeal(waiting: readonly number[]): Redealt | null {
    const redealt = this.#dealer.deal(waiting, this.wishes.parallel);
    const { pace } = this.#lessons;
    const counts = redealt?.fresh.map((index) => this.#list.get(index).count) ?? [];
    if (pace !== null && counts.length > 0) this.#say(null, "info", redealText(counts, pace));
    return redealt;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Takes a memory sample of its Nukes. */
  sample(list: ProcessList): void {
    const running = this.running;
    const sum = running.reduce((total, run) => total + run.sample(list), 0);
    // A single Nuke's own highest mark may be above every sample of the sum.
    this.#peakMB = Math.max(this.#peakMB, sum, ...running.map(({ memory }) => memory.peakMB));
    if (running.length > 0) this.#pace.changed();
  }

  /**
   * Closes the books when no chunk waits or runs: looks at every frame's files once more, and says how it ended. Removes the
   * script's temporary copy.
   */
  async finish(): Promise<JobStatus> {
    this.#closing = true;
    const done = (await stillThere(this.#order.already)).map(([frame]) => frame);
    for (const run of this.#list.runs) {
      for (const frame of await run.ledger.recheck())
        this.#tellFailed(
          run.status.index,
          frame,
          "Its file was written, but is gone or changed at the end of the render.",
        );
      for (const frame of run.ledger.done.keys()) done.push(frame);
    }
    const all = this.#frames;
    const onDisk = new Set(done);
    const missing = all.frames.filter((frame) => !onDisk.has(frame));
    const ranges = (frames: readonly number[]): string[] =>
      frames.length === 0 ? [] : formatFrames(frames, all.steps).split(" ");
    this.#pace.end();
    this.#ending = {
      doneRanges: ranges(all.frames.filter((frame) => onDisk.has(frame))),
      missingRanges: ranges(missing),
      exitCode: this.#exitCode(missing.length),
    };
    await removeScriptCopy(this.#order.job);
    this.#finishedAt = Date.now();
    return this.status;
  }

  get status(): JobStatus {
    const { job } = this.#order;
    const { plan } = job;
    const chunks = this.#list.statuses;
    const running = chunks.filter(({ state }) => state === "running").length;
    const already = this.#order.already.length;
    const framesDone = chunks.reduce((sum, chunk) => sum + chunk.framesDone, already);
    // A frame that has failed counts again when it is tried again, and at last when it is given up.
    const advanced = this.#list.runs.reduce(
      (sum, run) => sum + (run.isRunning ? run.framesAdvanced : run.ledger.done.size),
      this.#lost.size + already,
    );
    return {
      job: this.id,
      script: job.source ?? plan.script,
      write: plan.write,
      state: this.#state(),
      priority: this.wishes.priority,
      parallel: this.wishes.parallel,
      paused: this.#paused && !this.#cancelled && this.#finishedAt === null,
      frames: plan.frames,
      frameCount: plan.frameCount,
      framesDone,
      progress: this.#ending ? framesDone / plan.frameCount : Math.min(1, advanced / plan.frameCount),
      running,
      etaSeconds: this.#lessons.etaSeconds(running),
      seconds: this.#startedAt === null ? 0 : ((this.#finishedAt ?? Date.now()) - this.#startedAt) / 1000,
      peakMB: Math.round(this.#peakMB),
      submittedAt: this.#order.submittedAt,
      finishedAt: this.#finishedAt,
      chunks,
      folder: this.#folder,
      doneRanges: this.#ending?.doneRanges ?? [],
      missingRanges: this.#ending?.missingRanges ?? [],
      exitCode: this.#ending?.exitCode ?? null,
      demo: plan.nuke?.demo ?? false,
    };
  }

  #pass(event: RenderEvent): void {
    if (event.type === "chunk-started") this.#note(event);
    const [file] = event.type === "frame-done" ? event.files : [];
    if (file !== undefined) this.#folder ??= dirname(file);
    if (event.type === "frame-done" && this.#license.granted(this.#list.run(event.chunk)?.startedAt ?? 0))
      this.#order.licensed();
    this.#order.emit(event);
  }

  #note({ chunk, frames, pid }: Extract<RenderEvent, { type: "chunk-started" }>): void {
    const at = this.#list.run(chunk)?.startedAt ?? Date.now();
    startOf(pid)
      .then((started) => noteNuke(this.#order.folder, { chunk, frames, pid, started: started ?? "", at }))
      .catch((error: unknown) =>
        this.#say(chunk, "warning", `This Nuke was not noted: ${messageOf(error)}.`),
      );
  }

  /** Nothing of it is rendered any more, and it was nobody's wish. */
  interrupt(reason: string): void {
    this.#list.dropWaiting("crash", reason);
  }

  #state(): JobState {
    if (this.#finishedAt !== null) return "finished";
    if (this.#cancelled) return "cancelling";
    return this.#startedAt === null ? "queued" : "running";
  }

  #exitCode(missing: number): number {
    if (this.#cancelled) return 130;
    if (missing === 0) return 0;
    return this.#givenUp === "license" ? 3 : 1;
  }
}
