/** Socket server: the socket, its clients, and the end of the process when it is idle. */
import { messageOf } from "../../plan/text/message-of.ts";
import { chmod, lstat, rm, rmdir } from "node:fs/promises";
import { type Server, createServer } from "node:net";
import { dirname } from "node:path";
import { ClientConnection, type Identity } from "./client-session.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import { setAside } from "../storage/state-file.ts";
import { IdleGc } from "./idle-gc.ts";

export interface ServerOptions {
  readonly service: Scheduler;
  readonly identity: Identity;
  readonly socket: string;
  /** Milliseconds without jobs and clients after which it ends. */
  readonly idleMs: number;
  readonly log: (line: string) => void;
  /** Called when clients can reach nothing here any more, before they are let go. */
  readonly release: () => Promise<void>;
  /** Called for each client: what clients find the service by may have been damaged. */
  readonly repair: () => Promise<void>;
}

/** How long (ms) a service waits for its first client: the one that started it may have died. */
const UNUSED_MS = 20_000;

export class ServiceServer {
  readonly #options: ServerOptions;
  readonly #server: Server;
  readonly #clients = new Set<ClientConnection>();
  readonly #done: Promise<void>;
  #finish: () => void = () => undefined;
  #idleTimer: NodeJS.Timeout | null = null;
  #everUsed = false;
  readonly #idleGc = new IdleGc();
  #closing: Promise<void> | null = null;

  private constructor(options: ServerOptions) {
    this.#options = options;
    this.#done = new Promise((resolve) => (this.#finish = resolve));
    this.#server = createServer((socket) => {
      const connection = new ClientConnection(socket, {
        service: options.service,
        identity: options.identity,
        log: options.log,
        shutdown: async (force) => {
          await options.service.stop(force);
          // The answer goes out first.
          setImmediate(() => this.#closeInBackground());
        },
        closed: (gone) => {
          this.#clients.delete(gone);
          this.#watchIdle();
        },
      });
      this.#clients.add(connection);
      this.#everUsed = true;
      if (!this.#closing)
        options.repair().catch((error: unknown) => options.log(`lock: ${messageOf(error)}`));
      this.#watchIdle();
    });
    options.service.onEvent(({ type }) => {
      if (type === "queued" || type === "finished") this.#watchIdle();
    });
  }

  /** Listens; only this user can open the socket. */
  static async listen(options: ServerOptions): Promise<ServiceServer> {
    const server = new ServiceServer(options);
    if (process.platform !== "win32") await clearSocket(options.socket);
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", reject);
      server.#server.listen(options.socket, () => {
        server.#server.off("error", reject);
        resolve();
      });
    });
    server.#server.on("error", (error) => options.log(`socket: ${error.message}`));
    if (process.platform !== "win32") await chmod(options.socket, 0o600);
    server.#watchIdle();
    return server;
  }

  /** Resolves when the service has ended. */
  get done(): Promise<void> {
    return this.#done;
  }

  /** Ends the service with all its Nukes; what it had not finished is kept for the next one. */
  async stop(): Promise<void> {
    await this.#options.service.suspend();
    await this.#close();
  }

  #watchIdle(): void {
    if (this.#idleTimer) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
    if (this.#options.service.activeJobs > 0) this.#idleGc.busy();
    else this.#idleGc.quiet();
    if (this.#closing || this.#clients.size > 0 || this.#options.service.activeJobs > 0) return;
    const { idleMs } = this.#options;
    this.#idleTimer = setTimeout(
      () => {
        this.#options.log("idle; stopping");
        this.stop().catch((error: unknown) => this.#options.log(`ending: ${messageOf(error)}`));
      },
      this.#everUsed ? idleMs : Math.min(idleMs, UNUSED_MS),
    );
  }

  #closeInBackground(): void {
    this.#close().catch((error: unknown) => this.#options.log(`closing: ${messageOf(error)}`));
  }

  #close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  async #closeOnce(): Promise<void> {
    if (this.#idleTimer) clearTimeout(this.#idleTimer);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // The next service may start now: its clients must not find this one's address.
    const { socket, release, log } = this.#options;
    // A file that cannot be removed does no harm: the next service finds that nothing listens on it.
    const failed = (error: unknown): void => log(`ending: ${messageOf(error)}`);
    if (process.platform !== "win32") await removeSocket(socket).catch(failed);
    await release().catch(failed);
    for (const client of this.#clients) client.end();
    // A client that does not hang up is not waited for.
    const timeouts = setTimeout(() => this.#finish(), 2000);
    await closed;
    clearTimeout(timeouts);
    this.#finish();
  }
}

/** What an earlier service left; what is no socket is set aside. */
async function clearSocket(socket: string): Promise<void> {
  const found = await lstat(socket).catch(() => null);
  if (found?.isDirectory() === true) setAside(socket);
  else await rm(socket, { force: true });
}

/** With its own folder, where it has one: no other folder is empty now, for the lock and the log are in it. */
async function removeSocket(socket: string): Promise<void> {
  await rm(socket, { force: true });
  await rmdir(dirname(socket)).catch(() => undefined);
}
