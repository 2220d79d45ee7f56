import { definedEnv } from "../nuke/environment.ts";
import type { JobStatus, RenderEvent } from "../plan/job/events.ts";
import { finishedEvent } from "../plan/job/finished-event.ts";
import type { RenderJob } from "../plan/job/job.ts";
import type { RenderPlan } from "../plan/render-plan.ts";
import type { RenderServiceClient } from "../render-service/client/client.ts";
import { connectRenderService } from "../render-service/client/connect.ts";
import { submitJob } from "../render-service/client/submit-job.ts";
import { OutputConflictError, RenderServiceError } from "../render-service/protocol/errors.ts";
import type { ServiceSettings } from "../render-service/protocol/messages.ts";
import { exitCodes } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

export type Finished = Extract<RenderEvent, { type: "finished" }>;

interface Disposable {
  dispose(): void;
}

/** The render service ended while a render was followed, and no other one continues with it. */
export class ServiceGoneError extends Error {
  readonly reason = "service-gone";
  constructor() {
    super(
      "The render service ended before the render. Check its log (nbr service status shows where it is) and render again.",
    );
    this.name = "ServiceGoneError";
  }
}

/** The service was stopped, and keeps the unrendered frames until the job is resumed. */
export class InterruptedError extends Error {
  readonly reason = "interrupted";
  constructor({ job, framesDone, frameCount, damaged }: JobStatus) {
    super(
      damaged === null
        ? `The render was interrupted because its render service was stopped; ${framesDone} of ${frameCount} frames are done. nbr resume ${job} continues it.`
        : `The render cannot continue: ${damaged} ${framesDone} of ${frameCount} frames are done. nbr retry ${job} renders the others.`,
    );
    this.name = "InterruptedError";
  }
}

/** How often a service that was killed is followed by the next one. */
const MOST_SERVICES = 5;

export interface FollowedRender {
  readonly plan: RenderPlan;
  /** Earlier ones of the list, by their index, that it waits for. */
  readonly waitsFor?: readonly number[];
  /** Jobs of the service that it waits for. */
  readonly after?: readonly string[];
  /** What else was decided for it. */
  readonly decided?: Pick<RenderJob, "ignore" | "outputLocks">;
}

/**
 * Submits plans, with what the service is to hold to from now on, and shows their events until all are finished; answers in the same order.
 * Ctrl-C cancels them and waits for their end. When the service is killed, the next one continues with the renders, and so does this.
 */
export async function followRenders(
  renders: readonly FollowedRender[],
  show: (event: RenderEvent) => void,
  terminal: Terminal,
  settings: ServiceSettings = {},
): Promise<Finished[]> {
  const follower = new Follower(show, terminal);
  try {
    return await follower.follow(renders, settings);
  } finally {
    follower.dispose();
  }
}

class Follower implements Disposable {
  readonly #show: (event: RenderEvent) => void;
  readonly #terminal: Terminal;
  readonly #opened: Disposable[] = [];
  /** Events of jobs whose names are not known here yet. */
  readonly #early: RenderEvent[] = [];
  readonly #over: Promise<void>;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #client: RenderServiceClient | null = null;
  /** In the order they were submitted; null: not finished. */
  readonly #jobs = new Map<string, Finished | null>();
  #submitted = false;
  #cancelling = false;
  #services = 0;

  constructor(show: (event: RenderEvent) => void, terminal: Terminal) {
    this.#show = show;
    this.#terminal = terminal;
    this.#over = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  async follow(renders: readonly FollowedRender[], settings: ServiceSettings): Promise<Finished[]> {
    this.#opened.push(new Interrupt(this.#terminal, () => this.#cancel()));
    this.#submit(renders, settings).catch((error: unknown) => this.#reject(error));
    await this.#over;
    return [...this.#jobs.values()].flatMap((finished) => finished ?? []);
  }

  dispose(): void {
    for (const one of this.#opened) one.dispose();
  }

  /** Those not over, the last one first: what waits is to be cancelled before what it waits for. */
  get #open(): string[] {
    return [...this.#jobs].flatMap(([job, finished]) => (finished === null ? [job] : [])).reverse();
  }

  async #submit(renders: readonly FollowedRender[], settings: ServiceSettings): Promise<void> {
    const env = definedEnv(this.#terminal.env);
    const ids: string[] = [];
    for (const { plan, waitsFor = [], after = [], decided = {} } of renders) {
      const connect = async (): Promise<RenderServiceClient> => {
        const client = this.#client ?? (await this.#attach());
        // The budget the plan was made for; the service holds all Nukes of this machine to it.
        await client.configure({ ...settings, budgetMB: plan.memory.budgetMB });
        return client;
      };
      const before = [...after, ...waitsFor.flatMap((index) => ids[index] ?? [])];
      const asked = { plan, env, after: before, ...decided };
      const { job, client } = await submitJob(connect, asked, { watch: true }).catch(
        async (error: unknown) => {
          if (error instanceof OutputConflictError) await this.#takeBack();
          throw error;
        },
      );
      ids.push(job);
      this.#jobs.set(job, null);
      for (const event of this.#early.splice(0)) this.#take(event);
      if (this.#cancelling) {
        await client.cancel({ job });
        break;
      }
    }
    this.#submitted = true;
    // What was submitted on a connection that is gone is not watched on this one yet.
    if (this.#services > 1 || this.#client === null) this.#catchUp();
    this.#endWhenOver();
  }

  /** One of several renders was refused: the others make no sense without it. */
  async #takeBack(): Promise<void> {
    const open = this.#open;
    for (const job of open) await this.#client?.cancel({ job });
    if (open.length > 0)
      this.#terminal.err(`Cancelled, because not all of these renders could start: ${open.join(", ")}`);
  }

  async #attach(): Promise<RenderServiceClient> {
    this.#services++;
    const client = await connectRenderService();
    this.#client = client;
    this.#opened.push(
      // Its own end is no news.
      client.onClosed(() => this.#lost()),
      client.onEvent((event) => this.#take(event)),
      client,
    );
    return client;
  }

  #take(event: RenderEvent): void {
    const known = this.#jobs.get(event.job);
    if (known === undefined) this.#early.push(event);
    if (known !== null) return;
    this.#show(event);
    if (event.type !== "finished") return;
    this.#jobs.set(event.job, event);
    this.#endWhenOver();
  }

  #endWhenOver(): void {
    if (this.#submitted && this.#open.length === 0) this.#resolve();
  }

  #lost(): void {
    this.#client = null;
    if (this.#services >= MOST_SERVICES) this.#reject(new ServiceGoneError());
    // While it submits, that makes the next connection.
    else if (this.#submitted) this.#catchUp();
  }

  #catchUp(): void {
    this.#goOn().catch((error: unknown) => {
      // The next one is gone as well, which is told by its connection.
      if (error instanceof RenderServiceError && error.reason === "service-gone") return;
      this.#reject(isTold(error) ? error : new ServiceGoneError());
    });
  }

  async #goOn(): Promise<void> {
    const client = this.#client ?? (await this.#attach());
    const open = this.#open;
    await client.watch({ jobs: open, lines: false });
    for (const job of open) {
      const status = await client.job(job);
      if (status.state.kind === "done") this.#take(finishedEvent(status));
      else if (this.#cancelling) await client.cancel({ job });
      else if (status.state.kind === "paused" && status.state.by === "interruption")
        throw new InterruptedError(status);
    }
  }

  #cancel(): void {
    this.#cancelling = true;
    // Without a connection they are cancelled as soon as there is one again.
    for (const job of this.#open) this.#client?.cancel({ job }).catch(() => undefined);
  }
}

/** Says more than that the service has gone. */
function isTold(error: unknown): boolean {
  return (
    error instanceof InterruptedError ||
    (error instanceof RenderServiceError && error.reason === "not-reachable")
  );
}

/** Ctrl-C, SIGTERM: cancel once and wait; a second one, later, leaves the render to the service and ends. */
class Interrupt implements Disposable {
  asked = false;
  #at = 0;
  readonly #stop: () => void;

  constructor(terminal: Terminal, cancel: () => void) {
    const signalled = (): void => {
      // npm and the terminal both pass on one Ctrl-C, so the same press can arrive twice.
      if (this.asked && Date.now() - this.#at > 1000) process.exit(exitCodes.cancelled);
      if (this.asked) return;
      this.asked = true;
      this.#at = Date.now();
      terminal.err("Cancelling… (Ctrl-C again exits without waiting)");
      cancel();
    };
    process.on("SIGINT", signalled);
    process.on("SIGTERM", signalled);
    this.#stop = () => {
      process.off("SIGINT", signalled);
      process.off("SIGTERM", signalled);
    };
  }

  dispose(): void {
    this.#stop();
  }
}
