/** One Nuke: started, watched, ended. */
import { messageOf } from "../../plan/text/message-of.ts";
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "../protocol/errors.ts";
import { isAlive } from "./process-list.ts";
import type { ProcessMark } from "./process-mark.ts";
import { ProcessTree } from "./process-tree.ts";

export interface NukeStart {
  /** Program first. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Log files, appended to. Files and no pipes: a pipe would die with the service, and the Nuke of it. */
  readonly outFile: string;
  readonly errFile: string;
  /** As its environment bears it. */
  readonly mark: ProcessMark;
}

/** Both are null when the exit was not observed. */
export interface ProcessEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A Nuke that was started by a service which is gone. */
export interface AdoptedProcess {
  readonly pid: number;
  /** As the process list tells it. */
  readonly started: string;
}

/** Between two looks whether an adopted Nuke still lives, ms: only its parent is told. */
const ADOPTED_LOOK_MS = 100;

export const UNOBSERVED_END: ProcessEnd = { exitCode: null, signal: null };

export function isUnobserved({ exitCode, signal }: ProcessEnd): boolean {
  return exitCode === null && signal === null;
}

/** The program could not be started; `reason` is the system's code, such as `ENOENT`. */
export class NotStartedError extends Error {
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "NotStartedError";
    this.reason = reason;
  }
}

export class NukeProcess {
  readonly pid: number;
  /** The started program has ended; what it started itself may live on. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  readonly tree: ProcessTree;

  private constructor(pid: number, ended: Promise<ProcessEnd>, mark: ProcessMark) {
    this.pid = pid;
    this.ended = ended;
    this.tree = new ProcessTree(pid, mark);
  }

  /**
   * Starts a Nuke as the leader of its own process group.
   * @throws {NotStartedError} when the system cannot start it.
   */
  static async start({ argv, cwd, env, outFile, errFile, mark }: NukeStart): Promise<NukeProcess> {
    const [program = "", ...words] = argv;
    const out = await openLog(outFile);
    try {
      const err = await openLog(errFile);
      try {
        const child = spawn(program, words, {
          cwd,
          env,
          detached: true,
          stdio: ["ignore", out.fd, err.fd],
          windowsHide: true,
        });
        const ended = new Promise<ProcessEnd>((resolve) => {
          child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
        });
        const pid = await spawned(child);
        offerToKernel(pid);
        return new NukeProcess(pid, ended, mark);
      } finally {
        await err.close();
      }
    } catch (error) {
      throw await notStarted(program, cwd, error);
    } finally {
      await out.close();
    }
  }

  /** Takes over a Nuke that runs. How it ends is not seen, only that it does. */
  static adopt(nuke: AdoptedProcess, mark: ProcessMark): NukeProcess {
    const ended = new Promise<ProcessEnd>((resolve) => {
      const look = setInterval(() => {
        if (isAlive(nuke)) return;
        clearInterval(look);
        resolve(UNOBSERVED_END);
      }, ADOPTED_LOOK_MS);
    });
    const adopted = new NukeProcess(nuke.pid, ended, mark);
    // A service that died while this Nuke had to wait for its log would have left it standing still.
    adopted.tree.resume();
    return adopted;
  }

  /**
   * Ends it with everything it started: politely, after `graceMs` by force. Resolves when the whole tree is gone.
   * @returns pids that even force did not end.
   */
  stop(graceMs: number): Promise<number[]> {
    return this.tree.end(graceMs);
  }
}

/** Half of what makes a process the first one to go (proc_pid_oom_score_adj(5)). */
const OFFERED = "500";

/** Where the kernel itself has to end something for want of memory, it takes a Nuke, whose frames come back, and not the desktop or this service. */
function offerToKernel(pid: number): void {
  if (process.platform !== "linux") return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, OFFERED);
  } catch {
    // It has ended, or this system keeps no such score.
  }
}

function spawned(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("spawn", () => {
      if (child.pid === undefined) reject(new Error("The system gave it no process id."));
      else resolve(child.pid);
    });
    // After the start this can only be about a signal that was not delivered, which the process list tells better.
    child.on("error", reject);
  });
}

async function openLog(file: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    return await open(file, "a", 0o600);
  } catch (error) {
    const advice = "Check the free space and the permissions there (NUKE_RENDER_STATE_DIR).";
    const message = `The log ${file} cannot be written: ${messageOf(error)}. ${advice}`;
    throw new NotStartedError(errorCode(error) ?? "UNKNOWN", message, { cause: error });
  }
}

async function notStarted(program: string, cwd: string, error: unknown): Promise<NotStartedError> {
  if (error instanceof NotStartedError) return error;
  const code = errorCode(error) ?? "UNKNOWN";
  const cause = { cause: error };
  // A missing folder is reported as if the program were missing.
  const folder = await stat(cwd).catch(() => null);
  if (!folder?.isDirectory())
    return new NotStartedError(code, `Nuke's working folder ${cwd} does not exist.`, cause);
  const setting = "Check the setting nukeRender.nuke.executables (nbr: --nuke).";
  if (code === "ENOENT") return new NotStartedError(code, `${program} was not found. ${setting}`, cause);
  if (code === "EACCES")
    return new NotStartedError(code, `${program} cannot be executed by this user. ${setting}`, cause);
  if (code === "EINVAL" && /\.(?:bat|cmd)$/iu.test(program))
    return new NotStartedError(
      code,
      `${program} is a batch file, which only a command shell can run. Name the executable itself, or cmd.exe with its arguments.`,
      cause,
    );
  return new NotStartedError(code, `${program} could not be started: ${messageOf(error)}. ${setting}`, cause);
}
