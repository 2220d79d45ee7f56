/** One job of the queue: what was asked, its chunks, and how far they are. */
import type { JobStatus } from "../../plan/job/events.ts";
import { parseFrames } from "../../plan/frames/frames.ts";
import type { JobState, JobStateEvent } from "../../plan/job/job-state.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import { Chunks } from "./chunks.ts";
import { Closing } from "./closing.ts";
import { CurrentState } from "./current-state.ts";
import { JobEvents } from "./events.ts";
import { JobFigures } from "./figures.ts";
import type { Adopted } from "../chunk/adopted.ts";
import { ChunkRunner } from "../chunk/chunk-runner.ts";
import { Settlement } from "./settlement.ts";
import { Revisions } from "./revisions.ts";
import type { ReplayedJob } from "../storage/replay.ts";
import { type UnfinishedWork, restoreJob } from "./restore.ts";
import { type FollowUp, type JobContext, nothingLeft } from "./types.ts";
import { jobStatus } from "./status.ts";
import { JobEstimates } from "./estimates.ts";
import { Preconditions } from "./preconditions.ts";
import { nukeEnvironment } from "../../nuke/environment.ts";
import type { ProcessList } from "../process/process-list.ts";
import { Recorder } from "./recorder.ts";
import { ProgressThrottle } from "./progress-throttle.ts";
import { WorkSharing } from "./work-sharing.ts";
import type { RequeuedChunk } from "../queue/queue.ts";
import { type HistoryKey, type PastNeed, historyKeyOf } from "../memory/history.ts";

export class Job {
  readonly #context: JobContext;
  readonly #env: Record<string, string>;
  readonly #list: Chunks;
  readonly #state: CurrentState;
  readonly #figures = new JobFigures();
  readonly #settlement: Settlement;
  readonly #preconditions: Preconditions;
  readonly #estimates: JobEstimates;
  readonly #throttle: ProgressThrottle;
  readonly #warm: WorkSharing | null;
  readonly #recorder: Recorder;
  readonly #closing: Closing;
  /** What changes while it waits or runs. */
  readonly revisions: Revisions;

  constructor(context: JobContext) {
    this.#context = context;
    const { id, emit, past, timeouts } = context;
    const { env, plan } = context.job;
    this.#env = nukeEnvironment(env, plan.nuke?.env);
    const frames = parseFrames(plan.frames);
    const list = new Chunks(plan, frames.steps);
    const throttle = new ProgressThrottle(
      () => list.length,
      () => emit({ type: "progress", job: id, status: this.status }),
    );
    const state = new CurrentState(() => throttle.changed());
    const events = new JobEvents(id, emit);
    const preconditions = new Preconditions({ ...context, list, events, state });
    const settlement = new Settlement({ list, preconditions, plan, events, state });
    const estimates = new JobEstimates({ list, plan, past, silenceMs: timeouts.silenceMs });
    this.revisions = new Revisions({ context, list, estimates, events, throttle });
    this.#closing = new Closing({
      context,
      frames,
      list,
      state,
      events,
      settlement,
      preconditions,
      throttle,
    });
    this.#list = list;
    this.#throttle = throttle;
    this.#state = state;
    this.#preconditions = preconditions;
    this.#settlement = settlement;
    this.#estimates = estimates;
    this.#warm = plan.warm ? new WorkSharing({ context, list, settlement, preconditions, estimates }) : null;
    this.#recorder = new Recorder({
      context,
      list,
      estimates,
      events,
      figures: this.#figures,
      preconditions,
    });
  }

  /** Puts a job that an earlier service began back to where its journal left it. */
  restore(before: ReplayedJob): UnfinishedWork {
    const left = restoreJob(before, this.plan, this.#list, this.#settlement.book);
    this.#settlement.restore(before);
    this.revisions.restore(before);
    this.#estimates.heaviest = before.heaviest;
    this.#closing.restore(before.vanished);
    this.#state.restore(before.state);
    this.#preconditions.restore(before.script);
    this.#figures.restore(before, this.#list.runs);
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

  /** Estimated need of one more Nuke of this job, MB. */
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
    this.#figures.begin();
    this.change({ type: "nuke-started" });
    const run = this.#newRunner(index, adopted);
    this.#list.started(index, run);
    if (adopted === null) this.#context.journal.append({ is: "starting", chunk: index, at: run.startedAt });
    else if (this.#state.kind === "cancelling" || this.#list.isCancelled(index)) run.cancel();
    else if (this.#state.kind === "paused") run.pause();
    await run.run();
    const left = run.ending(others());
    const excused = left && (await this.#preconditions.excuse(left));
    const ending = this.#settlement.isWanted ? excused : null;
    const { complaint, startedAt, status } = run;
    const { after, record } = this.#settlement.settle({ index, complaint, startedAt }, ending);
    this.#context.journal.append({ is: "ended", status, complaint, ...record });
    return after;
  }

  #newRunner(index: number, adopted: Adopted | null): ChunkRunner {
    const list = this.#list;
    const { id, folder, timeouts, retention, scopeLimits } = this.#context;
    return new ChunkRunner({
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
      emit: (event) => this.#recorder.take(event),
      changed: () => this.#throttle.changed(),
    });
  }

  /** Looks whether a Nuke can do anything now; answers with what to do instead, null: start it. */
  async #lookFirst(chunk: number): Promise<FollowUp | null> {
    const instead = await this.#preconditions.beforeStart();
    // Cancelled, or given up, during the check: its frames are not wanted any more.
    if (this.#settlement.drop !== null || this.#list.isCancelled(chunk)) return nothingLeft;
    const back = [{ chunk, first: true, exclusive: false }];
    if (instead !== null && "blocked" in instead) return { ...nothingLeft, back, blocked: instead.blocked };
    if (instead !== null) this.pause(instead.pause);
    return this.#state.kind === "paused" ? { ...nothingLeft, back } : null;
  }

  /** Ends what runs; no other chunk may be started after this. Too late when the books are being closed. */
  cancel(): void {
    if (this.#closing.hasBegun) return;
    this.change({ type: "cancelled" });
    const drop = { verdict: "cancelled" as const, reason: "Cancelled before it started." };
    this.#context.journal.append({ is: "cancelled", drop }, { sync: true });
    this.#settlement.dropWaiting(drop);
    for (const run of this.running) run.cancel();
    // The user sees at once that the cancel was understood.
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
    if (this.#state.blockedBy("script") !== null) this.#preconditions.acceptScript();
    this.change({ type: "resumed", begun: this.#figures.startedAt !== null });
    this.#context.journal.append({ is: "paused", paused: false }, { sync: true });
    this.#throttle.now();
  }

  /** Ends its Nukes politely; it waits, over restarts of service and machine, until someone resumes it. */
  interrupt(): void {
    if (this.#state.kind === "cancelling" || this.interrupted) return;
    this.change({ type: "paused", by: "interruption" });
    this.#context.journal.append({ is: "interrupted" }, { sync: true });
    for (const run of this.running) run.pause();
    this.#throttle.now();
  }

  /** Nothing of it was started, and nothing will be. */
  giveUpUnstarted(reason: string): void {
    this.#closing.giveUpUnstarted(reason);
  }

  /** It waits until someone resumes it. */
  get interrupted(): boolean {
    const { now } = this.#state;
    return now.kind === "paused" && now.by === "interruption";
  }

  get state(): JobState {
    return this.#state.now;
  }

  /** The only way its state moves (`transition`). */
  change(event: JobStateEvent): void {
    this.#state.change(event);
  }

  /** Takes a memory sample of its Nukes. */
  sample(list: ProcessList): void {
    const { running } = this;
    this.#figures.sample(running, list);
    if (running.length > 0) this.#throttle.changed();
  }

  /** Ranges for the queue, of frames whose files are gone once nothing waits or runs; none: the job can be finished. */
  lookAgain(): Promise<readonly RequeuedChunk[]> {
    return this.#closing.lookAgain();
  }

  /** Finalizes the job once nothing waits or runs, and says how it ended. */
  async finish(): Promise<JobStatus> {
    await this.#closing.finish();
    return this.status;
  }

  get status(): JobStatus {
    return jobStatus({
      id: this.id,
      context: this.#context,
      state: this.state,
      settings: this.revisions.settings,
      list: this.#list,
      estimates: this.#estimates,
      lost: this.#settlement.lost.size,
      figures: this.#figures,
      finishedAt: this.#closing.finishedAt,
      ending: this.#closing.result,
    });
  }

  /** Something that the status shows has moved. */
  changed(): void {
    this.#throttle.changed();
  }
}
