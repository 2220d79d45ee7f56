import { type Event, EventEmitter } from "vscode";
import type { JobStatus, RenderEvent } from "../../plan/job/events.ts";
import type { RenderJob } from "../../plan/job/job.ts";
import { BEING_RENDERED } from "../../plan/output/output-conflict.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import type { RenderServiceClient } from "../../render-service/client/client.ts";
import { serviceSettings } from "../../facts/settings.ts";
import { Disposables } from "../disposables.ts";
import { readSettings } from "../settings.ts";

/** The renders of this machine as this window knows them: the one place that talks to the render service. */
export class Renders {
  readonly #jobs = new Map<string, JobStatus>();
  readonly #held = new Disposables();
  readonly #changed = this.#held.add(new EventEmitter<JobStatus>());
  readonly #events = this.#held.add(new EventEmitter<RenderEvent>());
  #connection: Promise<RenderServiceClient> | null = null;
  #disposed = false;

  /** A job appeared or moved. */
  readonly onDidChange: Event<JobStatus> = this.#changed.event;
  /** Everything the service tells. */
  readonly onEvent: Event<RenderEvent> = this.#events.event;

  /** Oldest first. */
  get jobs(): JobStatus[] {
    return [...this.#jobs.values()].sort((a, b) => a.submittedAt - b.submittedAt);
  }

  get(job: string): JobStatus | undefined {
    return this.#jobs.get(job);
  }

  /** The newest job of a Write; undefined when there was none. */
  latest(script: string, write: string): JobStatus | undefined {
    return this.jobs.findLast((job) => job.script === script && job.write === write);
  }

  get active(): JobStatus[] {
    return this.jobs.filter((job) => job.state.kind !== "done");
  }

  /** Shows what already renders, and what was interrupted; where there is neither, no service is started. */
  async lookForRunning(): Promise<void> {
    if (this.#connection) return;
    const { findRenderJobs } = await import("../../render-service/client/connect.ts");
    const client = await findRenderJobs();
    if (client === null) return;
    if (this.#connection) client.dispose();
    else this.#connection = this.#follow(client);
    await this.#connection;
  }

  /** Submits a job to the service exactly once, even if the service dies, and starts the service if needed; returns the job's id once it is queued. */
  async submit(job: RenderJob): Promise<string> {
    const { submitJob } = await import("../../render-service/client/submit-job.ts");
    const connect = async (): Promise<RenderServiceClient> => {
      const client = await this.#connect();
      // The budget the plan was made for; the service holds all Nukes of this machine to it.
      await client.configure({
        ...serviceSettings(readSettings()),
        budgetMB: job.plan.memory.budgetMB,
      });
      return client;
    };
    return (await submitJob(connect, job)).job;
  }

  /** The plan a job was submitted with; null where it was not kept. */
  async plan(job: string): Promise<RenderPlan | null> {
    return await (await this.#connect()).plan(job);
  }

  /** Cancels a job; it has ended when its `finished` event comes. */
  async cancel(job: string): Promise<void> {
    await (await this.#connect()).cancel({ job });
  }

  /** Pauses a job, or resumes it with its unfinished frames; `ignoreConflict`: even if another render writes its files. */
  async setPaused(job: string, paused: boolean, { ignoreConflict = false } = {}): Promise<void> {
    const client = await this.#connect();
    const resumed: Parameters<typeof client.resume>[0] = ignoreConflict
      ? { job, ignore: [BEING_RENDERED] }
      : { job };
    await (paused ? client.pause({ job }) : client.resume(resumed));
  }

  /** Of jobs that wait, those of higher priority (0 to 100) start first. */
  async setPriority(job: string, priority: number): Promise<void> {
    await (await this.#connect()).setPriority({ job, priority });
  }

  /** Puts a job before all others. */
  async renderNext(job: string): Promise<void> {
    await (await this.#connect()).renderNext({ job });
  }

  /** Nukes of a job at once, from now on. */
  async setParallel(job: string, parallel: number): Promise<void> {
    await (await this.#connect()).setParallel({ job, parallel });
  }

  /** Ends one chunk, or sees to it that it never starts. */
  async cancelChunk(job: string, chunk: number): Promise<void> {
    await (await this.#connect()).cancelChunk({ job, chunk });
  }

  /** Resolves when a job has finished. */
  finished(job: string): Promise<JobStatus> {
    const known = this.#jobs.get(job);
    if (known?.state.kind === "done") return Promise.resolve(known);
    return new Promise((resolve) => {
      const listener = this.onDidChange((status) => {
        if (status.job !== job || status.state.kind !== "done") return;
        listener.dispose();
        resolve(status);
      });
    });
  }

  dispose(): void {
    this.#disposed = true;
    // Only the connection ends here: the renders are the service's.
    void this.#connection?.then((client) => client.dispose()).catch(() => undefined);
    this.#held.dispose();
  }

  #connect(): Promise<RenderServiceClient> {
    this.#connection ??= import("../../render-service/client/connect.ts")
      .then(({ connectRenderService }) => connectRenderService())
      .then((client) => this.#follow(client))
      .catch((error: unknown) => {
        this.#connection = null;
        throw error;
      });
    return this.#connection;
  }

  async #follow(client: RenderServiceClient): Promise<RenderServiceClient> {
    client.onEvent((event) => this.#take(event));
    client.onClosed(() => {
      this.#connection = null;
      // The next service continues with what a killed one left; asking for one starts it.
      if (!this.#disposed && this.active.length > 0) void this.#connect().catch(() => undefined);
    });
    await client.watch({ jobs: "all", lines: true });
    for (const status of await client.jobs()) this.#put(status);
    return client;
  }

  #take(event: RenderEvent): void {
    if (event.type === "queued" || event.type === "progress" || event.type === "finished")
      this.#put(event.status);
    this.#events.fire(event);
  }

  #put(status: JobStatus): void {
    const known = this.#jobs.get(status.job);
    // The list that is asked for on connecting may arrive behind newer events.
    if (known?.state.kind === "done" && status.state.kind !== "done") return;
    this.#jobs.set(status.job, status);
    this.#changed.fire(status);
  }
}
