/** One job of the queue: what was asked, its chunks, and how far they are. */
import { dirname } from "node:path";
import type { EventOf, JobStatus, RenderEvent } from "../../plan/events.ts";
import { type FrameList, displayFrames, formatFrames, parseFrames } from "../../plan/frames.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import { ChunkList } from "./chunks.ts";
import type { Adopted } from "../chunk/adopted.ts";
import { ChunkRun } from "../chunk/chunk-runner.ts";
import type { Ending } from "../frames/retry-policy.ts";
import { JobAccounts } from "./settlement.ts";
import { JobChanges } from "./revisions.ts";
import { type JobPast, heavier } from "../storage/replay.ts";
import { type Unfinished, restoreJob } from "./restore.ts";
import { type AfterChunk, type JobOrder, nothingLeft } from "./types.ts";
import { type JobEnding, jobEnding, jobStatus } from "./status.ts";
import { VanishedCounts, exitCodeOf, findVanished, framesOnDisk } from "./final-check.ts";
import { endNukes } from "./adopt.ts";
import { JobLessons } from "./estimates.ts";
import { JobNeeds } from "./preconditions.ts";
import { messageOf } from "../protocol/errors.ts";
import { noteNuke } from "./note-started.ts";
import { nukeEnvironment } from "../../nuke/environment.ts";
import type { ProcessList } from "../process/process-list.ts";
import { ProgressPace } from "./progress-throttle.ts";
import { removeScriptCopy } from "../script-snapshot/snapshot-copy.ts";
import { type WarmFacts, WarmJob } from "./work-sharing.ts";
import type { QueueReturn } from "../queue/queue.ts";
import { type HistoryKey, type PastNeed, historyKeyOf } from "../memory/history.ts";

export class Job {
  readonly #order: JobOrder;
  readonly #env: Record<string, string>;
  readonly #frames: FrameList;
  readonly #list: ChunkList;
  readonly #accounts: JobAccounts;
  readonly #needs: JobNeeds;
  readonly #lessons: JobLessons;
  readonly #pace: ProgressPace;
  readonly #warm: WarmJob | null;
  readonly #vanished = new VanishedCounts();
  /** What changes while it waits or runs. */
  readonly changes: JobChanges;
  #startedAt: number | null = null;
  #finishedAt: number | null = null;
  #cancelled = false;
  #paused = false;
  /** The machine was started again, or the service was told to end: somebody has to say that it goes on. */
  #interrupted = false;
  #closing = false;
  #peakMB = 0;
  #folder: string | null = null;
  #ending: JobEnding | null = null;

  constructor(order: JobOrder) {
    this.#order = order;
    const { env, plan } = order.job;
    this.#env = nukeEnvironment(env, plan.nuke?.env);
    this.#frames = parseFrames(plan.frames);
    this.#list = new ChunkList(plan, this.#frames.steps);
    const { past, patience } = order;
    this.#needs = new JobNeeds({
      ...order,
      list: this.#list,
      say: (severity, text) => this.#say(null, severity, text),
      accepted: (script) => order.journal.append({ is: "script", script }),
      changed: () => this.#pace.changed(),
    });
    this.#accounts = new JobAccounts({
      list: this.#list,
      needs: this.#needs,
      plan,
      say: (...said) => this.#say(...said),
      failed: (...told) => this.#tellFailed(...told),
    });
    this.#lessons = new JobLessons({ list: this.#list, plan, past, silenceMs: patience.silenceMs });
    this.#pace = new ProgressPace(
      () => this.#list.length,
      () => order.emit({ type: "progress", job: order.id, status: this.status }),
    );
    const changed = (): void => this.#pace.now();
    this.changes = new JobChanges({ order, list: this.#list, lessons: this.#lessons, changed });
    this.#warm = plan.warm ? this.#warmJob() : null;
  }

  #warmJob(): WarmJob {
    const { id, journal, queue, returned } = this.#order;
    const endingOf = (frame: number): Ending => ({
      cause: "error",
      missing: [frame],
      failed: new Set([frame]),
      at: null,
    });
    const failed: WarmFacts["failed"] = (chunk, frame, complaint) => {
      const { startedAt } = this.#list.run(chunk) ?? { startedAt: 0 };
      const left = { index: chunk, complaint, startedAt };
      return this.#wanted ? this.#accounts.settle(left, endingOf(frame)) : null;
    };
    const excused: WarmFacts["excused"] = async (frame) =>
      (await this.#needs.excuse(endingOf(frame))).cause !== "error";
    const pace = (): ReturnType<WarmFacts["pace"]> => this.#lessons.pace;
    return new WarmJob({ id, list: this.#list, journal, queue, failed, returned, excused, pace });
  }

  /** Somebody still wants its frames rendered. */
  get #wanted(): boolean {
    return !this.#cancelled && this.#accounts.givenUp === null;
  }

  /** Puts a job that an earlier service began back to where its journal left it. */
  restore(before: JobPast): Unfinished {
    const left = restoreJob(before, this.plan, this.#list, this.#accounts.book);
    this.#accounts.restore(before);
    this.changes.restore(before);
    this.#lessons.heaviest = before.heaviest;
    for (const frames of before.vanished) this.#vanished.add(frames);
    this.#cancelled = before.cancelled;
    this.#paused = before.paused;
    this.#interrupted = before.interrupted;
    this.#needs.restore(before.script, before.paused ? before.pausedFor : null);
    for (const { done } of before.runs.values())
      for (const [file] of done.values()) this.#folder ??= file === undefined ? null : dirname(file);
    const starts = [...before.runs.values()].map(({ at }) => at);
    this.#startedAt = starts.length > 0 ? Math.min(...starts) : null;
    this.#peakMB = Math.max(0, ...this.#list.runs.map(({ memory }) => memory.peakMB));
    return left;
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
    return [
      ...this.running.map(({ memory }) => memory.measuredMB),
      ...Array<number>(this.#needs.looking).fill(0),
    ];
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
   * @param adopted its Nuke, where an earlier service has started it.
   */
  async runChunk(index: number, others: () => number, adopted: Adopted | null = null): Promise<AfterChunk> {
    const instead = adopted === null ? await this.#lookFirst(index) : null;
    if (instead !== null) return instead;
    const list = this.#list;
    this.#startedAt ??= Date.now();
    const { id, folder, patience, keeping, walls } = this.#order;
    const run = new ChunkRun({
      job: id,
      plan: this.plan,
      get chunk() {
        return list.get(index);
      },
      warm: this.#warm,
      env: this.#env,
      folder,
      patience,
      keeping,
      walled: (nuke, warn) => walls.around(nuke, { job: id, needMB: () => this.needMB, warn }),
      adopted,
      script: this.#needs.reading,
      silenceLimitMs: () => this.#lessons.silenceLimitMs,
      emit: (event) => this.#pass(event),
      changed: () => this.#pace.changed(),
    });
    this.#list.started(index, run);
    if (adopted === null) this.#order.journal.append({ is: "starting", chunk: index, at: run.startedAt });
    else if (this.#cancelled || this.#list.isCancelled(index)) run.cancel();
    else if (this.#paused) run.pause();
    await run.run();
    const left = run.ending(others());
    const excused = left && (await this.#needs.excuse(left));
    const ending = this.#wanted ? excused : null;
    const { complaint, startedAt, status } = run;
    const { after, aftermath } = this.#accounts.settle({ index, complaint, startedAt }, ending);
    this.#order.journal.append({ is: "ended", status, complaint, ...aftermath });
    return after;
  }

  /** Looks whether a Nuke can do anything now; answers with what to do instead, null: start it. */
  async #lookFirst(chunk: number): Promise<AfterChunk | null> {
    const instead = await this.#needs.beforeStart();
    // Cancelled, or given up, while it was looked: nobody wants it any more.
    if (this.#accounts.drop !== null || this.#list.isCancelled(chunk)) return nothingLeft;
    const back = [{ chunk, first: true, bySelf: false }];
    if (instead !== null && "hold" in instead) return { ...nothingLeft, back, hold: instead.hold };
    if (instead !== null) this.pause(instead.pause);
    return this.#paused || this.#interrupted ? { ...nothingLeft, back, paused: this.#paused } : null;
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
    const drop = { verdict: "cancelled" as const, reason: "Cancelled before it started." };
    this.#order.journal.append({ is: "cancelled", drop }, { sync: true });
    this.#accounts.dropWaiting(drop);
    for (const run of this.running) run.cancel();
    // Whoever cancelled sees at once that it was understood.
    this.#pace.now();
  }

  /**
   * Starts nothing more. Its Nukes are ended politely, and their unfinished frames come back.
   * @param why the job does so itself, for its script was saved: its Nukes go on, they have read the script before.
   */
  pause(why?: string): void {
    this.#paused = true;
    const entry = { is: "paused" as const, paused: true, ...(why === undefined ? {} : { why }) };
    this.#order.journal.append(entry, { sync: true });
    if (why === undefined) for (const run of this.running) run.pause();
    this.#pace.now();
  }

  resume(): void {
    this.#paused = false;
    this.#interrupted = false;
    this.#needs.resumed();
    this.#order.journal.append({ is: "paused", paused: false }, { sync: true });
    this.#pace.now();
  }

  /** Ends its Nukes politely; it waits, over restarts of service and machine, until somebody resumes it. */
  interrupt(): void {
    if (this.#cancelled || this.#interrupted) return;
    this.#interrupted = true;
    this.#order.journal.append({ is: "interrupted" }, { sync: true });
    for (const run of this.running) run.pause();
    this.#pace.now();
  }

  /** Nothing of it was started, and nothing will be; not written down, for the next service would find the same. */
  giveUpUnstarted(reason: string): void {
    this.#list.dropWaiting("not-started", reason);
  }

  /** It waits until somebody resumes it. */
  get interrupted(): boolean {
    return this.#interrupted;
  }

  /** Somebody wants it to wait. */
  get paused(): boolean {
    return this.#paused;
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
   * Looks at the files of all done frames once nothing waits or runs. Frames whose files were removed meanwhile come back, unless that
   * happened to them too often.
   * @returns ranges for the queue; none: the job can be finished.
   */
  async lookAgain(): Promise<readonly QueueReturn[]> {
    const back: QueueReturn[] = [];
    for (const { chunk, frames } of await findVanished(this.#list.runs)) {
      const wanted = this.#wanted && !this.#list.isCancelled(chunk);
      const again = wanted ? this.#vanished.take(frames) : [];
      for (const frame of frames)
        if (!again.includes(frame)) this.#tellFailed(chunk, frame, this.#vanished.reason(frame));
      if (again.length === 0) continue;
      const index = this.#list.add(again, chunk);
      this.#order.journal.append({ is: "vanished", from: chunk, chunk: index, frames: formatFrames(again) });
      const [noun, verb] = again.length === 1 ? ["file of frame", "is"] : ["files of frames", "are"];
      const text = `The ${noun} ${displayFrames(again)} ${verb} gone or changed since. Rendering ${again.length === 1 ? "it" : "them"} again.`;
      this.#say(index, "warning", text);
      back.push({ chunk: index, first: false, bySelf: false });
    }
    return back;
  }

  /** Finalizes the job once nothing waits or runs, and says how it ended. Removes the script's temporary copy. */
  async finish(): Promise<JobStatus> {
    this.#closing = true;
    // What a Nuke that ended well has left at work goes with a cancel as well.
    if (this.#cancelled)
      await endNukes(this.#order.folder, [], this.#order.patience.cancelMs).catch((error: unknown) =>
        this.#say(null, "warning", `What its Nukes have left at work was not ended: ${messageOf(error)}.`),
      );
    const done = framesOnDisk(this.#list.runs);
    this.#ending = jobEnding(this.#frames, done, (missing) =>
      exitCodeOf(missing, this.#cancelled, this.#accounts.givenUp),
    );
    if (this.#ending.exitCode !== 0 && done.size > 0) await this.#needs.atEnd();
    this.#pace.end();
    await removeScriptCopy(this.#order.job, this.#order.folder);
    this.#finishedAt = Date.now();
    const { journal } = this.#order;
    journal.append({ is: "finished", exitCode: this.#ending.exitCode ?? 1 });
    journal.close();
    return this.status;
  }

  get status(): JobStatus {
    return jobStatus({
      id: this.id,
      order: this.#order,
      cancelled: this.#cancelled,
      interrupted: this.#interrupted,
      paused: this.#paused,
      held: this.#needs.held,
      wishes: this.changes.wishes,
      list: this.#list,
      lessons: this.#lessons,
      lost: this.#accounts.lost.size,
      startedAt: this.#startedAt,
      finishedAt: this.#finishedAt,
      peakMB: this.#peakMB,
      folder: this.#folder,
      ending: this.#ending,
    });
  }

  /** Something that the status shows has moved. */
  changed(): void {
    this.#pace.changed();
  }

  #pass(event: RenderEvent): void {
    if (event.type === "chunk-started")
      noteNuke(this.#order.journal, event, (text) => this.#say(event.chunk, "warning", text));
    if (event.type === "frame-done") this.#noteFrame(event);
    this.#order.emit(event);
  }

  #noteFrame({ chunk, frame, files, peakMB }: EventOf<"frame-done">): void {
    this.#lessons.heaviest = heavier(this.#lessons.heaviest, { frame, peakMB });
    const run = this.#list.run(chunk);
    const read: [number, number] = run instanceof ChunkRun ? run.read : [0, 0];
    this.#order.journal.append({ is: "done", chunk, frame, files, peakMB, read });
    const [file] = files;
    if (file !== undefined) this.#folder ??= dirname(file);
    if (this.#needs.wrote(files, run?.startedAt ?? 0)) this.#order.licensed();
  }
}
