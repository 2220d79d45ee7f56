/** The render service itself: takes jobs, starts their chunks, tells what happens. Knows nothing of sockets. */
import type { JobStatus, RenderEvent } from "../../plan/job/events.ts";
import type { RenderJob } from "../../plan/job/job.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import { bootName } from "../job/adopt.ts";
import type { Job } from "../job/job.ts";
import { readLog } from "../logs/log-reader.ts";
import { ScopeLimits } from "../memory/cgroup-limit.ts";
import { RenderServiceError, unknownJob } from "../protocol/errors.ts";
import type { LogPiece, Notice, ServiceLimits, ServiceSettings } from "../protocol/messages.ts";
import { Dependencies } from "../queue/dependencies.ts";
import { sweepScriptCopies } from "../script-snapshot/snapshot-copy.ts";
import { chunkLog } from "../storage/job-store.ts";
import { lockOwner } from "../storage/output-lock.ts";
import { readPlan } from "./accept-job.ts";
import { DamagedJobs } from "./damaged-jobs.ts";
import { EventListeners, type Listener } from "./event-emitter.ts";
import { Intake } from "./intake.ts";
import { JobCommands } from "./job-commands.ts";
import { JobRegistry } from "./job-registry.ts";
import { Lifecycle } from "./lifecycle.ts";
import type { ServiceOptions } from "./options.ts";
import { OutputGuard } from "./output-guard.ts";
import { Pump } from "./pump.ts";
import { type ServiceFiles, openServiceFiles } from "./service-files.ts";

export class Scheduler {
  readonly #files: ServiceFiles;
  readonly #registry = new JobRegistry();
  readonly #listeners: EventListeners;
  readonly #scopeLimits: ScopeLimits;
  readonly #dependencies: Dependencies;
  readonly #damaged: DamagedJobs;
  readonly #outputs: OutputGuard;
  readonly #pump: Pump;
  readonly #lifecycle: Lifecycle;
  readonly #intake: Intake;
  /** What people change of jobs. */
  readonly controls: JobCommands;
  /** Told when nothing renders or waits for its turn any more. */
  readonly #quietWaiters = new Set<() => void>();

  private constructor(options: ServiceOptions) {
    const registry = this.#registry;
    const files = openServiceFiles(options);
    this.#files = files;
    this.#listeners = new EventListeners(options.log);
    const emit = (event: RenderEvent): void => this.#emit(event);
    const ended = (): void => this.#tellQuiet();
    this.#dependencies = this.#newDependencies();
    this.#damaged = new DamagedJobs({
      folders: files.folders,
      known: registry.finished,
      notes: files.notes,
      graceMs: options.timeouts.cancelMs,
      log: options.log,
      emit,
    });
    this.#outputs = this.#newOutputGuard(options);
    const over = (job: Job): void => this.#lifecycle.finish(job);
    const pump = new Pump({ options, registry, limits: files.limits, emit, over, ended });
    this.#pump = pump;
    this.#scopeLimits = new ScopeLimits(
      () => registry.loads,
      () => pump.budgetMB,
    );
    const shared = {
      options,
      files,
      registry,
      pump,
      dependencies: this.#dependencies,
      outputs: this.#outputs,
      emit,
    };
    this.#lifecycle = new Lifecycle({
      ...shared,
      damaged: this.#damaged,
      scopeLimits: this.#scopeLimits,
      ended,
    });
    this.#intake = new Intake({ ...shared, lifecycle: this.#lifecycle });
    this.controls = new JobCommands({
      queue: pump.queue,
      active: (id) => this.#activeOrOver(id),
      cancelDamaged: (id) => this.#damaged.cancel(id),
      lookNow: (id) => pump.blocks.lookNow(id),
      pump: () => pump.start(),
      finish: over,
    });
  }

  #newDependencies(): Dependencies {
    const { active, finished } = this.#registry;
    return new Dependencies({
      block: (id, text) => active.get(id)?.change({ type: "blocked", reason: "dependency", text }),
      unblock: (id) => active.get(id)?.change({ type: "unblocked", reason: "dependency" }),
      active: (id) => active.get(id)?.plan,
      finished: (id) => finished.get(id),
      moved: (id) => active.get(id)?.changed(),
      hopeless: (id, reason) => this.#lifecycle.closeUnstarted(id, reason),
    });
  }

  #newOutputGuard({ stateFolder, lockHeartbeatMs: heartbeatMs, log }: ServiceOptions): OutputGuard {
    const owner = lockOwner(stateFolder, bootName());
    return new OutputGuard({
      status: (id) => this.#registry.active.get(id)?.status,
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
    const service = new Scheduler(options);
    const { folders } = service.#files;
    const { finished, submissions } = service.#registry;
    await folders.prepare();
    await sweepScriptCopies(await folders.all());
    for (const found of await folders.find()) {
      if ("status" in found) {
        finished.set(found.id, found.status);
        submissions.know(found.status.submission, found.id);
      }
      if (found.is === "unfinished") await service.#lifecycle.comeBack(found.id);
      if (found.is === "traces") await service.#damaged.take(found.id, "its journal is gone");
      if (found.is === "nothing") await folders.removeUnaccepted(found.id);
    }
    service.#dependencies.enterAll();
    service.#pump.start();
    await service.#lifecycle.prune();
    service.#tellQuiet();
    return service;
  }

  /** Jobs that render or wait for their turn. */
  get activeJobs(): number {
    return this.#busy.length;
  }

  /** All jobs known, oldest first. */
  get jobs(): JobStatus[] {
    return this.#registry.all;
  }

  /** @throws {RenderServiceError} `unknown-job` */
  job(id: string): JobStatus {
    return this.#registry.status(id);
  }

  /** The plan of a job; of one that is over, as its journal has it. @throws {RenderServiceError} `unknown-job` */
  async plan(id: string): Promise<RenderPlan | null> {
    this.job(id);
    return this.#registry.active.get(id)?.plan ?? (await readPlan(this.#files.folders.path(id)));
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
    return this.#intake.submit(asked, accepted);
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
    const { active, finished } = this.#registry;
    if (!active.has(id) && !finished.has(id)) throw unknownJob(id);
    this.#damaged.refuse(id);
    return active.get(id) ?? null;
  }

  /** Reads a chunk's log back. */
  async lines(id: string, chunk: number, stream: "stdout" | "stderr", from: number): Promise<LogPiece> {
    this.job(id);
    return readLog(chunkLog(this.#files.folders.path(id), chunk, stream), from);
  }

  /** Removes a finished job and its logs. */
  async forget(id: string): Promise<void> {
    const { active, finished, submissions } = this.#registry;
    if (active.has(id))
      throw new RenderServiceError("job-running", `${id} has not finished. Cancel it first.`);
    submissions.forget(finished.get(id)?.submission);
    if (!finished.delete(id)) throw unknownJob(id);
    await this.#files.folders.remove(id);
  }

  /** What is absent stays as it is; null: the machine decides. */
  configure(settings: ServiceSettings): void {
    this.#files.retention.set(settings);
    this.#scopeLimits.wanted = settings.systemdScope ?? this.#scopeLimits.wanted;
    this.#files.limits.configure(settings);
    this.#pump.applyLimits();
  }

  /** What holds for all jobs together. */
  get limits(): ServiceLimits {
    return { ...this.#files.limits.now, running: this.#pump.queue.running };
  }

  /** What people should know of the service's own files. */
  get notices(): Notice[] {
    return this.#files.notes.all.map(({ at, text }) => ({ at, text }));
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
    this.#intake.close();
    for (const { id } of this.#busy) this.controls.cancel(id);
    await this.#quiet();
    this.#files.limits.forget();
  }

  /**
   * Ends the service's work for the time being, as when the machine is shut down: its Nukes end, and its jobs come back as interrupted
   * with the next service.
   */
  async suspend(): Promise<void> {
    this.#intake.close();
    for (const job of this.#busy) job.interrupt();
    await this.#quiet();
  }

  /** Jobs that are not over, and are not waiting for someone to resume them after the machine or the service was stopped. */
  get #busy(): Job[] {
    const { queue } = this.#pump;
    return [...this.#registry.active.values()].filter(
      (job) => !job.interrupted || queue.runningOf(job.id) > 0,
    );
  }

  #tellQuiet(): void {
    if (this.#busy.length > 0) return;
    this.#pump.rest();
    for (const waiter of this.#quietWaiters) waiter();
    this.#quietWaiters.clear();
  }

  async #quiet(): Promise<void> {
    if (this.#busy.length > 0) await new Promise<void>((resolve) => this.#quietWaiters.add(resolve));
    await this.#damaged.saved;
    this.#pump.rest();
  }

  #emit(event: RenderEvent): void {
    if (event.type === "frame-done") this.#outputs.wrote(event.job);
    this.#listeners.emit(event);
  }
}
