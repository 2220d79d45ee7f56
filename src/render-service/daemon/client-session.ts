/** One client of the service: answers what it asks and sends it the events it watches. Never waits for it. */
import { messageOf } from "../../plan/text/message-of.ts";
import type { Socket } from "node:net";
import { type MessageConnection, ResponseError, createMessageConnection } from "vscode-jsonrpc/node";
import type { RenderEvent } from "../../plan/job/events.ts";
import { finishedEvent } from "../../plan/job/finished-event.ts";
import { BEING_RENDERED } from "../../plan/output/output-conflict.ts";
import { OutputConflictError, RenderServiceError } from "../protocol/errors.ts";
import { BoundedReader, DirectWriter } from "../protocol/framing.ts";
import { EventBatcher } from "./event-batcher.ts";
import { FAILURE_CODE, PROTOCOL, type Request, eventsNotification, requests } from "../protocol/messages.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";

/** What the service tells of itself. */
export interface Identity {
  readonly version: string;
  readonly stateFolder: string;
  readonly logFile: string;
}

export interface ConnectionHost {
  readonly service: Scheduler;
  readonly identity: Identity;
  readonly log: (line: string) => void;
  /** Ends the whole service after this client has its answer. */
  readonly shutdown: (force: boolean) => Promise<void>;
  readonly closed: (connection: ClientConnection) => void;
}

/** Bytes a client has not read: above this it gets no progress and no lines. */
const SLOW_BYTES = 4 * 1024 * 1024;
/** Above this it is taken for dead. */
const DEAD_BYTES = 64 * 1024 * 1024;

export class ClientConnection {
  readonly #socket: Socket;
  readonly #host: ConnectionHost;
  readonly #rpc: MessageConnection;
  readonly #events: { dispose(): void };
  /** Whether all jobs are watched, and with their lines. */
  #all: { lines: boolean } | null = null;
  readonly #watched = new Map<string, { lines: boolean }>();
  readonly #outbox: EventBatcher;

  constructor(socket: Socket, host: ConnectionHost) {
    this.#socket = socket;
    this.#host = host;
    const quiet = { error: host.log, warn: host.log, info: () => undefined, log: () => undefined };
    this.#rpc = createMessageConnection(new BoundedReader(socket), new DirectWriter(socket), quiet);
    this.#outbox = new EventBatcher(
      () => socket.writableLength > SLOW_BYTES,
      (events) => this.#send(events),
    );
    this.#serveAll();
    this.#rpc.onError(([error]) => host.log(`a client: ${error.message}`));
    this.#rpc.onClose(() => this.#closed());
    this.#events = host.service.onEvent((event) => this.#pass(event));
    this.#rpc.listen();
  }

  /** Closes it; what was written before is still sent. */
  end(): void {
    this.#outbox.flush();
    this.#socket.end();
  }

  #closed(): void {
    this.#events.dispose();
    this.#outbox.close();
    this.#rpc.dispose();
    this.#socket.destroy();
    this.#host.closed(this);
  }

  #serve<Params, Result>(
    { name, type, params: schema }: Request<Params, Result>,
    answer: (params: Params) => Result | Promise<Result>,
  ): void {
    this.#rpc.onRequest(type, async (raw) => {
      const params = schema.safeParse(raw ?? {});
      if (!params.success) {
        const issue = params.error.issues[0];
        const what = `${issue?.path.join(".") ?? ""} ${issue?.message ?? "does not fit the protocol"}`;
        throw failure(new RenderServiceError("bad-message", `${name}: ${what}.`));
      }
      try {
        const answered = await answer(params.data);
        // What happened before an answer is told before it.
        this.#outbox.flush();
        return answered;
      } catch (error) {
        if (!(error instanceof RenderServiceError)) this.#host.log(`${name}: ${messageOf(error)}`);
        throw failure(error);
      }
    });
  }

  #serveAll(): void {
    const { service, identity, shutdown } = this.#host;
    this.#serve(requests.hello, () => ({
      protocol: PROTOCOL,
      pid: process.pid,
      startedAt: Math.round(Date.now() - process.uptime() * 1000),
      ...identity,
    }));
    this.#serve(requests.submit, async ({ job: asked, watch, lines }) => {
      const follow = (id: string): void => {
        if (watch) this.#watched.set(id, { lines });
      };
      const { job, repeated } = await service.submit(asked, follow);
      if (repeated && watch) this.#catchUp(job, follow);
      return { job };
    });
    this.#serve(requests.jobs, () => service.jobs);
    this.#serve(requests.job, ({ job }) => service.job(job));
    this.#serve(requests.plan, ({ job }) => service.plan(job));
    this.#serve(requests.limits, () => service.limits);
    this.#serve(requests.notices, () => service.notices);
    this.#serve(requests.watch, ({ jobs, lines }) => {
      this.#watch(jobs, lines);
      return {};
    });
    this.#serve(requests.lines, ({ job, chunk, stream, from }) => service.lines(job, chunk, stream, from));
    this.#serve(requests.forget, async ({ job }) => {
      await service.forget(job);
      return {};
    });
    this.#serve(requests.configure, (settings) => {
      service.configure(settings);
      return {};
    });
    this.#serve(requests.shutdown, async ({ force }) => {
      await shutdown(force);
      return {};
    });
    this.#serveControls(service);
  }

  /** What people change of jobs. */
  #serveControls(service: Scheduler): void {
    const { controls } = service;
    this.#serve(requests.cancel, ({ job }) => {
      controls.cancel(job);
      return {};
    });
    this.#serve(requests.pause, ({ job }) => {
      controls.pause(job);
      return {};
    });
    this.#serve(requests.resume, async ({ job, ignore }) => {
      await service.resume(job, ignore?.includes(BEING_RENDERED) ?? false);
      return {};
    });
    this.#serve(requests.priority, ({ job, priority }) => {
      controls.setPriority(job, priority);
      return {};
    });
    this.#serve(requests.next, ({ job }) => {
      controls.renderNext(job);
      return {};
    });
    this.#serve(requests.parallel, ({ job, parallel }) => {
      controls.setParallel(job, parallel);
      return {};
    });
    this.#serve(requests.cancelChunk, ({ job, chunk }) => {
      controls.cancelChunk(job, chunk);
      return {};
    });
  }

  #watch(jobs: "all" | readonly string[], lines: boolean): void {
    const { service } = this.#host;
    const known = jobs === "all" ? service.jobs : jobs.map((id) => service.job(id));
    if (jobs === "all") this.#all = { lines: lines || (this.#all?.lines ?? false) };
    else
      for (const id of jobs)
        this.#watched.set(id, { lines: lines || (this.#watched.get(id)?.lines ?? false) });
    for (const status of known) this.#outbox.add({ type: "progress", job: status.job, status });
  }

  /** Its first events went to a connection that is gone: this one gets what holds now. */
  #catchUp(job: string, follow: (id: string) => void): void {
    const status = this.#host.service.job(job);
    if (status.state.kind !== "done") {
      follow(job);
      this.#outbox.add({ type: "progress", job, status });
    } else this.#outbox.add(finishedEvent(status));
  }

  #pass(event: RenderEvent): void {
    const watch = this.#watched.get(event.job) ?? this.#all;
    if (!watch) return;
    if (event.type === "lines" && !watch.lines && !this.#all?.lines) return;
    if (this.#socket.writableLength > DEAD_BYTES) {
      this.#host.log("a client did not read for too long; closing its connection");
      this.#socket.destroy();
      return;
    }
    this.#outbox.add(event);
    if (event.type === "finished") this.#watched.delete(event.job);
  }

  #send(events: RenderEvent[]): void {
    this.#notify(events).catch((error: unknown) =>
      this.#host.log(`events were not sent: ${messageOf(error)}`),
    );
  }

  // Async, so that a connection which has just closed refuses by a rejection and never by throwing at a render.
  async #notify(events: RenderEvent[]): Promise<void> {
    await this.#rpc.sendNotification(eventsNotification, { events });
  }
}

function failure(error: unknown): ResponseError<object | undefined> {
  const conflicts = error instanceof OutputConflictError ? { conflicts: error.conflicts } : {};
  const data = error instanceof RenderServiceError ? { reason: error.reason, ...conflicts } : undefined;
  return new ResponseError(FAILURE_CODE, messageOf(error), data);
}
