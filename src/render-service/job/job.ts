/** One job of the queue: what was asked, its chunks, and how far they are. */
import { dirname } from "node:path";
import type { EventOf, JobStatus, RenderEvent } from "../../plan/events.ts";
import { type FrameList, displayFrames, formatFrames, parseFrames } from "../../plan/frames.ts";
import { type JobState, type JobStateEvent, NEW_JOB, blocksOf, transition } from "../../plan/job-state.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import { Chunks } from "./chunks.ts";
import type { Adopted } from "../chunk/adopted.ts";
import { ChunkRunner } from "../chunk/chunk-runner.ts";
import type { ChunkOutcome } from "../frames/retry-policy.ts";
import { Settlement } from "./settlement.ts";
import { Revisions } from "./revisions.ts";
import { type ReplayedJob, heavier } from "../storage/replay.ts";
import { type UnfinishedWork, restoreJob } from "./restore.ts";
import { type FollowUp, type JobContext, nothingLeft } from "./types.ts";
import { type JobResult, jobResult, jobStatus } from "./status.ts";
import { VanishedCounts, outcomeFor, findVanished, framesOnDisk } from "./final-check.ts";
import { endNukes } from "./adopt.ts";
import { JobEstimates } from "./estimates.ts";
import { Preconditions } from "./preconditions.ts";
import { messageOf } from "../protocol/errors.ts";
import { recordStart } from "./note-started.ts";
import { nukeEnvironment } from "../../nuke/environment.ts";
import type { ProcessList } from "../process/process-list.ts";
import { ProgressThrottle } from "./progress-throttle.ts";
import { removeScriptCopy } from "../script-snapshot/snapshot-copy.ts";
import { type WorkSharingDeps, WorkSharing } from "./work-sharing.ts";
import type { RequeuedChunk } from "../queue/queue.ts";
import { type HistoryKey, type PastNeed, historyKeyOf } from "../memory/history.ts";

export class Job {
  readonly #context: JobContext;
  readonly #env: Record<string, string>;
  readonly #frames: FrameList;
  readonly #list: Chunks;
  readonly #settlement: Settlement;
  readonly #preconditions: Preconditions;
  readonly #estimates: JobEstimates;
  readonly #throttle: ProgressThrottle;
  readonly #warm: WorkSharing | null;
  readonly #vanished = new VanishedCounts();
  /** What changes while it waits or runs. */
  readonly changes: Revisions;
  #startedAt: number | null = null;
  #finishedAt: number | null = null;
  #state: JobState = NEW_JOB;
  /** Its frames are looked at for the last time: too late to cancel. */
  #closing = false;
  /** A job it depends on did not complete. */
  #unstarted = false;
  #peakMB = 0;
  #folder: string | null = null;
  #ending: JobResult | null = null;

  constructor(context: JobContext) {
    this.#context = context;
    const { env, plan } = context.job;
    this.#env = nukeEnvironment(env, plan.nuke?.env);
    this.#frames = parseFrames(plan.frames);
    this.#list = new Chunks(plan, this.#frames.steps);
    const { past, timeouts } = context;
    this.#preconditions = new Preconditions({
      ...context,
      list: this.#list,
      say: (severity, text) => this.#say(null, severity, text),
      accepted: (script) => context.journal.append({ is: "script", script }),
      blockedBy: (reason) => blocksOf(this.#state).find((block) => block.reason === reason)?.text ?? null,
      block: (block) => {
        this.change({ type: "blocked", ...block });
        // Another look is news, too: clients see that the job is not forgotten.
        this.#throttle.changed();
      },
      unblock: (reason) => this.change({ type: "unblocked", reason }),
    });
    this.#settlement = new Settlement({
      list: this.#list,
      preconditions: this.#preconditions,
      plan,
      say: (...said) => this.#say(...said),
      failed: (...told) => this.#tellFailed(...told),
    });
    this.#estimates = new JobEstimates({ list: this.#list, plan, past, silenceMs: timeouts.silenceMs });
    this.#throttle = new ProgressThrottle(
      () => this.#list.length,
      () => context.emit({ type: "progress", job: context.id, status: this.status }),
    );
    const changed = (): void => this.#throttle.now();
    this.changes = new Revisions({ context, list: this.#list, estimates: this.#estimates, changed });
    this.#warm = plan.warm ? this.#warmJob() : null;
  }

  #warmJob(): WorkSharing {
    const { id, journal, queue, returned } = this.#context;
    const endingOf = (frame: number): ChunkOutcome => ({
      cause: "error",
      missing: [frame],
      failed: new Set([frame]),
      at: null,
    });
    const failed: WorkSharingDeps["failed"] = (chunk, frame, complaint) => {
      const { startedAt } = this.#list.run(chunk) ?? { startedAt: 0 };
      const left = { index: chunk, complaint, startedAt };
      return this.#wanted ? this.#settlement.settle(left, endingOf(frame)) : null;
    };
    const excused: WorkSharingDeps["excused"] = async (frame) =>
      (await this.#preconditions.excuse(endingOf(frame))).cause !== "error";
    const pace = (): ReturnType<WorkSharingDeps["pace"]> => this.#estimates.pace;
    return new WorkSharing({ id, list: this.#list, journal, queue, failed, returned, excused, pace });
  }

  /** Somebody still wants its frames rendered. */
  get #wanted(): boolean {
    return this.#state.kind !== "cancelling" && this.#settlement.givenUp === null;
  }

  /** Puts a job that an earlier service began back to where its journal left it. */
  restore(before: ReplayedJob): UnfinishedWork {
    const left = restoreJob(before, this.plan, this.#list, this.#settlement.book);
    this.#settlement.restore(before);
    this.changes.restore(before);
    this.#estimates.heaviest = before.heaviest;
    for (const frames of before.vanished) this.#vanished.add(frames);
    this.#state = before.state;
    this.#preconditions.restore(before.script);
    for (const { done } of before.runs.values())
      for (const [file] of done.values()) this.#folder ??= file === undefined ? null : dirname(file);
    const starts = [...before.runs.values()].map(({ at }) => at);
    this.#startedAt = starts.length > 0 ? Math.min(...starts) : null;
    this.#peakMB = Math.max(0, ...this.#list.runs.map(({ memory }) => memory.peakMB));
    return left;
  }

  get id(): string {
    return this.#context.id;
  }

  get plan(): RenderPlan {
    return this.#context.job.plan;
  }

  /** The environment its Nukes are started with. */
  get env(): Readonly<Record<string, string>> {
    return this.#env;
  }

  /** Chunks that render now. */
  get running(): ChunkRunner[] {
    return this.#list.running;
  }

  /** What its Nukes hold now, MB each. */
  get loads(): number[] {
    return [
      ...this.running.map(({ memory }) => memory.measuredMB),
      ...Array<number>(this.#preconditions.looking).fill(0),
    ];
  }

  get historyKey(): HistoryKey {
    return historyKeyOf(this.#context.job);
  }

  /** What one more Nuke of this job is reckoned to need, MB. */
  get needMB(): number {
    return this.#estimates.needMB;
  }

  /** What this render tells about the next one of the same Write; null when no frame was measured. */
  get learned(): PastNeed | null {
    return this.#estimates.learned;
  }

  /**
   * Renders a chunk; resolves when it is over, with what it leaves to be done.
   * @param others tells how many Nukes of all jobs run when it has ended.
   * @param adopted its Nuke, where an earlier service has started it.
   */
  async runChunk(index: number, others: () => number, adopted: Adopted | null = null): Promise<FollowUp> {
    const instead = adopted === null ? await this.#lookFirst(index) : null;
    if (instead !== null) return instead;
    const list = this.#list;
    this.#startedAt ??= Date.now();
    this.change({ type: "nuke-started" });
    const { id, folder, timeouts, retention, scopeLimits } = this.#context;
    const run = new ChunkRunner({
      job: id,
      plan: this.plan,
      get chunk() {
        return list.get(index);
      },
      warm: this.#warm,
      env: this.#env,
      folder,
      timeouts,
      retention,
      walled: (nuke, warn) => scopeLimits.around(nuke, { job: id, needMB: () => this.needMB, warn }),
      adopted,
      script: this.#preconditions.reading,
      silenceLimitMs: () => this.#estimates.silenceLimitMs,
      emit: (event) => this.#pass(event),
      changed: () => this.#throttle.changed(),
    });
    this.#list.started(index, run);
    if (adopted === null) this.#context.journal.append({ is: "starting", chunk: index, at: run.startedAt });
    else if (this.#state.kind === "cancelling" || this.#list.isCancelled(index)) run.cancel();
    else if (this.#state.kind === "paused") run.pause();
    await run.run();
    const left = run.ending(others());
    const excused = left && (await this.#preconditions.excuse(left));
    const ending = this.#wanted ? excused : null;
    const { complaint, startedAt, status } = run;
    const { after, aftermath } = this.#settlement.settle({ index, complaint, startedAt }, ending);
    this.#context.journal.append({ is: "ended", status, complaint, ...aftermath });
    return after;
  }

  /** Looks whether a Nuke can do anything now; answers with what to do instead, null: start it. */
  async #lookFirst(chunk: number): Promise<FollowUp | null> {
    const instead = await this.#preconditions.beforeStart();
    // Cancelled, or given up, while it was looked: nobody wants it any more.
    if (this.#settlement.drop !== null || this.#list.isCancelled(chunk)) return nothingLeft;
    const back = [{ chunk, first: true, exclusive: false }];
    if (instead !== null && "hold" in instead) return { ...nothingLeft, back, hold: instead.hold };
    if (instead !== null) this.pause(instead.pause);
    return this.#state.kind === "paused" ? { ...nothingLeft, back } : null;
  }

  #say(chunk: number | null, severity: "error" | "warning" | "info", text: string): void {
    this.#context.emit({ type: "message", job: this.id, chunk, severity, text });
  }

  #tellFailed(chunk: number, frame: number, message: string): void {
    this.#context.emit({ type: "frame-failed", job: this.id, chunk, frame, message });
  }

  /** Ends what runs; no other chunk may be started after this. Too late when the books are being closed. */
  cancel(): void {
    if (this.#closing) return;
    this.change({ type: "cancelled" });
    const drop = { verdict: "cancelled" as const, reason: "Cancelled before it started." };
    this.#context.journal.append({ is: "cancelled", drop }, { sync: true });
    this.#settlement.dropWaiting(drop);
    for (const run of this.running) run.cancel();
    // Whoever cancelled sees at once that it was understood.
    this.#throttle.now();
  }

  /**
   * Starts nothing more. Its Nukes are ended politely, and their unfinished frames come back.
   * @param why the job does so itself, for its script was saved: its Nukes go on, they have read the script before.
   */
  pause(why?: string): void {
    this.change({ type: "paused", by: why === undefined ? "user" : "script" });
    const entry = { is: "paused" as const, paused: true, ...(why === undefined ? {} : { why }) };
    this.#context.journal.append(entry, { sync: true });
    if (why === undefined) for (const run of this.running) run.pause();
    this.#throttle.now();
  }

  resume(): void {
    if (blocksOf(this.#state).some(({ reason }) => reason === "script")) this.#preconditions.acceptScript();
    this.change({ type: "resumed", begun: this.#startedAt !== null });
    this.#context.journal.append({ is: "paused", paused: false }, { sync: true });
    this.#throttle.now();
  }

  /** Ends its Nukes politely; it waits, over restarts of service and machine, until somebody resumes it. */
  interrupt(): void {
    if (this.#state.kind === "cancelling" || this.interrupted) return;
    this.change({ type: "paused", by: "interruption" });
    this.#context.journal.append({ is: "interrupted" }, { sync: true });
    for (const run of this.running) run.pause();
    this.#throttle.now();
  }

  /** Nothing of it was started, and nothing will be; not written down, for the next service would find the same. */
  giveUpUnstarted(reason: string): void {
    this.#unstarted = true;
    this.#list.dropWaiting("not-started", reason);
  }

  /** It waits until somebody resumes it. */
  get interrupted(): boolean {
    return this.#state.kind === "paused" && this.#state.by === "interruption";
  }

  get state(): JobState {
    return this.#state;
  }

  /** The only way its state moves (`transition`). */
  change(event: JobStateEvent): void {
    const next = transition(this.#state, event);
    if (next === this.#state) return;
    this.#state = next;
    this.#throttle.changed();
  }

  /** Takes a memory sample of its Nukes. */
  sample(list: ProcessList): void {
    const running = this.running;
    const sum = running.reduce((total, run) => total + run.sample(list), 0);
    // A single Nuke's own highest mark may be above every sample of the sum.
    this.#peakMB = Math.max(this.#peakMB, sum, ...running.map(({ memory }) => memory.peakMB));
    if (running.length > 0) this.#throttle.changed();
  }

  /**
   * Looks at the files of all done frames once nothing waits or runs. Frames whose files were removed meanwhile come back, unless that
   * happened to them too often.
   * @returns ranges for the queue; none: the job can be finished.
   */
  async lookAgain(): Promise<readonly RequeuedChunk[]> {
    const back: RequeuedChunk[] = [];
    for (const { chunk, frames } of await findVanished(this.#list.runs)) {
      const wanted = this.#wanted && !this.#list.isCancelled(chunk);
      const again = wanted ? this.#vanished.take(frames) : [];
      for (const frame of frames)
        if (!again.includes(frame)) this.#tellFailed(chunk, frame, this.#vanished.reason(frame));
      if (again.length === 0) continue;
      const index = this.#list.add(again, chunk);
      this.#context.journal.append({
        is: "vanished",
        from: chunk,
        chunk: index,
        frames: formatFrames(again),
      });
      const [noun, verb] = again.length === 1 ? ["file of frame", "is"] : ["files of frames", "are"];
      const text = `The ${noun} ${displayFrames(again)} ${verb} gone or changed since. Rendering ${again.length === 1 ? "it" : "them"} again.`;
      this.#say(index, "warning", text);
      back.push({ chunk: index, first: false, exclusive: false });
    }
    return back;
  }

  /** Finalizes the job once nothing waits or runs, and says how it ended. Removes the script's temporary copy. */
  async finish(): Promise<JobStatus> {
    this.#closing = true;
    // What a Nuke that ended well has left at work goes with a cancel as well.
    if (this.#state.kind === "cancelling")
      await endNukes(this.#context.folder, [], this.#context.timeouts.cancelMs).catch((error: unknown) =>
        this.#say(null, "warning", `What its Nukes have left at work was not ended: ${messageOf(error)}.`),
      );
    const done = framesOnDisk(this.#list.runs);
    this.#ending = jobResult(this.#frames, done);
    const missing = this.#frames.frames.length - done.size;
    const givenUp = this.#unstarted ? "unstarted" : this.#settlement.givenUp;
    const outcome = outcomeFor(missing, this.#state.kind === "cancelling", givenUp);
    if (outcome !== "complete" && done.size > 0) await this.#preconditions.atEnd();
    this.#throttle.end();
    await removeScriptCopy(this.#context.job, this.#context.folder);
    this.#finishedAt = Date.now();
    this.change({ type: "ended", outcome });
    const { journal } = this.#context;
    journal.append({ is: "finished", outcome });
    journal.close();
    return this.status;
  }

  get status(): JobStatus {
    return jobStatus({
      id: this.id,
      context: this.#context,
      state: this.#state,
      settings: this.changes.settings,
      list: this.#list,
      estimates: this.#estimates,
      lost: this.#settlement.lost.size,
      startedAt: this.#startedAt,
      finishedAt: this.#finishedAt,
      peakMB: this.#peakMB,
      folder: this.#folder,
      ending: this.#ending,
    });
  }

  /** Something that the status shows has moved. */
  changed(): void {
    this.#throttle.changed();
  }

  #pass(event: RenderEvent): void {
    if (event.type === "chunk-started")
      recordStart(this.#context.journal, event, (text) => this.#say(event.chunk, "warning", text));
    if (event.type === "frame-done") this.#noteFrame(event);
    this.#context.emit(event);
  }

  #noteFrame({ chunk, frame, files, peakMB }: EventOf<"frame-done">): void {
    this.#estimates.heaviest = heavier(this.#estimates.heaviest, { frame, peakMB });
    const run = this.#list.run(chunk);
    const read: [number, number] = run instanceof ChunkRunner ? run.read : [0, 0];
    this.#context.journal.append({ is: "done", chunk, frame, files, peakMB, read });
    const [file] = files;
    if (file !== undefined) this.#folder ??= dirname(file);
    if (this.#preconditions.wrote(files, run?.startedAt ?? 0)) this.#context.licensed();
  }
}
