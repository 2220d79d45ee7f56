/** The render service as a client sees it. */
import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { type MessageConnection, createMessageConnection } from "vscode-jsonrpc/node";
import type { JobStatus, RenderEvent } from "../../plan/job/events.ts";
import type { RenderJob } from "../../plan/job/job.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import { RenderServiceError } from "../protocol/errors.ts";
import { ask, gone, replaceOther } from "./ask.ts";
import { type Answerer, DEFAULT_LIMITS, type RequestLimits, within } from "./time-limit.ts";
import { BoundedReader, DirectWriter } from "../protocol/framing.ts";
import { productVersion } from "../protocol/version.ts";
import {
  type Hello,
  type LogPiece,
  type Notice,
  PROTOCOL,
  type Request,
  type ServiceLimits,
  type ServiceSettings,
  eventsNotification,
  eventsSchema,
  requests,
} from "../protocol/messages.ts";

export type { Hello, LogPiece, Notice, ServiceLimits } from "../protocol/messages.ts";

export interface Disposable {
  dispose(): void;
}

/** Whether a client gets the events of a job it submits, and its output lines with them. */
export interface Follow {
  readonly watch?: boolean;
  readonly lines?: boolean;
}

/** Bytes; the list of all jobs may be long, and the service is trusted more than its clients. */
const LONGEST_ANSWER = 512 * 1024 * 1024;

export class RenderServiceClient implements Disposable {
  readonly hello: Hello;
  readonly #rpc: MessageConnection;
  readonly #socket: Socket;
  readonly #listeners = new Set<(event: RenderEvent) => void>();
  readonly #closedListeners = new Set<() => void>();
  readonly #limits: RequestLimits;
  #closed = false;
  #heartbeat: NodeJS.Timeout | null = null;
  #silence: RenderServiceError | null = null;

  private constructor(socket: Socket, rpc: MessageConnection, hello: Hello, limits: RequestLimits) {
    this.#socket = socket;
    this.#rpc = rpc;
    this.hello = hello;
    this.#limits = limits;
    rpc.onNotification(eventsNotification, (raw) => this.#take(raw));
    rpc.onClose(() => this.#close());
    // A socket that closed while we greeted tells no one again.
    if (socket.destroyed) setImmediate(() => this.#close());
  }

  /**
   * Greets the service on a connected socket.
   * @throws {RenderServiceError} `not-reachable` when it does not answer in time, `service-gone` when it hangs up,
   * `other-version` when it speaks another protocol.
   */
  static async greet(
    socket: Socket,
    answerer: Answerer,
    limits: RequestLimits = DEFAULT_LIMITS,
  ): Promise<RenderServiceClient> {
    const quiet = {
      error: () => undefined,
      warn: () => undefined,
      info: () => undefined,
      log: () => undefined,
    };
    const rpc = createMessageConnection(
      new BoundedReader(socket, LONGEST_ANSWER),
      new DirectWriter(socket),
      quiet,
    );
    // A broken connection closes; what is asked meanwhile is then refused.
    rpc.onError(() => undefined);
    const closing = rpc.onClose(() => rpc.dispose());
    rpc.listen();
    try {
      const asked = ask(rpc, requests.hello, { protocol: PROTOCOL, version: productVersion });
      const hello = await within(limits.greetMs, answerer, asked);
      if (hello.protocol !== PROTOCOL) throw await within(limits.longMs, answerer, replaceOther(rpc, hello));
      closing.dispose();
      return new RenderServiceClient(socket, rpc, hello, limits);
    } catch (error) {
      rpc.dispose();
      socket.destroy();
      throw error;
    }
  }

  /**
   * Hands over a job; returns its id once it is queued. `submitJob` also goes on when the service dies meanwhile.
   * @param follow this client gets the job's events from the first one on, with its output lines where `lines` is set.
   * @throws {RenderServiceError} `bad-plan`, `stopping`
   * @throws {OutputConflictError} where another render writes some of the same files.
   */
  submit(job: RenderJob, follow: Follow = {}): Promise<{ job: string }> {
    const { watch = false, lines = false } = follow;
    const named = { ...job, submission: job.submission ?? randomUUID() };
    if (watch) this.#beat();
    // Its script is copied first, which may be large and far away.
    return this.#ask(requests.submit, { job: named, watch, lines }, this.#limits.longMs);
  }

  /** All jobs the service knows, finished ones included, oldest first. */
  jobs(): Promise<JobStatus[]> {
    return this.#ask(requests.jobs, {});
  }

  /** @throws {RenderServiceError} `unknown-job` */
  job(id: string): Promise<JobStatus> {
    return this.#ask(requests.job, { job: id });
  }

  /** The plan a job was submitted with, also when it is over; null where it was not kept. @throws {RenderServiceError} `unknown-job` */
  plan(id: string): Promise<RenderPlan | null> {
    return this.#ask(requests.plan, { job: id });
  }

  /** Asks for the end of a job; it is over when its `finished` event comes. */
  async cancel(job: { job: string }): Promise<void> {
    await this.#ask(requests.cancel, job);
  }

  /** Ends a job's Nukes and starts no others; what they had not finished is rendered when it is resumed. */
  async pause(job: { job: string }): Promise<void> {
    await this.#ask(requests.pause, job);
  }

  /**
   * Goes on with a paused or interrupted job.
   * @throws {OutputConflictError} where another render writes some of the same files by now, and that is not ignored.
   */
  async resume(job: { job: string; ignore?: RenderJob["ignore"] }): Promise<void> {
    await this.#ask(requests.resume, job);
  }

  /** Jobs of a higher priority (0 to 100) start first; what runs goes on. */
  async setPriority(what: { job: string; priority: number }): Promise<void> {
    await this.#ask(requests.priority, what);
  }

  /** Puts a job before all others; what runs goes on. */
  async renderNext(job: { job: string }): Promise<void> {
    await this.#ask(requests.next, job);
  }

  /** Nukes of a job at once (1 to 256) from now on; those at work beyond that end with their chunks. */
  async setParallel(what: { job: string; parallel: number }): Promise<void> {
    await this.#ask(requests.parallel, what);
  }

  /**
   * Ends one chunk (from 0), or sees to it that it never starts; its unfinished frames are missing in the end.
   * @throws {RenderServiceError} `unknown-job`, `unknown-chunk`
   */
  async cancelChunk(what: { job: string; chunk: number }): Promise<void> {
    await this.#ask(requests.cancelChunk, what);
  }

  /** What holds for all jobs together. */
  limits(): Promise<ServiceLimits> {
    return this.#ask(requests.limits, {});
  }

  /** Damaged files that the service has found since it started. */
  notices(): Promise<Notice[]> {
    return this.#ask(requests.notices, {});
  }

  /** From now on the events of these jobs come to `onEvent`, first each job's present status as a `progress` event. Adds to earlier calls. */
  async watch(what: { jobs: "all" | string[]; lines: boolean }): Promise<void> {
    if (what.jobs !== "all") this.#beat();
    await this.#ask(requests.watch, what);
  }

  /** Reads a chunk's output back; `from` in bytes, negative from the end (default: from the start). */
  lines(where: {
    job: string;
    chunk: number;
    stream?: "stdout" | "stderr";
    from?: number;
  }): Promise<LogPiece> {
    return this.#ask(requests.lines, { stream: "stdout", from: 0, ...where });
  }

  /** Removes a finished job and its logs. */
  async forget(job: { job: string }): Promise<void> {
    await this.#ask(requests.forget, job);
  }

  /** Sets what holds for all jobs together, no matter who submitted them; the last one to say so wins. */
  async configure(settings: ServiceSettings): Promise<void> {
    await this.#ask(requests.configure, settings);
  }

  /**
   * Ends the service; resolves when another one could be started. With `force`, running jobs are cancelled.
   * @throws {RenderServiceError} `busy`, `not-reachable` where it does not end in time
   */
  async shutdown({ force }: { force: boolean }): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.onClosed(resolve);
    });
    const wasOpen = !this.#closed;
    try {
      const waiting = force ? " It was told to end and waits for its Nukes to end." : "";
      await this.#ask(requests.shutdown, { force }, this.#limits.longMs, waiting);
    } catch (error) {
      // It may be gone before its answer has left; gone is what was asked for.
      if (!wasOpen || !(error instanceof RenderServiceError && error.reason === "service-gone")) throw error;
    }
    await within(this.#limits.greetMs, this.#answerer, closed);
  }

  onEvent(listener: (event: RenderEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** Called once when the connection has ended, by whichever side. */
  onClosed(listener: () => void): Disposable {
    if (this.#closed) setImmediate(listener);
    else this.#closedListeners.add(listener);
    return { dispose: () => this.#closedListeners.delete(listener) };
  }

  /** What to tell who waits for an answer that cannot come any more. */
  get closedBecause(): RenderServiceError {
    return this.#silence ?? gone();
  }

  /** Hangs up. Renders go on. */
  dispose(): void {
    this.#socket.end();
    this.#close();
  }

  /** @param waiting what it may be waiting for, in words. */
  async #ask<Params, Result>(
    request: Request<Params, Result>,
    params: Params,
    limitMs = this.#limits.requestMs,
    waiting = "",
  ): Promise<Result> {
    if (this.#closed) throw this.closedBecause;
    return within(limitMs, this.#answerer, ask(this.#rpc, request, params), waiting);
  }

  get #answerer(): Answerer {
    return { pid: this.hello.pid, logFile: this.hello.logFile };
  }

  /** A client that only waits for events would wait forever for a service that hangs: it asks now and then, and hangs up without an answer. */
  #beat(): void {
    if (this.#closed) return;
    this.#heartbeat ??= setInterval(() => {
      this.limits().catch((error: unknown) => {
        if (this.#closed || !(error instanceof RenderServiceError) || error.reason !== "not-reachable")
          return;
        this.#silence = error;
        this.dispose();
      });
    }, this.#limits.heartbeatMs).unref();
  }

  #take(raw: unknown): void {
    const batch = eventsSchema.safeParse(raw);
    // A service that talks nonsense is no service of ours.
    if (!batch.success) return this.dispose();
    for (const event of batch.data.events) for (const listener of this.#listeners) listener(event);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#heartbeat) clearInterval(this.#heartbeat);
    // Refuses whatever has not been answered.
    this.#rpc.dispose();
    this.#socket.destroySoon();
    for (const listener of this.#closedListeners) listener();
    this.#closedListeners.clear();
    this.#listeners.clear();
  }
}
