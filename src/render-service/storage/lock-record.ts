/** What a lock file says: who the render service of a state folder is, and where it listens. */
import { lstat } from "node:fs/promises";
import { hostname } from "node:os";
import * as z from "zod/mini";
import { RenderServiceError } from "../protocol/errors.ts";
import { parseJson, readWhole } from "./state-file.ts";

const lockRecordSchema = z.object({
  pid: z.int(),
  /** When that process started: pids are used again. */
  started: z.string(),
  /** Names this one lock for good. */
  nonce: z.string(),
  host: z.string(),
  /** Where the service listens, or will in a moment. */
  socket: z.string(),
});
/** Who holds a lock and where it can be reached. */
export type LockRecord = z.infer<typeof lockRecordSchema>;

/** A lock file appears complete, so one that cannot be read and is older than this (ms) is wreckage. */
const UNREADABLE_MS = 5000;

const MOST_BYTES = 64 * 1024;

/**
 * Reads a lock file; `busy` when it is just being written. One that is damaged, as by a power cut, is that of a process that is gone (`isDamaged`).
 * Never throws: the content of the file must not prevent rendering.
 */
export async function readLock(file: string): Promise<LockRecord | "absent" | "busy"> {
  try {
    const bytes = readWhole(file, MOST_BYTES);
    if (bytes === null) return "absent";
    const parsed = lockRecordSchema.safeParse(parseJson(bytes.toString("utf8")));
    if (parsed.success) return parsed.data;
  } catch {
    // No file, too long, or not to be read: the same as one that says nothing.
  }
  const found = await lstat(file).catch(() => null);
  if (found === null) return "absent";
  // By its age either way: the clock may have been set back since.
  if (Math.abs(Date.now() - found.mtimeMs) < UNREADABLE_MS) return "busy";
  return { pid: 0, started: "", nonce: `unreadable-${found.mtimeMs}`, host: machineName, socket: "" };
}

/** Nothing can be read in it. */
export function isDamaged({ pid, socket }: LockRecord): boolean {
  return pid <= 0 || socket === "";
}

/** The machine as far as locks are concerned. Only on Linux are homes shared over the network; macOS changes its name with it. */
export const machineName: string = process.platform === "linux" ? hostname() : "this-machine";

/**
 * Process ids and sockets mean something on one machine only.
 * @throws {RenderServiceError} `state-folder`
 */
export function requireThisMachine({ host }: LockRecord): void {
  if (host === machineName) return;
  throw new RenderServiceError(
    "state-folder",
    `The state folder is in use by a render service on ${host}. Set NUKE_RENDER_STATE_DIR to a folder of this machine, ` +
      `or remove its service.lock if that service no longer runs.`,
  );
}
