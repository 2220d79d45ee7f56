/** Takes jobs: refuses what cannot be rendered, writes down what can, and puts it into the queue. */
import type { RenderEvent } from "../../plan/job/events.ts";
import type { RenderJob } from "../../plan/job/job.ts";
import { distributeByHistory } from "../job/redistribution.ts";
import { historyKeyOf } from "../memory/history.ts";
import { prepareNukeTemp } from "../process/environment.ts";
import { RenderServiceError } from "../protocol/errors.ts";
import type { Dependencies } from "../queue/dependencies.ts";
import { type AcceptedJob, acceptJob, rollbackAccept } from "./accept-job.ts";
import type { JobRegistry } from "./job-registry.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { ServiceOptions } from "./options.ts";
import type { OutputGuard } from "./output-guard.ts";
import type { Pump } from "./pump.ts";
import type { ServiceFiles } from "./service-files.ts";
import { validatePlan } from "./validate-plan.ts";

export interface IntakeDeps {
  readonly options: ServiceOptions;
  readonly files: ServiceFiles;
  readonly registry: JobRegistry;
  readonly pump: Pump;
  readonly lifecycle: Lifecycle;
  readonly dependencies: Dependencies;
  readonly outputs: OutputGuard;
  readonly emit: (event: RenderEvent) => void;
}

export class Intake {
  readonly #deps: IntakeDeps;
  #closed = false;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  /** No job is taken any more. */
  close(): void {
    this.#closed = true;
  }

  /** `Scheduler.submit` */
  submit(asked: RenderJob, accepted: (id: string) => void): Promise<{ job: string; repeated: boolean }> {
    return this.#deps.registry.submissions.once(asked.submission, () => this.#submit(asked, accepted));
  }

  async #submit(asked: RenderJob, accepted: (id: string) => void): Promise<string> {
    const { files, pump, lifecycle, dependencies, emit } = this.#deps;
    this.#refuseWhenClosed();
    validatePlan(asked.plan);
    dependencies.require(asked.after ?? []);
    const plan = distributeByHistory(asked.plan, files.history.get(historyKeyOf(asked)));
    const request = { ...asked, plan };
    const taken = await this.#accept(request);
    const { id, problem } = taken;
    const job = lifecycle.open({ ...taken, script: taken.mark });
    dependencies.begin(id, request.after ?? []);
    accepted(id);
    emit({ type: "queued", job: id, status: job.status });
    const trouble = plan.nuke?.demo === true ? null : await prepareNukeTemp(job.env);
    for (const text of [problem, trouble])
      if (text !== null) emit({ type: "message", job: id, chunk: null, severity: "warning", text });
    const chunks = job.revisions.waiting;
    // It, or all its chunks, may have been cancelled while its folders were made.
    if (chunks.length === 0) lifecycle.finish(job);
    else {
      pump.queue.add({ id, ...job.revisions.settings, chunks });
      dependencies.enter(id);
      pump.start();
    }
    return id;
  }

  /** Writes a job down, once its files are its own. @throws what `submit` does; nothing of the job is left then. */
  async #accept(request: RenderJob): Promise<AcceptedJob> {
    const { options, files, outputs } = this.#deps;
    const reserved = await outputs.reserve(request);
    let taken: AcceptedJob | null = null;
    try {
      taken = await acceptJob(request, files.folders, options.log);
      await reserved.confirm(taken.id);
      this.#refuseWhenClosed();
      return taken;
    } catch (error) {
      if (taken !== null) await rollbackAccept(taken, files.folders);
      await reserved.release();
      throw error;
    }
  }

  #refuseWhenClosed(): void {
    if (this.#closed)
      throw new RenderServiceError("stopping", "The render service is ending. Try again in a moment.");
  }
}
