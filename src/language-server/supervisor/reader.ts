/** One thread that reads scripts and answers questions about them, watched from outside. */
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { CancellationToken } from "vscode-languageserver";
import {
  type MessageConnection,
  PortMessageReader,
  PortMessageWriter,
  createMessageConnection,
} from "vscode-languageserver/node";
import type { ForwardedRequest } from "./messages.ts";

export interface ReaderLimits {
  /** Heap of the thread. */
  readonly memoryMB: number;
  /** Milliseconds without a turn of its event loop. */
  readonly silence: number;
}

export interface ReaderDeath {
  readonly reason: "silence" | "memory" | "error";
  readonly detail: string;
  /** Uri of the script it was working on; empty when it had none yet. */
  readonly at: string;
  /** Requests it has not answered, oldest first. */
  readonly unanswered: readonly ForwardedRequest[];
}

export interface ReaderOptions {
  /** The program of the thread. */
  readonly file: string;
  readonly limits: ReaderLimits;
  /** Uris of files on disk that it leaves alone. */
  readonly skipped: readonly string[];
  readonly onRequest: (method: string, params: unknown, token: CancellationToken) => Promise<unknown>;
  readonly onNotification: (method: string, params: unknown) => void;
  readonly onDeath: (death: ReaderDeath) => void;
}

/** What a thread is started with. */
export interface ReaderData {
  readonly role: "reader";
  readonly pulse: MessagePort;
  readonly skipped: readonly string[];
}

/** Milliseconds between two looks, and for how long they continue when nothing is asked: work in the background may hang too. */
const [LOOK, LINGER] = [250, 30_000];

export class Reader {
  readonly #options: ReaderOptions;
  readonly #worker: Worker;
  readonly #rpc: MessageConnection;
  readonly #pulse: MessagePort;
  readonly #unanswered = new Set<ForwardedRequest>();
  /** What came before it was ready; null once it is. */
  #waiting: (() => void)[] | null = [];
  #ended = false;
  #at = "";
  #looks: NodeJS.Timeout | null = null;
  /** Looks since the last sign of life; null: none is expected. */
  #missed: number | null = null;
  #watchUntil = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
    const { port1, port2 } = new MessageChannel();
    this.#pulse = port1;
    const workerData: ReaderData = { role: "reader", pulse: port2, skipped: options.skipped };
    this.#worker = new Worker(options.file, {
      workerData,
      transferList: [port2],
      resourceLimits: { maxOldGenerationSizeMb: options.limits.memoryMB },
      // Standard output is the editor's.
      stdout: true,
    });
    this.#worker.stdout.pipe(process.stderr, { end: false });
    // What it said last, through the other port, comes first.
    this.#worker.on("error", (error: unknown) => setImmediate(() => this.#failed(error)));
    this.#worker.on("exit", (code) =>
      setImmediate(() => this.#die("error", `its reader ended with ${code}`)),
    );
    this.#pulse.on("message", (said: unknown) => {
      if (typeof said === "string") this.#at = said;
      else this.#missed = null;
    });
    this.#pulse.unref();
    this.#rpc = createMessageConnection(
      new PortMessageReader(this.#worker),
      new PortMessageWriter(this.#worker),
    );
    this.#rpc.onRequest((method, params, token) => options.onRequest(method, params, token));
    this.#rpc.onNotification((method, params) => options.onNotification(method, params));
    this.#rpc.listen();
  }

  /** Replays the editor's first messages, then those that arrived in the meantime. Returns the response to `initialize`. */
  async start(initialize: unknown): Promise<unknown> {
    const answer: unknown = await this.#rpc.sendRequest("initialize", initialize);
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const send of waiting) send();
    this.#watch();
    return answer;
  }

  request(request: ForwardedRequest): void {
    this.#unanswered.add(request);
    this.#whenReady(() => {
      const { method, params, token, resolve, reject } = request;
      this.#rpc.sendRequest<unknown>(method, params, token).then(
        (answer) => this.#unanswered.delete(request) && resolve(answer),
        (error: unknown) => this.#unanswered.delete(request) && reject(error),
      );
    });
  }

  notify(method: string, params: unknown): void {
    this.#whenReady(() => {
      this.#rpc.sendNotification(method, params).catch(() => {
        // It has just died, which is told elsewhere.
      });
    });
  }

  /** Ends the thread; its death is not told. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#stop();
    await this.#worker.terminate();
  }

  #whenReady(send: () => void): void {
    if (this.#ended) return;
    if (this.#waiting) {
      this.#waiting.push(send);
      return;
    }
    send();
    this.#watch();
  }

  #watch(): void {
    this.#watchUntil = performance.now() + LINGER;
    this.#looks ??= setInterval(() => this.#look(), LOOK).unref();
  }

  /** Counts looks and no clock: a machine that slept or was busy has not looked either. */
  #look(): void {
    if (this.#missed !== null) {
      this.#missed++;
      const { silence } = this.#options.limits;
      if (this.#missed * LOOK >= silence) this.#die("silence", `it took more than ${silence / 1000} seconds`);
    } else if (this.#unanswered.size > 0 || performance.now() < this.#watchUntil) {
      this.#missed = 0;
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
      this.#pulse.postMessage(null);
    } else if (this.#looks) {
      clearInterval(this.#looks);
      this.#looks = null;
    }
  }

  #failed(error: unknown): void {
    const isMemory = error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
    const detail = isMemory
      ? `it needed more than ${this.#options.limits.memoryMB} MB of memory`
      : String(error);
    this.#die(isMemory ? "memory" : "error", detail);
  }

  #die(reason: ReaderDeath["reason"], detail: string): void {
    if (this.#ended) return;
    this.#ended = true;
    const unanswered = [...this.#unanswered];
    this.#unanswered.clear();
    this.#stop();
    this.#worker.terminate().catch(() => {
      // It is gone already.
    });
    for (const request of unanswered) request.deaths++;
    this.#options.onDeath({ reason, detail, at: this.#at, unanswered });
  }

  #stop(): void {
    if (this.#looks) clearInterval(this.#looks);
    this.#looks = null;
    this.#pulse.close();
    this.#rpc.dispose();
  }
}
