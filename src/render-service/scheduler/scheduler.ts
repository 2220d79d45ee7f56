/** The render service itself: takes jobs, starts their chunks, tells what happens. Knows nothing of sockets. */
import { availableParallelism } from "node:os";
import { count } from "../../plan/display.ts";
import type { JobStatus, RenderEvent } from "../../plan/events.ts";
import { finishedEvent } from "../../plan/finished-event.ts";
import type { RenderJob } from "../../plan/job.ts";
import { mayStart } from "../../plan/job-state.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import { Admission, loadsOf } from "./admission.ts";
import type { Load } from "../memory/budget.ts";
import { ScopeLimits } from "../memory/cgroup-limit.ts";
import { Eviction } from "./eviction.ts";
import type { Adopted } from "../chunk/adopted.ts";
import type { ChunkRunner } from "../chunk/chunk-runner.ts";
import { distributeByHistory } from "../job/redistribution.ts";
import { RenderServiceError, messageOf, unknownJob } from "../protocol/errors.ts";
import { lockOwner } from "../storage/output-lock.ts";
import { OutputGuard } from "./output-guard.ts";
import { Submissions } from "./submissions.ts";
import { EventListeners, type Listener } from "./event-emitter.ts";
import { JobStore, chunkLog } from "../storage/job-store.ts";
import { Job } from "../job/job.ts";
import type { FollowUp, JobOpening } from "../job/types.ts";
import { JobCommands } from "./job-commands.ts";
import { BlockTimers } from "../queue/block-timers.ts";
import {
  type AcceptedJob,
  loadJob,
  readPlan,
  removeLeftFiles,
  rollbackAccept,
  acceptJob,
} from "./accept-job.ts";
import { DamagedJobs } from "./damaged-jobs.ts";
import { Dependencies } from "../queue/dependencies.ts";
import { Retention } from "../storage/retention.ts";
import { DamageNotes } from "../storage/damage-notes.ts";
import { StateFile } from "../storage/state-file.ts";
import { Limits } from "./limits.ts";
import { bootName, findNukes } from "../job/adopt.ts";
import { MemorySampler } from "./memory-sampler.ts";
import { JOB_FOLDER_VARIABLE, prepareNukeTemp } from "../process/environment.ts";
import type { LogPiece, Notice, ServiceLimits, ServiceSettings } from "../protocol/messages.ts";
import { type RequeuedChunk, RenderQueue } from "../queue/queue.ts";
import { RenderHistory, historyKeyOf, historySchema } from "../memory/history.ts";
import { readLog } from "../logs/log-reader.ts";
import { sweepScriptCopies } from "../script-snapshot/snapshot-copy.ts";
import type { ServiceOptions } from "./options.ts";
import { validatePlan } from "./validate-plan.ts";
import { historyFile, jobsFolder, keepingFile, limitsFile } from "../storage/state-folder.ts";

export class Scheduler {
  readonly #options: ServiceOptions;
  readonly #folders: JobStore;
  readonly #history: RenderHistory;
  readonly #admission: Admission;
  readonly #watch: Eviction;
  readonly #queue = new RenderQueue(availableParallelism(), (id) => mayStart(this.#queued(id).state));
  readonly #limits: Limits;
  readonly #blocks = new BlockTimers({
    queue: this.#queue,
    block: (id, block) => this.#active.get(id)?.change({ type: "blocked", ...block }),
    unblock: (id, reason) => this.#active.get(id)?.change({ type: "unblocked", reason }),
    pump: () => this.#pump(),
  });
  readonly #dependencies = new Dependencies({
    block: (id, text) => this.#active.get(id)?.change({ type: "blocked", reason: "dependency", text }),
    unblock: (id) => this.#active.get(id)?.change({ type: "unblocked", reason: "dependency" }),
    active: (id) => this.#active.get(id)?.plan,
    finished: (id) => this.#finished.get(id),
    moved: (id) => this.#active.get(id)?.changed(),
    hopeless: (id, reason) => this.#closeUnstarted(id, reason),
  });
  readonly #active = new Map<string, Job>();
  /** Finished ones, and damaged ones. */
  readonly #finished = new Map<string, JobStatus>();
  readonly #notes: DamageNotes;
  readonly #damaged: DamagedJobs;
  readonly #retention: Retention;
  readonly #loads = (): Load[] => loadsOf(this.#active.values());
  readonly #scopeLimits = new ScopeLimits(this.#loads, () => this.#admission.budgetMB);
  readonly #listeners: EventListeners;
  readonly #sampler: MemorySampler;
  readonly #submissions = new Submissions((id) => this.#active.has(id) || this.#finished.has(id));
  readonly #outputs: OutputGuard;
  /** Told when nothing renders or waits for its turn any more. */
  readonly #quietWaiters = new Set<() => void>();
  /** What people change of jobs. */
  readonly controls = new JobCommands({
    queue: this.#queue,
    active: (id) => this.#activeOrOver(id),
    cancelDamaged: (id) => this.#damaged.cancel(id),
    lookNow: (id) => this.#blocks.lookNow(id),
    pump: () => this.#pump(),
    finish: (job) => this.#finish(job),
  });
  #stopping = false;

  private constructor(options: ServiceOptions, notes: DamageNotes) {
    this.#options = options;
    this.#notes = notes;
    const folders = new JobStore(jobsFolder(options.stateFolder), notes.tell);
    this.#listeners = new EventListeners(options.log);
    this.#folders = folders;
    const { stateFolder, maxParallel, budgetMB, log } = options;
    const { tell } = notes;
    const path = historyFile(stateFolder);
    this.#history = new RenderHistory(new StateFile({ path, schema: historySchema, tell }), log);
    this.#retention = new Retention(keepingFile(stateFolder), log, tell);
    this.#limits = new Limits({ file: limitsFile(stateFolder), maxParallel, budgetMB, tell });
    this.#damaged = new DamagedJobs({
      folders,
      known: this.#finished,
      notes,
      graceMs: options.timeouts.cancelMs,
      log,
      emit: (event) => this.#emit(event),
    });
    this.#queue.maxParallel = this.#limits.maxParallel;
    this.#watch = new Eviction({ freeFloorMB: options.freeFloorMB, log: options.log });
    this.#admission = new Admission(this.#limits.budgetMB, this.#watch, (event) => this.#emit(event));
    this.#outputs = this.#outputGuard();
    this.#sampler = new MemorySampler(
      () => [...this.#active.values()],
      () => {
        this.#watch.look(this.#running, this.#admission.budgetMB);
        // What Nukes turn out to need may be less than was reckoned.
        this.#pump();
      },
      options.log,
    );
  }

  #outputGuard(): OutputGuard {
    const { stateFolder, lockHeartbeatMs: heartbeatMs, log } = this.#options;
    const owner = lockOwner(stateFolder, bootName());
    return new OutputGuard({
      status: (id) => this.#active.get(id)?.status,
      before: (jobs) => this.#dependencies.before(jobs),
      waitsFor: (id) => this.#dependencies.of(id).map(({ job }) => job),
      owner: () => owner,
      heartbeatMs,
      log,
      warn: (job, text) => this.#emit({ type: "message", job, chunk: null, severity: "warning", text }),
    });
  }

  /** Opens the service on a prepared state folder and reads how earlier jobs ended. */
  static async open(options: ServiceOptions): Promise<Scheduler> {
    const service = new Scheduler(options, new DamageNotes(options.log));
    const folders = service.#folders;
    await folders.prepare();
    await sweepScriptCopies(await folders.all());
    for (const found of await folders.find()) {
      if ("status" in found) {
        service.#finished.set(found.id, found.status);
        service.#submissions.know(found.status.submission, found.id);
      }
      if (found.is === "unfinished") await service.#comeBack(found.id);
      if (found.is === "traces") await service.#damaged.take(found.id, "its journal is gone");
      if (found.is === "nothing") await folders.removeUnaccepted(found.id);
    }
    service.#dependencies.enterAll();
    service.#pump();
    await service.#prune();
    service.#tellQuiet();
    return service;
  }

  /** Jobs that render or wait for their turn. */
  get activeJobs(): number {
    return this.#busy.length;
  }

  /** All jobs known, oldest first. */
  get jobs(): JobStatus[] {
    const active = [...this.#active.values()].map(({ status }) => status);
    return [...this.#finished.values(), ...active].sort((a, b) => a.submittedAt - b.submittedAt);
  }

  /** @throws {RenderServiceError} `unknown-job` */
  job(id: string): JobStatus {
    const status = this.#active.get(id)?.status ?? this.#finished.get(id);
    if (status === undefined) throw unknownJob(id);
    return status;
  }

  /** The plan of a job; of one that is over, as its journal has it. @throws {RenderServiceError} `unknown-job` */
  async plan(id: string): Promise<RenderPlan | null> {
    this.job(id);
    return this.#active.get(id)?.plan ?? (await readPlan(this.#folders.path(id)));
  }

  onEvent(listener: Listener): { dispose(): void } {
    return this.#listeners.add(listener);
  }

  /**
   * Takes a job, and the same one only once (`RenderJob.submission`). `accepted` hears its id before its first event.
   * @returns its id, and whether it was taken before.
   * @throws {RenderServiceError} `stopping`, `bad-plan`, `state-folder`, `unknown-job` where it is to wait for one that is not there,
   * `being-rendered`
   */
  submit(
    asked: RenderJob,
    accepted: (id: string) => void = () => undefined,
  ): Promise<{ job: string; repeated: boolean }> {
    return this.#submissions.once(asked.submission, () => this.#submit(asked, accepted));
  }

  async #submit(asked: RenderJob, accepted: (id: string) => void): Promise<string> {
    this.#refuseWhenStopping();
    validatePlan(asked.plan);
    this.#dependencies.require(asked.after ?? []);
    const plan = distributeByHistory(asked.plan, this.#history.get(historyKeyOf(asked)));
    const request = { ...asked, plan };
    const taken = await this.#accept(request);
    const { id, problem } = taken;
    const job = this.#open({ ...taken, script: taken.mark });
    this.#dependencies.begin(id, request.after ?? []);
    accepted(id);
    this.#emit({ type: "queued", job: id, status: job.status });
    const trouble = plan.nuke?.demo === true ? null : await prepareNukeTemp(job.env);
    for (const text of [problem, trouble])
      if (text !== null) this.#emit({ type: "message", job: id, chunk: null, severity: "warning", text });
    const chunks = job.changes.waiting;
    // It, or all its chunks, may have been cancelled while its folders were made.
    if (chunks.length === 0) this.#finish(job);
    else {
      this.#queue.add({ id, ...job.changes.settings, chunks });
      this.#dependencies.enter(id);
      this.#pump();
    }
    return id;
  }

  /** Writes a job down, once its files are its own. @throws what `submit` does; nothing of the job is left then. */
  async #accept(request: RenderJob): Promise<AcceptedJob> {
    const reserved = await this.#outputs.reserve(request);
    let taken: AcceptedJob | null = null;
    try {
      taken = await acceptJob(request, this.#folders, this.#options.log);
      await reserved.confirm(taken.id);
      this.#refuseWhenStopping();
      return taken;
    } catch (error) {
      if (taken !== null) await rollbackAccept(taken, this.#folders);
      await reserved.release();
      throw error;
    }
  }

  /**
   * Goes on with a paused or interrupted job.
   * @param ignored another job may write its files meanwhile.
   * @throws {RenderServiceError} `unknown-job`, `being-rendered`
   */
  async resume(id: string, ignored: boolean): Promise<void> {
    const job = this.#activeOrOver(id);
    if (job !== null && !ignored && job.state.kind === "paused") await this.#outputs.requireFree(id);
    this.controls.resume(id);
  }

  /** Null: it is over. @throws {RenderServiceError} `unknown-job` */
  #activeOrOver(id: string): Job | null {
    if (!this.#active.has(id) && !this.#finished.has(id)) throw unknownJob(id);
    this.#damaged.refuse(id);
    return this.#active.get(id) ?? null;
  }

  /** Reads a chunk's log back. */
  async lines(id: string, chunk: number, stream: "stdout" | "stderr", from: number): Promise<LogPiece> {
    this.job(id);
    return readLog(chunkLog(this.#folders.path(id), chunk, stream), from);
  }

  /** Removes a finished job and its logs. */
  async forget(id: string): Promise<void> {
    if (this.#active.has(id))
      throw new RenderServiceError("job-running", `${id} has not finished. Cancel it first.`);
    this.#submissions.forget(this.#finished.get(id)?.submission);
    if (!this.#finished.delete(id)) throw unknownJob(id);
    await this.#folders.remove(id);
  }

  /** What is absent stays as it is; null: the machine decides. */
  configure(settings: ServiceSettings): void {
    this.#retention.set(settings);
    this.#scopeLimits.wanted = settings.systemdScope ?? this.#scopeLimits.wanted;
    this.#limits.configure(settings);
    this.#queue.maxParallel = this.#limits.maxParallel;
    this.#admission.budgetMB = this.#limits.budgetMB;
    this.#pump();
  }

  /** What holds for all jobs together. */
  get limits(): ServiceLimits {
    return { ...this.#limits.now, running: this.#queue.running };
  }

  /** What people should know of the service's own files. */
  get notices(): Notice[] {
    return this.#notes.all.map(({ at, text }) => ({ at, text }));
  }

  /**
   * Ends the service's work: it takes no jobs any more, and none of its Nukes is left when this resolves.
   * @throws {RenderServiceError} `busy` when jobs run and `force` is not set.
   */
  async stop(force: boolean): Promise<void> {
    const { length: busy } = this.#busy;
    if (busy > 0 && !force)
      throw new RenderServiceError(
        "busy",
        `${busy === 1 ? "A job is" : `${busy} jobs are`} not finished. Cancel first, or force the stop.`,
      );
    this.#stopping = true;
    for (const { id } of this.#busy) this.controls.cancel(id);
    await this.#quiet();
    this.#limits.forget();
  }

  /**
   * Ends the service's work for the time being, as when the machine is shut down: its Nukes end, and its jobs come back as interrupted
   * with the next service.
   */
  async suspend(): Promise<void> {
    this.#stopping = true;
    for (const job of this.#busy) {
      job.interrupt();
    }
    await this.#quiet();
  }

  #open({ id, job, submittedAt, journal, script }: JobOpening): Job {
    const folder = this.#folders.path(id);
    const env = { ...job.env, [JOB_FOLDER_VARIABLE]: folder };
    const opened = new Job({
      submittedAt,
      journal,
      script,
      id,
      job: { ...job, env },
      folder,
      timeouts: this.#options.timeouts,
      retention: this.#retention,
      scopeLimits: this.#scopeLimits,
      past: this.#history.get(historyKeyOf(job)),
      emit: (event) => this.#emit(event),
      queue: this.#queue,
      returned: ({ back, givenUp }) => (givenUp ? this.#queue.drop(id) : this.#queue.giveBack(id, back)),
      waitsFor: () => this.#dependencies.of(id),
      licensed: () => this.#blocks.licensed(id),
    });
    this.#active.set(id, opened);
    return opened;
  }

  /** Goes on with a job whose service was killed. */
  async #comeBack(id: string): Promise<void> {
    const { log, timeouts } = this.#options;
    const folder = this.#folders.path(id);
    try {
      const kept = loadJob(folder, log, this.#notes.tell);
      if ("damaged" in kept) return await this.#damaged.take(id, kept.damaged);
      const { past, journal } = kept;
      const { submittedAt, boot, script } = past;
      this.#submissions.know(kept.job.submission, id);
      const job = this.#open({ id, job: kept.job, submittedAt, journal, script });
      const now = bootName();
      const left = job.restore(past);
      if (kept.isOver) {
        job.giveUpUnstarted("The job was over before.");
        return this.#finish(job);
      }
      const nukes = await findNukes(folder, left.open, boot === now, timeouts.cancelMs);
      const alive = [...nukes.values()].filter(({ nuke }) => nuke !== null).length;
      log(`${id} is taken up again; of ${count(left.open.length, "Nuke")} at work, ${alive} still run`);
      journal.append({ is: "service", boot: now, at: Date.now() });
      if (boot !== now) job.interrupt();
      if (left.waiting.length === 0 && nukes.size === 0) return this.#finish(job);
      this.#queue.add({ id, ...job.changes.settings, chunks: [] });
      this.#queue.giveBack(id, left.waiting);
      this.#dependencies.begin(id, past.job.after ?? []);
      this.#outputs.comeBack(id, kept.job);
      for (const [chunk, adopted] of nukes) {
        this.#queue.took(id, chunk);
        this.#run(job, chunk, adopted);
      }
      this.#pump();
    } catch (error) {
      log(`${id} could not be taken up again: ${messageOf(error)}`);
      this.#active.delete(id);
      this.#queue.drop(id);
      await this.#damaged.take(id, `it could not be taken up again (${messageOf(error)})`);
    }
  }

  #refuseWhenStopping(): void {
    if (this.#stopping)
      throw new RenderServiceError("stopping", "The render service is ending. Try again in a moment.");
  }

  /** Nukes of all jobs, oldest first. */
  get #running(): ChunkRunner[] {
    return [...this.#active.values()]
      .flatMap(({ running }) => running)
      .sort((a, b) => a.startedAt - b.startedAt);
  }

  /** What the queue holds is active. */
  #queued(id: string): Job {
    const job = this.#active.get(id);
    if (!job) throw new Error(`the queue holds ${id}, which is not active`);
    return job;
  }

  #admits(id: string): boolean {
    const job = this.#queued(id);
    const text = this.#admission.refusal(
      { id, needMB: job.needMB, running: job.loads.length },
      this.#loads(),
    );
    job.change(
      text === null ? { type: "unblocked", reason: "memory" } : { type: "blocked", reason: "memory", text },
    );
    return text === null;
  }

  #pump(): void {
    const take = (): ReturnType<RenderQueue["take"]> => this.#queue.take((id) => this.#admits(id));
    for (let next = take(); next; next = take()) {
      const job = this.#queued(next.job);
      if (!this.#dealtAnew(job, next.chunk)) this.#run(job, next.chunk);
    }
  }

  /** Deals what waits of a job anew where that is due, the chunk that was taken among it. */
  #dealtAnew(job: Job, taken: number): boolean {
    const redealt = job.changes.redistribute([taken, ...this.#queue.waitingOf(job.id)]);
    if (redealt === null) return false;
    this.#queue.putBack(job.id, taken);
    const fresh = redealt.fresh.map(({ chunk }) => chunk);
    this.#queue.replace(job.id, redealt.gone, fresh);
    return true;
  }

  #run(job: Job, chunk: number, adopted: Adopted | null = null): void {
    const { id } = job;
    this.#sampler.start();
    job
      .runChunk(chunk, () => this.#running.length, adopted)
      .then((after) => this.#requeue(id, after))
      .catch((error: unknown) => this.#options.log(`chunk ${chunk} of ${id}: ${messageOf(error)}`))
      .finally(() => {
        this.#queue.ended(id, chunk);
        if (this.#queue.isOver(id)) this.#finish(job);
        else this.#tellQuiet();
        this.#pump();
      });
  }

  #requeue(id: string, { back, lostToMemory, hold, givenUp }: FollowUp): void {
    if (lostToMemory) this.#watch.lost(this.#running.length);
    if (givenUp) this.#queue.drop(id);
    else this.#queue.giveBack(id, back);
    if (hold !== null) this.#blocks.begin(id, hold);
    else if (back.length === 0) this.#blocks.freed(id);
  }

  /** Ends a job of which nothing was started, and of which nothing may be. */
  #closeUnstarted(id: string, reason: string): void {
    const job = this.#active.get(id);
    if (!job) return;
    this.#queue.drop(id);
    job.giveUpUnstarted(reason);
    this.#emit({ type: "message", job: id, chunk: null, severity: "error", text: `Not rendered. ${reason}` });
    this.#finish(job);
  }

  #finish(job: Job): void {
    this.#dependencies.forget(job.id);
    this.#close(job).catch((error: unknown) => this.#options.log(`ending ${job.id}: ${messageOf(error)}`));
  }

  async #close(job: Job): Promise<void> {
    const again = await job.lookAgain();
    if (again.length > 0) return this.#renderAgain(job, again);
    const status = await job.finish();
    try {
      await this.#folders.save(status);
      removeLeftFiles(this.#folders.path(job.id), this.#notes.tell);
    } catch (error) {
      this.#options.log(`status of ${job.id} was not kept: ${messageOf(error)}`);
    }
    await this.#outputs.release(job.id);
    const learned = job.learned;
    if (learned !== null) await this.#history.put(job.historyKey, learned);
    this.#finished.set(job.id, status);
    this.#active.delete(job.id);
    this.#admission.forget(job.id);
    this.#blocks.forget(job.id);
    this.#dependencies.over(job.id);
    this.#emit(finishedEvent(status));
    await this.#prune();
    this.#tellQuiet();
  }

  /** Goes on with a job that seemed to be over. */
  #renderAgain(job: Job, again: readonly RequeuedChunk[]): void {
    const { id } = job;
    this.#queue.add({ id, ...job.changes.settings, chunks: [] });
    this.#queue.giveBack(id, again);
    job.changed();
    this.#pump();
    this.#tellQuiet();
  }

  async #prune(): Promise<void> {
    const kept = new Set([...this.#active.keys(), ...this.#damaged.ids]);
    await this.#retention.prune(this.#folders, kept, this.#finished);
  }

  /** Jobs that are not over, and are not waiting for somebody to resume them after the machine or the service was stopped. */
  get #busy(): Job[] {
    return [...this.#active.values()].filter((job) => !job.interrupted || this.#queue.runningOf(job.id) > 0);
  }

  #tellQuiet(): void {
    if (this.#busy.length > 0) return;
    this.#sampler.stop();
    for (const waiter of this.#quietWaiters) waiter();
    this.#quietWaiters.clear();
  }

  async #quiet(): Promise<void> {
    if (this.#busy.length > 0) await new Promise<void>((resolve) => this.#quietWaiters.add(resolve));
    await this.#damaged.saved;
    this.#sampler.stop();
  }

  #emit(event: RenderEvent): void {
    if (event.type === "frame-done") this.#outputs.wrote(event.job);
    this.#listeners.emit(event);
  }
}
