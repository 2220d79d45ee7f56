/** Jobs that wait for others, and what becomes of them when those have ended. */
import { endingText } from "../../plan/text/display.ts";
import type { JobStatus, WaitedFor } from "../../plan/job/events.ts";
import { outcomeOf } from "../../plan/job/job-state.ts";
import { RenderServiceError } from "../protocol/errors.ts";

export interface DependencyDeps {
  /** Starts nothing of a job for now, or lets it continue. */
  readonly block: (job: string, text: string) => void;
  readonly unblock: (job: string) => void;
  /** The Write of a job that is not over. */
  readonly active: (job: string) => { readonly write: string } | undefined;
  /** How a job ended. */
  readonly finished: (job: string) => JobStatus | undefined;
  /** Waits for fewer jobs than before, or for none. */
  readonly moved: (job: string) => void;
  /** What it waited for did not end well: it must not start any more. */
  readonly hopeless: (job: string, reason: string) => void;
}

export class Dependencies {
  readonly #deps: DependencyDeps;
  /** By the job that waits, those it waits for. */
  readonly #waits = new Map<string, Set<string>>();
  /** Jobs that are in the queue, so that they can be let go or closed. */
  readonly #entered = new Set<string>();

  constructor(deps: DependencyDeps) {
    this.#deps = deps;
  }

  /** @throws {RenderServiceError} `unknown-job` where a job is to wait for one that is not there. */
  require(after: readonly string[]): void {
    const unknown = after.find((id) => !this.#deps.active(id) && !this.#deps.finished(id));
    if (unknown === undefined) return;
    throw new RenderServiceError(
      "unknown-job",
      `The render cannot wait for ${unknown}: there is no such job. nbr ps --all lists them.`,
    );
  }

  /** From now on a job waits; it may be put into the queue before or after this, and `enter` is to be called then. */
  begin(job: string, after: readonly string[]): void {
    if (after.length === 0) return;
    this.#waits.set(job, new Set(after));
    this.#block(job);
  }

  /** The job is in the queue: it is held there until those it waits for have ended, which may already be the case. */
  enter(job: string): void {
    if (!this.#waits.has(job)) return;
    this.#entered.add(job);
    this.#settle(job);
  }

  /** The same for all that have begun to wait: those of a service that was killed, once all of its jobs are known again. */
  enterAll(): void {
    for (const job of this.#waits.keys()) this.enter(job);
  }

  /** Those a job waits for still. */
  of(job: string): WaitedFor[] {
    return [...(this.#waits.get(job) ?? [])].flatMap((id) =>
      this.#deps.finished(id) ? [] : [{ job: id, write: this.#deps.active(id)?.write ?? id }],
    );
  }

  /** Jobs that are not over, and all they wait for themselves. */
  before(jobs: readonly string[]): ReadonlySet<string> {
    const found = new Set<string>();
    const open = jobs.filter((id) => this.#deps.active(id));
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id)) continue;
      found.add(id);
      open.push(...(this.#waits.get(id) ?? []));
    }
    return found;
  }

  /** A job has ended: those that wait for it may start, or never will. */
  over(job: string): void {
    this.forget(job);
    for (const [waiting, before] of this.#waits) if (before.has(job)) this.#settle(waiting);
  }

  /** The job no longer waits, whatever happens to it. */
  forget(job: string): void {
    this.#waits.delete(job);
    this.#entered.delete(job);
  }

  #block(job: string): void {
    const writes = this.of(job).map(({ write }) => write);
    this.#deps.block(job, `Waiting for ${writes.join(", ")}.`);
  }

  /** Checks the jobs that a job depends on. One that is no longer known was complete; otherwise nothing would still wait for it. */
  #settle(job: string): void {
    if (!this.#entered.has(job)) return;
    for (const id of this.#waits.get(job) ?? []) {
      const status = this.#deps.finished(id);
      if (status !== undefined || !this.#deps.active(id)) this.#ended(job, id, status);
    }
  }

  #ended(job: string, id: string, status: JobStatus | undefined): void {
    const before = this.#waits.get(job);
    if (!before?.delete(id)) return;
    if (status !== undefined && outcomeOf(status.state) !== "complete") {
      this.forget(job);
      this.#deps.hopeless(
        job,
        `It depends on ${status.write} (${id}), which did not complete: ${endingText(status)}.`,
      );
      return;
    }
    if (before.size === 0) {
      this.forget(job);
      this.#deps.unblock(job);
    } else this.#block(job);
    this.#deps.moved(job);
  }
}
