/** The render service itself: takes jobs, starts their chunks, tells what happens. Knows nothing of sockets. */
import { availableParallelism } from "node:os";
import type { JobStatus, RenderEvent } from "../plan/events.ts";
import type { RenderJob } from "../plan/job.ts";
import { Admission } from "./admission.ts";
import { MemoryWatch } from "./memory-watch.ts";
import type { ChunkRun } from "./chunk-run.ts";
import { RenderServiceError, messageOf } from "./errors.ts";
import { JobFolders, chunkLog, readLog } from "./job-folders.ts";
import type { AfterChunk } from "./after-chunk.ts";
import { Job } from "./job.ts";
import { JobControls } from "./job-controls.ts";
import { JobHolds } from "./job-holds.ts";
import { JobWishes } from "./job-wishes.ts";
import {
  type JobRecord,
  bootName,
  lastRoundFolder,
  readRecord,
  removeRecord,
  roundFolder,
  writeRecord,
} from "./job-record.ts";
import { dealtByHistory } from "./dealing.ts";
import { MachineLimits } from "./machine-limits.ts";
import { recoverJob } from "./recovery.ts";
import { MemorySampler } from "./memory-sampler.ts";
import { JOB_FOLDER_VARIABLE, prepareNukeTemp } from "./nuke-environment.ts";
import type { Patience } from "./patience.ts";
import type { LogPiece, ServiceLimits, ServiceSettings } from "./protocol.ts";
import { RenderQueue } from "./queue.ts";
import { RenderHistory, historyKeyOf } from "./render-history.ts";
import { requireSound } from "./sound-plan.ts";
import { historyFile, jobsFolder, limitsFile } from "./state-folder.ts";

export interface ServiceOptions {
  readonly stateFolder: string;
  readonly patience: Patience;
  /** Nukes of all jobs at once; null: the machine decides. */
  readonly maxParallel: number | null;
  /** Memory of all Nukes together, MB; null: the machine decides. */
  readonly budgetMB: number | null;
  /** Free memory below which no Nuke is started, MB; null: by the machine's size. */
  readonly freeFloorMB: number | null;
  readonly log: (line: string) => void;
}

type Listener = (event: RenderEvent) => void;

export class RenderService {
  readonly #options: ServiceOptions;
  readonly #folders: JobFolders;
  readonly #history: RenderHistory;
  readonly #admission: Admission;
  readonly #watch: MemoryWatch;
  readonly #queue = new RenderQueue(availableParallelism());
  readonly #limits: MachineLimits;
  readonly #holds = new JobHolds(this.#queue, () => this.#pump());
  readonly #active = new Map<string, Job>();
  readonly #finished = new Map<string, JobStatus>();
  readonly #listeners = new Set<Listener>();
  readonly #sampler: MemorySampler;
  /** Told when the last job is over. */
  readonly #idleWaiters = new Set<() => void>();
  /** What people change of jobs. */
  readonly controls = new JobControls({
    queue: this.#queue,
    active: (id) => this.#activeOrOver(id),
    pump: () => this.#pump(),
    finish: (job) => this.#finish(job),
  });
  #stopping = false;

  private constructor(options: ServiceOptions, folders: JobFolders, history: RenderHistory) {
    this.#options = options;
    this.#folders = folders;
    this.#history = history;
    const { maxParallel, budgetMB } = options;
    this.#limits = new MachineLimits({ file: limitsFile(options.stateFolder), maxParallel, budgetMB });
    this.#queue.maxParallel = this.#limits.maxParallel;
    this.#watch = new MemoryWatch({ freeFloorMB: options.freeFloorMB, log: options.log });
    this.#admission = new Admission(this.#limits.budgetMB, this.#watch, (event) => this.#emit(event));
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

  /** Opens the service on a prepared state folder and reads how earlier jobs ended. */
  static async open(options: ServiceOptions): Promise<RenderService> {
    const folders = new JobFolders(jobsFolder(options.stateFolder));
    const history = await RenderHistory.open(historyFile(options.stateFolder), options.log);
    const service = new RenderService(options, folders, history);
    for (const status of await folders.load()) service.#finished.set(status.job, status);
    for (const id of await folders.unfinished()) await service.#comeBack(id);
    return service;
  }

  /** Jobs that are not over. */
  get activeJobs(): number {
    return this.#active.size;
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

  onEvent(listener: Listener): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /**
   * Takes a job. `accepted` hears its id before its first event.
   * @throws {RenderServiceError} `stopping`, `bad-plan`
   */
  async submit(request: RenderJob, accepted: (id: string) => void = () => undefined): Promise<string> {
    this.#refuseWhenStopping();
    requireSound(request.plan);
    const plan = dealtByHistory(request.plan, this.#history.get(historyKeyOf(request)));
    const id = await this.#folders.create(request.source ?? plan.script, plan.write);
    this.#refuseWhenStopping();
    const record: JobRecord = {
      version: 1,
      job: { ...request, plan },
      submittedAt: Date.now(),
      boot: bootName(),
      round: 0,
      done: [],
    };
    // Before anything is promised: from here on the job outlives this process.
    await writeRecord(this.#folders.path(id), record);
    if (this.#stopping) await removeRecord(this.#folders.path(id));
    this.#refuseWhenStopping();
    const job = this.#open(id, record);
    accepted(id);
    this.#emit({ type: "queued", job: id, status: job.status });
    if (plan.nuke?.demo !== true) {
      const problem = await prepareNukeTemp(job.env);
      if (problem !== null)
        this.#emit({ type: "message", job: id, chunk: null, severity: "warning", text: problem });
    }
    // It, or all its chunks, may have been cancelled while its folders were made.
    if (job.waiting.length === 0) this.#finish(job);
    else {
      this.#queue.add({ id, ...job.wishes, chunks: job.waiting });
      this.#pump();
    }
    return id;
  }

  /** Cancels a job; over when its `finished` event comes. Nothing happens to one that has finished. */
  cancel(id: string): void {
    const job = this.#activeOrOver(id);
    if (job === null) return;
    const waited = !this.#queue.isOver(id);
    this.#queue.drop(id);
    job.cancel();
    // Otherwise its last chunk to end finishes it.
    if (waited && this.#queue.isOver(id)) this.#finish(job);
  }

  /** Ends a job's Nukes and starts none of it until it is resumed; unfinished frames are rendered then. */
  pause(id: string): void {
    this.#setPaused(id, true);
  }

  /** Goes on with a paused job. */
  resume(id: string): void {
    this.#setPaused(id, false);
    this.#pump();
  }

  /** Nothing happens to a job that has finished. */
  #setPaused(id: string, paused: boolean): void {
    const job = this.#activeOrOver(id);
    if (job === null) return;
    this.#queue.pause(id, paused);
    if (paused) job.pause();
    else job.resume();
  }

  /** Null: it is over. @throws {RenderServiceError} `unknown-job` */
  #activeOrOver(id: string): Job | null {
    const job = this.#active.get(id) ?? null;
    if (job === null && !this.#finished.has(id)) throw unknownJob(id);
    return job;
  }

  /** Reads a chunk's log back. */
  async lines(id: string, chunk: number, stream: "stdout" | "stderr", from: number): Promise<LogPiece> {
    this.job(id);
    return readLog(chunkLog(await lastRoundFolder(this.#folders.path(id)), chunk, stream), from);
  }

  /** Removes a finished job and its logs. */
  async forget(id: string): Promise<void> {
    if (this.#active.has(id))
      throw new RenderServiceError("job-running", `${id} has not finished. Cancel it first.`);
    if (!this.#finished.delete(id)) throw unknownJob(id);
    await this.#folders.remove(id);
  }

  /** What is absent stays as it is; null: the machine decides. */
  configure({ maxParallel, budgetMB, heldBudgetMB }: ServiceSettings): void {
    if (budgetMB !== undefined) this.#limits.ask(budgetMB);
    if (maxParallel !== undefined) this.#limits.hold({ maxParallel });
    if (heldBudgetMB !== undefined) this.#limits.hold({ budgetMB: heldBudgetMB });
    this.#queue.maxParallel = this.#limits.maxParallel;
    this.#admission.budgetMB = this.#limits.budgetMB;
    this.#pump();
  }

  /** What holds for all jobs together. */
  get limits(): ServiceLimits {
    const { maxParallel, budgetMB, isBudgetHeld: budgetHeld } = this.#limits;
    return { maxParallel, budgetMB: Math.round(budgetMB), budgetHeld, running: this.#queue.running };
  }

  /**
   * Ends the service's work: it takes no jobs any more, and none of its Nukes is left when this resolves.
   * @throws {RenderServiceError} `busy` when jobs run and `force` is not set.
   */
  async stop(force: boolean): Promise<void> {
    if (this.#active.size > 0 && !force)
      throw new RenderServiceError(
        "busy",
        `${this.#active.size === 1 ? "A job is" : `${this.#active.size} jobs are`} not finished. Cancel first, or force the stop.`,
      );
    this.#stopping = true;
    for (const id of this.#active.keys()) this.cancel(id);
    if (this.#active.size > 0) await new Promise<void>((resolve) => this.#idleWaiters.add(resolve));
    this.#sampler.stop();
    this.#limits.forget();
  }

  #open(id: string, { job, round, submittedAt, done }: JobRecord): Job {
    const folder = this.#folders.path(id);
    const env = { ...job.env, [JOB_FOLDER_VARIABLE]: folder };
    const opened = new Job({
      id,
      job: { ...job, env },
      folder: roundFolder(folder, round),
      patience: this.#options.patience,
      submittedAt,
      already: done,
      wishes: new JobWishes(folder, job.plan, submittedAt),
      past: this.#history.get(historyKeyOf(job)),
      emit: (event) => this.#emit(event),
      licensed: () => this.#holds.licensed(id),
    });
    this.#active.set(id, opened);
    return opened;
  }

  /** Goes on with a job whose service was killed; after a restart of the machine it is closed, and what is missing is named. */
  async #comeBack(id: string): Promise<void> {
    const folder = this.#folders.path(id);
    const record = await readRecord(folder);
    if (record === null)
      return this.#options.log(`${id}: its record cannot be read; it is not taken up again`);
    try {
      const next = await recoverJob(folder, record, this.#options.patience.cancelMs);
      const { plan } = next.job;
      const chunks = new JobWishes(folder, plan, next.submittedAt).wantedOf(plan);
      const restarted = record.boot !== next.boot;
      this.#options.log(
        `${id}: its service was killed${restarted ? ", and the machine started again" : ""}; ${next.done.length} frames are done`,
      );
      const job = this.#open(id, { ...next, job: { ...next.job, plan: { ...plan, chunks } } });
      if (restarted) job.interrupt("The machine was started again before this was rendered.");
      if (job.waiting.length === 0) this.#finish(job);
      else this.#queue.add({ id, ...job.wishes, chunks: job.waiting });
      this.#pump();
    } catch (error) {
      this.#options.log(`${id} could not be taken up again: ${messageOf(error)}`);
    }
  }

  #refuseWhenStopping(): void {
    if (this.#stopping)
      throw new RenderServiceError("stopping", "The render service is ending. Try again in a moment.");
  }

  /** Nukes of all jobs, oldest first. */
  get #running(): ChunkRun[] {
    return [...this.#active.values()]
      .flatMap(({ running }) => running)
      .sort((a, b) => a.startedAt - b.startedAt);
  }

  #admits(id: string): boolean {
    const job = this.#active.get(id);
    if (!job) throw new Error(`the queue holds ${id}, which is not active`);
    const loads = [...this.#active.values()].flatMap(({ needMB, loads: each }) =>
      each.map((measuredMB) => ({ needMB, measuredMB })),
    );
    return this.#admission.admits({ id, needMB: job.needMB, running: job.loads.length }, loads);
  }

  #pump(): void {
    const take = (): ReturnType<RenderQueue["take"]> => this.#queue.take((id) => this.#admits(id));
    for (let next = take(); next; next = take()) {
      const { job: id, chunk } = next;
      const job = this.#active.get(id);
      if (!job) throw new Error(`the queue holds ${id}, which is not active`);
      if (this.#dealtAnew(job, chunk)) continue;
      this.#sampler.start();
      job
        .runChunk(chunk, () => this.#running.length)
        .then((after) => this.#takeBack(id, after))
        .catch((error: unknown) => this.#options.log(`chunk ${chunk} of ${id}: ${messageOf(error)}`))
        .finally(() => {
          this.#queue.ended(id, chunk);
          if (this.#queue.isOver(id)) this.#finish(job);
          this.#pump();
        });
    }
  }

  /** Deals what waits of a job anew where that is due, the chunk that was taken among it. */
  #dealtAnew(job: Job, taken: number): boolean {
    const redealt = job.redeal([taken, ...this.#queue.waitingOf(job.id)]);
    if (redealt === null) return false;
    this.#queue.putBack(job.id, taken);
    this.#queue.replace(job.id, redealt.gone, redealt.fresh);
    return true;
  }

  #takeBack(id: string, { back, lostToMemory, holdMs, givenUp }: AfterChunk): void {
    if (lostToMemory) this.#watch.lost(this.#running.length);
    if (givenUp) this.#queue.drop(id);
    else this.#queue.giveBack(id, back);
    if (holdMs !== null) this.#holds.begin(id, holdMs);
    else if (back.length === 0) this.#holds.freed(id);
  }

  #finish(job: Job): void {
    this.#close(job).catch((error: unknown) => this.#options.log(`ending ${job.id}: ${messageOf(error)}`));
  }

  async #close(job: Job): Promise<void> {
    const status = await job.finish();
    try {
      await this.#folders.save(status);
      await removeRecord(this.#folders.path(job.id));
    } catch (error) {
      this.#options.log(`status of ${job.id} was not kept: ${messageOf(error)}`);
    }
    const learned = job.learned;
    if (learned !== null) await this.#history.put(job.historyKey, learned);
    this.#finished.set(job.id, status);
    this.#active.delete(job.id);
    this.#admission.forget(job.id);
    this.#holds.forget(job.id);
    const { doneRanges: framesDone, missingRanges: framesMissing, exitCode } = status;
    this.#emit({ type: "finished", job: job.id, framesDone, framesMissing, exitCode: exitCode ?? 1, status });
    for (const id of await this.#folders.prune(new Set(this.#active.keys()))) this.#finished.delete(id);
    if (this.#active.size > 0) return;
    this.#sampler.stop();
    for (const waiter of this.#idleWaiters) waiter();
    this.#idleWaiters.clear();
  }

  #emit(event: RenderEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // Whoever listens must not hold up a render.
        this.#options.log(`a listener of ${event.type}: ${messageOf(error)}`);
      }
    }
  }
}

function unknownJob(id: string): RenderServiceError {
  return new RenderServiceError("unknown-job", `There is no job ${id}. nbr service status lists them.`);
}
