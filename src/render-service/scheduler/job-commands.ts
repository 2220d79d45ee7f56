/** What people do with jobs that wait or run: cancel, pause, resume, priority, place, Nukes at once, single chunks. */
import { RenderServiceError } from "../protocol/errors.ts";
import type { Job } from "../job/job.ts";
import type { RenderQueue } from "../queue/queue.ts";

export interface ControlledJobs {
  readonly queue: RenderQueue;
  /** Null: it has ended. @throws {RenderServiceError} `unknown-job` */
  readonly active: (id: string) => Job | null;
  /** Closes a job whose own files are damaged; false: it is none. */
  readonly cancelDamaged: (id: string) => boolean;
  /** Looks at once for what a held job waits for. */
  readonly lookNow: (id: string) => void;
  /** Starts what may be started now. */
  readonly pump: () => void;
  /** Nothing of the job waits or runs any more. */
  readonly finish: (job: Job) => void;
}

/** Nothing happens to a job that has finished; every change outlives this process. */
export class JobCommands {
  readonly #jobs: ControlledJobs;

  constructor(jobs: ControlledJobs) {
    this.#jobs = jobs;
  }

  /** Cancels a job; over when its `finished` event comes. */
  cancel(id: string): void {
    const { queue, active, cancelDamaged, finish } = this.#jobs;
    if (cancelDamaged(id)) return;
    const job = active(id);
    if (job === null) return;
    const waited = !queue.isOver(id);
    queue.drop(id);
    job.cancel();
    // Otherwise its last chunk to end finishes it.
    if (waited && queue.isOver(id)) finish(job);
  }

  /** Ends a job's Nukes and starts none of it until it is resumed; unfinished frames are rendered then. */
  pause(id: string): void {
    this.#jobs.active(id)?.pause();
  }

  /** Goes on with a paused job. */
  resume(id: string): void {
    const { active, lookNow, pump } = this.#jobs;
    const job = active(id);
    if (job === null) return;
    job.resume();
    lookNow(id);
    pump();
  }

  /** Higher ones start first; what runs continues. @param priority 0 to 100 */
  setPriority(id: string, priority: number): void {
    const { queue, active, pump } = this.#jobs;
    const job = active(id);
    if (job === null) return;
    queue.setPriority(id, priority);
    job.revisions.changeSettings({ priority });
    pump();
  }

  /** Its chunks start before those of all others; what runs continues. */
  renderNext(id: string): void {
    const { queue, active, pump } = this.#jobs;
    const job = active(id);
    const now = job === null ? null : queue.putFirst(id);
    if (job === null || now === null) return;
    job.revisions.changeSettings(now);
    pump();
  }

  /** Fewer: those at work beyond that end with their chunks. @param parallel Nukes at once, from 1 on */
  setParallel(id: string, parallel: number): void {
    const { queue, active, pump } = this.#jobs;
    const job = active(id);
    if (job === null) return;
    queue.setParallel(id, parallel);
    job.revisions.changeSettings({ parallel });
    pump();
  }

  /**
   * Ends one chunk, or sees to it that it never starts; its unfinished frames are missing at the end. Nothing happens to one that has ended.
   * @throws {RenderServiceError} `unknown-chunk`
   */
  cancelChunk(id: string, chunk: number): void {
    const { queue, active, finish } = this.#jobs;
    const job = active(id);
    if (job === null) return;
    if (!job.revisions.hasChunk(chunk))
      throw new RenderServiceError(
        "unknown-chunk",
        `${id} has no chunk ${chunk + 1}. nbr ps ${id} lists them.`,
      );
    const waits = queue.waitingOf(id).includes(chunk);
    job.revisions.cancelChunk(chunk);
    if (!waits) return;
    queue.replace(id, new Set([chunk]), []);
    if (queue.isOver(id)) finish(job);
  }
}
