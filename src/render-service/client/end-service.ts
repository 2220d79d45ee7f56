/** Ends a render service that does not answer any more. Its jobs are on disk, and its Nukes continue until the next service takes them over. */
import { messageOf } from "../../plan/text/message-of.ts";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { programFile } from "../../paths.ts";
import { UNKNOWN_START, isAlive, listProcesses, startOf } from "../process/process-list.ts";
import { RenderServiceError } from "../protocol/errors.ts";
import { isDamaged, readLock, requireThisMachine } from "../storage/lock-record.ts";
import { lockFile, stateFolder } from "../storage/state-folder.ts";

/** How long a killed process is waited for, ms: one that hangs in the kernel ends with what it waits for. */
const KILLED_MS = 10_000;
const LOOK_MS = 50;

interface Found {
  readonly pid: number;
  readonly started: string;
}

/**
 * Kills the service of a state folder, once it is certain that it is that one: pids are used again.
 * @returns its pid; null: there is none any more.
 * @throws {RenderServiceError} `not-reachable` where it cannot be known or ended
 */
export async function killService(folder = stateFolder()): Promise<number | null> {
  const found = await findService(folder);
  if (found === null) return null;
  try {
    process.kill(found.pid, "SIGKILL");
  } catch (error) {
    throw notEnded(found.pid, messageOf(error));
  }
  for (let waited = 0; isAlive(found); waited += LOOK_MS) {
    if (waited > KILLED_MS) throw notEnded(found.pid, "it hangs in the system");
    await wait(LOOK_MS);
  }
  return found.pid;
}

async function findService(folder: string): Promise<Found | null> {
  const holder = await readLock(lockFile(folder));
  if (typeof holder === "string" || isDamaged(holder)) return findByCommandLine(folder);
  requireThisMachine(holder);
  const started = await startOf(holder.pid);
  // No process has this pid, or another program has it now.
  if (started === null) return null;
  if (started === UNKNOWN_START || holder.started === UNKNOWN_START)
    throw notEnded(holder.pid, "it is unknown whether this process is still the service");
  return started === holder.started ? { pid: holder.pid, started } : null;
}

/** Where the lock tells nothing: by what the service is started with. */
async function findByCommandLine(folder: string): Promise<Found | null> {
  if (process.platform !== "linux")
    throw new RenderServiceError(
      "not-reachable",
      `The lock file ${lockFile(folder)} is damaged, so the process of the service is not known. End it with the system's task manager: its command line has "render-service" in it.`,
    );
  const program = programFile("render-service");
  for (const { pid, started } of (await listProcesses()).values()) {
    const words = wordsOf(pid, "cmdline");
    if (words.includes(program) && wordsOf(pid, "environ").includes(`NUKE_RENDER_STATE_DIR=${folder}`))
      return { pid, started };
  }
  return null;
}

function wordsOf(pid: number, name: "cmdline" | "environ"): string[] {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8").split("\0");
  } catch {
    return [];
  }
}

function notEnded(pid: number, why: string): RenderServiceError {
  return new RenderServiceError(
    "not-reachable",
    `The render service (process ${pid}) could not be ended: ${why}. End that process yourself.`,
  );
}
