/** Opens jobs, takes those up again whose service was killed, and closes them. */
import { messageOf } from "../../plan/text/message-of.ts";
import { count } from "../../plan/text/display.ts";
import type { RenderEvent } from "../../plan/job/events.ts";
import { finishedEvent } from "../../plan/job/finished-event.ts";
import { bootName, findNukes } from "../job/adopt.ts";
import { Job } from "../job/job.ts";
import type { UnfinishedWork } from "../job/restore.ts";
import type { JobOpening } from "../job/types.ts";
import type { ScopeLimits } from "../memory/cgroup-limit.ts";
import { historyKeyOf } from "../memory/history.ts";
import { JOB_FOLDER_VARIABLE } from "../process/environment.ts";
import type { Dependencies } from "../queue/dependencies.ts";
import type { RequeuedChunk } from "../queue/queue.ts";
import { type LoadedJob, loadJob, removeLeftFiles } from "./accept-job.ts";
import type { DamagedJobs } from "./damaged-jobs.ts";
import type { JobRegistry } from "./job-registry.ts";
import type { ServiceOptions } from "./options.ts";
import type { OutputGuard } from "./output-guard.ts";
import type { Pump } from "./pump.ts";
import type { ServiceFiles } from "./service-files.ts";

export interface LifecycleDeps {
  readonly options: ServiceOptions;
  readonly files: ServiceFiles;
  readonly registry: JobRegistry;
  readonly pump: Pump;
  readonly dependencies: Dependencies;
  readonly outputs: OutputGuard;
  readonly damaged: DamagedJobs;
  readonly scopeLimits: ScopeLimits;
  readonly emit: (event: RenderEvent) => void;
  /** Nothing may render or wait any more. */
  readonly ended: () => void;
}

export class Lifecycle {
  readonly #deps: LifecycleDeps;

  constructor(deps: LifecycleDeps) {
    this.#deps = deps;
  }

  /** From here on the job is active. */
  open({ id, job, submittedAt, journal, script }: JobOpening): Job {
    const { options, files, registry, pump, dependencies, scopeLimits, emit } = this.#deps;
    const { queue, blocks } = pump;
    const folder = files.folders.path(id);
    const env = { ...job.env, [JOB_FOLDER_VARIABLE]: folder };
    const opened = new Job({
      submittedAt,
      journal,
      script,
      id,
      job: { ...job, env },
      folder,
      timeouts: options.timeouts,
      retention: files.retention,
      scopeLimits,
      past: files.history.get(historyKeyOf(job)),
      emit,
      queue,
      returned: ({ back, givenUp }) => (givenUp ? queue.drop(id) : queue.giveBack(id, back)),
      waitsFor: () => dependencies.of(id),
      licensed: () => blocks.licensed(id),
    });
    registry.active.set(id, opened);
    return opened;
  }

  /** Goes on with a job whose service was killed. */
  async comeBack(id: string): Promise<void> {
    const { options, files, registry, pump, damaged } = this.#deps;
    try {
      const kept = loadJob(files.folders.path(id), options.log, files.notes.tell);
      if ("damaged" in kept) return await damaged.take(id, kept.damaged);
      registry.submissions.know(kept.job.submission, id);
      const { submittedAt, script } = kept.past;
      const { journal, past, isOver } = kept;
      const job = this.open({ id, job: kept.job, submittedAt, journal, script });
      const left = job.restore(past);
      if (isOver) {
        job.giveUpUnstarted("The job was over before.");
        return this.finish(job);
      }
      await this.#takeUp(job, kept, left);
    } catch (error) {
      options.log(`${id} could not be taken up again: ${messageOf(error)}`);
      registry.active.delete(id);
      pump.queue.drop(id);
      await damaged.take(id, `it could not be taken up again (${messageOf(error)})`);
    }
  }

  /** Finds the Nukes that an earlier service has started, and puts what waits into the queue. */
  async #takeUp(job: Job, { past, journal, job: asked }: LoadedJob, left: UnfinishedWork): Promise<void> {
    const { options, files, pump, dependencies, outputs } = this.#deps;
    const { id } = job;
    const now = bootName();
    const folder = files.folders.path(id);
    const nukes = await findNukes(folder, left.open, past.boot === now, options.timeouts.cancelMs);
    const alive = [...nukes.values()].filter(({ nuke }) => nuke !== null).length;
    options.log(`${id} is taken up again; of ${count(left.open.length, "Nuke")} at work, ${alive} still run`);
    journal.append({ is: "service", boot: now, at: Date.now() });
    if (past.boot !== now) job.interrupt();
    if (left.waiting.length === 0 && nukes.size === 0) return this.finish(job);
    pump.queue.add({ id, ...job.revisions.settings, chunks: [] });
    pump.queue.giveBack(id, left.waiting);
    dependencies.begin(id, past.job.after ?? []);
    outputs.comeBack(id, asked);
    for (const [chunk, adopted] of nukes) {
      pump.queue.took(id, chunk);
      pump.run(job, chunk, adopted);
    }
    pump.start();
  }

  /** Ends a job of which nothing was started, and of which nothing may be. */
  closeUnstarted(id: string, reason: string): void {
    const { registry, pump, emit } = this.#deps;
    const job = registry.active.get(id);
    if (!job) return;
    pump.queue.drop(id);
    job.giveUpUnstarted(reason);
    emit({ type: "message", job: id, chunk: null, severity: "error", text: `Not rendered. ${reason}` });
    this.finish(job);
  }

  /** Nothing of the job waits or runs any more: closes it, unless files of its frames are gone. */
  finish(job: Job): void {
    const { options, dependencies } = this.#deps;
    dependencies.forget(job.id);
    this.#close(job).catch((error: unknown) => options.log(`ending ${job.id}: ${messageOf(error)}`));
  }

  async #close(job: Job): Promise<void> {
    const { options, files, registry, pump, dependencies, outputs, emit, ended } = this.#deps;
    const again = await job.lookAgain();
    if (again.length > 0) return this.#renderAgain(job, again);
    const status = await job.finish();
    try {
      await files.folders.save(status);
      removeLeftFiles(files.folders.path(job.id), files.notes.tell);
    } catch (error) {
      options.log(`status of ${job.id} was not kept: ${messageOf(error)}`);
    }
    await outputs.release(job.id);
    const learned = job.learned;
    if (learned !== null) await files.history.put(job.historyKey, learned);
    registry.finished.set(job.id, status);
    registry.active.delete(job.id);
    pump.forget(job.id);
    dependencies.over(job.id);
    emit(finishedEvent(status));
    await this.prune();
    ended();
  }

  /** Goes on with a job that seemed to be over. */
  #renderAgain(job: Job, again: readonly RequeuedChunk[]): void {
    const { id } = job;
    const { pump, ended } = this.#deps;
    pump.queue.add({ id, ...job.revisions.settings, chunks: [] });
    pump.queue.giveBack(id, again);
    job.changed();
    pump.start();
    ended();
  }

  /** Removes finished jobs that are too old or too many. */
  async prune(): Promise<void> {
    const { files, registry, damaged } = this.#deps;
    const kept = new Set([...registry.active.keys(), ...damaged.ids]);
    await files.retention.prune(files.folders, kept, registry.finished);
  }
}
