/** All jobs the service knows, by their ids. */
import type { JobStatus } from "../../plan/job/events.ts";
import { loadsOf } from "./admission.ts";
import type { ChunkRunner } from "../chunk/chunk-runner.ts";
import type { Job } from "../job/job.ts";
import type { Load } from "../memory/budget.ts";
import { unknownJob } from "../protocol/errors.ts";
import { Submissions } from "./submissions.ts";

export class JobRegistry {
  /** Those that wait or render. */
  readonly active = new Map<string, Job>();
  /** Finished ones, and damaged ones. */
  readonly finished = new Map<string, JobStatus>();
  readonly submissions = new Submissions((id) => this.active.has(id) || this.finished.has(id));

  /** All of them, oldest first. */
  get all(): JobStatus[] {
    const active = [...this.active.values()].map(({ status }) => status);
    return [...this.finished.values(), ...active].sort((a, b) => a.submittedAt - b.submittedAt);
  }

  /** @throws {RenderServiceError} `unknown-job` */
  status(id: string): JobStatus {
    const status = this.active.get(id)?.status ?? this.finished.get(id);
    if (status === undefined) throw unknownJob(id);
    return status;
  }

  /** What the queue holds is active. */
  queued(id: string): Job {
    const job = this.active.get(id);
    if (!job) throw new Error(`the queue holds ${id}, which is not active`);
    return job;
  }

  /** Nukes of all jobs, oldest first. */
  get running(): ChunkRunner[] {
    return [...this.active.values()]
      .flatMap(({ running }) => running)
      .sort((a, b) => a.startedAt - b.startedAt);
  }

  /** What their Nukes count for. */
  get loads(): Load[] {
    return loadsOf(this.active.values());
  }
}
