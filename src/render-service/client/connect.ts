/** Finding the render service, and starting it where none runs. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { open, rename, stat } from "node:fs/promises";
import { type Socket, connect } from "node:net";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { programFile } from "../../paths.ts";
import { RenderServiceClient } from "./client.ts";
import { RenderServiceError } from "../protocol/errors.ts";
import { JobStore } from "../storage/job-store.ts";
import { isDamaged, readLock, requireThisMachine } from "../storage/lock-record.ts";
import { ownSocketPaths } from "../storage/socket-paths.ts";
import { requireFilePlace } from "../storage/state-file.ts";
import { CHUNK_VARIABLE, JOB_FOLDER_VARIABLE } from "../process/environment.ts";
import { DEFAULT_LIMITS, type RequestLimits } from "./time-limit.ts";
import { type Runtime, chooseRuntime } from "./node-runtime.ts";
import {
  jobsFolder,
  lockFile,
  prepareStateFolder,
  requireOwnFolder,
  requireSocketFolder,
  serviceLogFile,
  stateFolder,
} from "../storage/state-folder.ts";

export interface ConnectOptions {
  /** Default: `NUKE_RENDER_STATE_DIR`, else the platform's place. */
  readonly stateFolder?: string;
  /** The runtime that runs the service; default: `chooseRuntime`. */
  readonly runtime?: Runtime;
  /** How long (ms) to try, default 30 s: a machine full of renders starts processes slowly. */
  readonly deadlineMs?: number;
  /** How long an answer is waited for. */
  readonly limits?: RequestLimits;
  /** Further variables for a service that is started, such as `NUKE_RENDER_IDLE_SECONDS`. */
  readonly env?: Readonly<Record<string, string>>;
}

const DEADLINE_MS = 30_000;
/** Between two tries, ms. */
const TRY_MS = 40;
/** The log of starts is started again above this size, bytes. */
const LOG_BYTES = 4 * 1024 * 1024;

/**
 * Connects to this user's render service and starts it where none runs. Any number of clients may do so at once.
 * @throws {RenderServiceError} `not-reachable` (the message names the service's log), `other-version`, `state-folder`
 */
export async function connectRenderService(options: ConnectOptions = {}): Promise<RenderServiceClient> {
  const folder = options.stateFolder ?? stateFolder();
  const deadline = Date.now() + (options.deadlineMs ?? DEADLINE_MS);
  await prepareStateFolder(folder);
  let start: Start | null = null;
  let problem = "it did not start in time";
  while (Date.now() < deadline) {
    try {
      const client = await tryConnect(folder, options);
      if (client) {
        // Another client's service was faster. Ours would stop by itself, but slowly, and the other one might have ended by then.
        if (start?.ended === null && start.child.pid !== client.hello.pid) start.child.kill();
        return client;
      }
    } catch (error) {
      if (!(error instanceof RenderServiceError) || error.reason !== "service-gone") throw error;
      problem = error.message;
    }
    if (start?.ended) problem = start.ended;
    if (start === null || start.ended !== null) start = await startService(folder, options);
    await wait(TRY_MS);
  }
  if (start?.ended) problem = start.ended;
  throw new RenderServiceError(
    "not-reachable",
    `The render service cannot be reached: ${problem}. Its log ${serviceLogFile(folder)} may show why.`,
  );
}

/** Connects to the service if one runs; null otherwise. Starts none. */
export async function findRenderService(options: ConnectOptions = {}): Promise<RenderServiceClient | null> {
  try {
    return await tryConnect(options.stateFolder ?? stateFolder(), options);
  } catch (error) {
    // It was just ending.
    if (error instanceof RenderServiceError && error.reason === "service-gone") return null;
    throw error;
  }
}

/**
 * Connects to the service if one runs, or starts one where an earlier one has left jobs; null where there is neither.
 * @throws {RenderServiceError} as `connectRenderService`
 */
export async function findRenderJobs(options: ConnectOptions = {}): Promise<RenderServiceClient | null> {
  const running = await findRenderService(options);
  if (running !== null) return running;
  const left = await new JobStore(jobsFolder(options.stateFolder ?? stateFolder())).unfinished();
  return left.length > 0 ? connectRenderService(options) : null;
}

async function tryConnect(
  folder: string,
  { limits = DEFAULT_LIMITS }: Pick<ConnectOptions, "limits"> = {},
): Promise<RenderServiceClient | null> {
  requireOwnFolder(folder);
  const holder = await readLock(lockFile(folder));
  const logFile = serviceLogFile(folder);
  if (typeof holder !== "string" && !isDamaged(holder)) {
    requireThisMachine(holder);
    requireOwnSocket(holder.socket, folder);
    // It will listen in a moment, or has ended; only the next service has to know which.
    const socket = await openSocket(holder.socket);
    if (socket === null) return null;
    return RenderServiceClient.greet(socket, { pid: holder.pid, logFile }, limits);
  }
  // A service whose lock was damaged or removed still listens.
  for (const path of ownSocketPaths(folder)) {
    const socket = await openSocket(path);
    if (socket !== null) return RenderServiceClient.greet(socket, { pid: null, logFile }, limits);
  }
  return null;
}

/** A socket elsewhere stands where other users could have made its folder. */
function requireOwnSocket(socket: string, folder: string): void {
  const place = dirname(socket);
  if (process.platform === "win32" || socket === "" || place === folder || !existsSync(place)) return;
  requireSocketFolder(place);
}

function openSocket(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.off("error", onError);
      resolve(socket);
    });
    const onError = (): void => {
      socket.destroy();
      resolve(null);
    };
    socket.once("error", onError);
  });
}

/** A service process this client has started. */
interface Start {
  readonly child: ChildProcess;
  /** In words, when it has ended again; null while it lives. */
  ended: string | null;
}

async function startService(folder: string, options: ConnectOptions): Promise<Start> {
  const logFile = serviceLogFile(folder);
  requireFilePlace(logFile);
  const { size } = await stat(logFile).catch(() => ({ size: 0 }));
  if (size > LOG_BYTES) await rename(logFile, `${logFile}.old`).catch(() => undefined);
  const log = await open(logFile, "a", 0o600);
  try {
    // The mark of a job would make the service, started by a tool inside its Nuke, pass for one of its Nukes.
    const {
      NODE_OPTIONS: _,
      [JOB_FOLDER_VARIABLE]: __,
      [CHUNK_VARIABLE]: ___,
      ...surroundings
    } = process.env;
    const runtime = options.runtime ?? (await chooseRuntime());
    const program = programFile("render-service");
    // Only from sources, which need a Node that knows the flag; an older editor's runtime would refuse it.
    const flags = program.endsWith(".ts") ? ["--disable-warning=ExperimentalWarning"] : [];
    // For a debugger: .vscode/launch.json attaches here.
    const port = Number(process.env.NUKE_RENDER_INSPECT_SERVICE);
    if (Number.isInteger(port) && port > 0) flags.push(`--inspect=127.0.0.1:${port}`);
    const child = spawn(runtime.path, [...flags, program], {
      cwd: folder,
      env: {
        ...surroundings,
        ...runtime.env,
        ...options.env,
        NUKE_RENDER_STATE_DIR: folder,
      },
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      windowsHide: true,
    });
    const start: Start = { child, ended: null };
    child.once("error", (error) => (start.ended = error.message));
    child.once("exit", (code, signal) => {
      start.ended = `it ended immediately (${signal ?? `exit code ${code ?? "unknown"}`})`;
    });
    child.unref();
    return start;
  } finally {
    await log.close();
  }
}
