/** Starts the Nukes that may run now, and takes what they leave back into the queue. */
import { messageOf } from "../../plan/text/message-of.ts";
import { availableParallelism } from "node:os";
import type { RenderEvent } from "../../plan/job/events.ts";
import { mayStart } from "../../plan/job/job-state.ts";
import type { Adopted } from "../chunk/adopted.ts";
import type { Job } from "../job/job.ts";
import type { FollowUp } from "../job/types.ts";
import { BlockTimers } from "../queue/block-timers.ts";
import { RenderQueue } from "../queue/queue.ts";
import { Admission } from "./admission.ts";
import { Eviction } from "./eviction.ts";
import type { JobRegistry } from "./job-registry.ts";
import type { Limits } from "./limits.ts";
import { MemorySampler } from "./memory-sampler.ts";
import type { ServiceOptions } from "./options.ts";

export interface PumpDeps {
  readonly options: ServiceOptions;
  readonly registry: JobRegistry;
  readonly limits: Limits;
  readonly emit: (event: RenderEvent) => void;
  /** Nothing of the job waits or runs any more. */
  readonly over: (job: Job) => void;
  /** A Nuke has ended, and its job goes on. */
  readonly ended: () => void;
}

export class Pump {
  readonly #deps: PumpDeps;
  readonly queue: RenderQueue;
  readonly blocks: BlockTimers;
  readonly #eviction: Eviction;
  readonly #admission: Admission;
  readonly #sampler: MemorySampler;

  constructor(deps: PumpDeps) {
    this.#deps = deps;
    const { registry, limits, emit } = deps;
    const { freeFloorMB, log } = deps.options;
    this.queue = new RenderQueue(availableParallelism(), (id) => mayStart(registry.queued(id).state));
    this.blocks = new BlockTimers({
      queue: this.queue,
      block: (id, block) => registry.active.get(id)?.change({ type: "blocked", ...block }),
      unblock: (id, reason) => registry.active.get(id)?.change({ type: "unblocked", reason }),
      pump: () => this.start(),
    });
    this.#eviction = new Eviction({ freeFloorMB, log });
    this.#admission = new Admission(limits.budgetMB, this.#eviction, emit);
    this.queue.maxParallel = limits.maxParallel;
    this.#sampler = new MemorySampler(
      () => [...registry.active.values()],
      () => {
        this.#eviction.look(registry.running, this.budgetMB);
        // What Nukes turn out to need may be less than was estimated.
        this.start();
      },
      log,
    );
  }

  /** What all Nukes together may take, MB. */
  get budgetMB(): number {
    return this.#admission.budgetMB;
  }

  /** The limits have changed. */
  applyLimits(): void {
    const { limits } = this.#deps;
    this.queue.maxParallel = limits.maxParallel;
    this.#admission.budgetMB = limits.budgetMB;
    this.start();
  }

  /** Starts what may be started now. */
  start(): void {
    const take = (): ReturnType<RenderQueue["take"]> => this.queue.take((id) => this.#admits(id));
    for (let next = take(); next; next = take()) {
      const job = this.#deps.registry.queued(next.job);
      if (!this.#redistribute(job, next.chunk)) this.run(job, next.chunk);
    }
  }

  /** Renders a chunk that the queue has given out. @param adopted its Nuke, where an earlier service has started it. */
  run(job: Job, chunk: number, adopted: Adopted | null = null): void {
    const { id } = job;
    const { options, registry, over, ended } = this.#deps;
    this.#sampler.start();
    job
      .runChunk(chunk, () => registry.running.length, adopted)
      .then((after) => this.#requeue(id, after))
      .catch((error: unknown) => options.log(`chunk ${chunk} of ${id}: ${messageOf(error)}`))
      .finally(() => {
        this.queue.ended(id, chunk);
        if (this.queue.isOver(id)) over(job);
        else ended();
        this.start();
      });
  }

  /** The job is over. */
  forget(id: string): void {
    this.#admission.forget(id);
    this.blocks.forget(id);
  }

  /** Nothing runs: memory is not looked at. */
  rest(): void {
    this.#sampler.stop();
  }

  #admits(id: string): boolean {
    const { registry } = this.#deps;
    const job = registry.queued(id);
    const text = this.#admission.refusal(
      { id, needMB: job.needMB, running: job.loads.length },
      registry.loads,
    );
    job.change(
      text === null ? { type: "unblocked", reason: "memory" } : { type: "blocked", reason: "memory", text },
    );
    return text === null;
  }

  /** Distributes what waits of a job again where that is due, the chunk that was taken among it. */
  #redistribute(job: Job, taken: number): boolean {
    const dealt = job.revisions.redistribute([taken, ...this.queue.waitingOf(job.id)]);
    if (dealt === null) return false;
    this.queue.putBack(job.id, taken);
    const fresh = dealt.fresh.map(({ chunk }) => chunk);
    this.queue.replace(job.id, dealt.gone, fresh);
    return true;
  }

  #requeue(id: string, { back, lostToMemory, blocked, givenUp }: FollowUp): void {
    if (lostToMemory) this.#eviction.lost(this.#deps.registry.running.length);
    if (givenUp) this.queue.drop(id);
    else this.queue.giveBack(id, back);
    if (blocked !== null) this.blocks.begin(id, blocked);
    else if (back.length === 0) this.blocks.freed(id);
  }
}
