/**
 * One render service for each state folder. The lock is a file that appears complete and only once (a hard link); whoever
 * finds it left behind by a dead process takes it over in a way that only one of many can.
 */
import { randomUUID } from "node:crypto";
import { link, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import * as z from "zod/mini";
import { RenderServiceError, errorCode } from "./errors.ts";
import { startOf } from "./process-list.ts";

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

/** A lock this process holds. */
export interface Lock {
  readonly record: LockRecord;
  /** Gives it back; harmless when it is not ours any more. */
  release(): Promise<void>;
}

/** A lock file appears complete, so one that cannot be read and is older than this (ms) is wreckage. */
const UNREADABLE_MS = 5000;

/**
 * Takes the lock, or answers null when a living process holds it.
 * @throws {RenderServiceError} `state-folder` when a service on another machine uses the same folder.
 */
export async function acquireLock(file: string, socket: string): Promise<Lock | null> {
  const record: LockRecord = {
    pid: process.pid,
    started: (await startOf(process.pid)) ?? "",
    nonce: randomUUID(),
    host: hostname(),
    socket,
  };
  if (await createOnce(file, record)) return held(file, record);
  for (;;) {
    const holder = await readLock(file);
    if (holder === "absent") {
      if (await createOnce(file, record)) return held(file, record);
      continue;
    }
    if (holder === "busy" || (await isHeld(holder))) return null;
    const taken = await takeOver(file, holder, record);
    if (taken !== "again") return taken ? held(file, record) : null;
  }
}

/**
 * A dead lock has one successor file, named by its nonce; a taker that died in the middle has one in its turn. Who creates
 * the last of them may replace the lock. Nobody else removes them, so if the lock is still the dead one, nobody did so before.
 */
async function takeOver(file: string, dead: LockRecord, record: LockRecord): Promise<boolean | "again"> {
  let last = dead;
  for (;;) {
    const successor = `${file}.${last.nonce}`;
    if (await createOnce(successor, record)) {
      const now = await readLock(file);
      if (typeof now !== "string" && now.nonce === dead.nonce) {
        await rename(successor, file);
        return true;
      }
      await rm(successor, { force: true });
      return "again";
    }
    const taker = await readLock(successor);
    if (taker === "absent") return "again";
    if (taker === "busy" || (await isHeld(taker))) return false;
    last = taker;
  }
}

/** The service that runs, or is about to, in a state folder; null when there is none. */
export async function readHolder(file: string): Promise<LockRecord | null> {
  const holder = await readLock(file);
  return typeof holder === "string" || !(await isHeld(holder)) ? null : holder;
}

function held(file: string, record: LockRecord): Lock {
  return {
    record,
    release: async () => {
      const now = await readLock(file);
      if (typeof now === "string" || now.nonce !== record.nonce) return;
      await removeLeftovers(file);
      await rm(file, { force: true });
    },
  };
}

async function createOnce(file: string, record: LockRecord): Promise<boolean> {
  const mine = `${file}.new-${record.nonce}`;
  await writeFile(mine, JSON.stringify(record), { mode: 0o600 });
  try {
    await link(mine, file);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    if (!["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"].includes(errorCode(error) ?? "")) throw error;
  } finally {
    await rm(mine, { force: true });
  }
  // A file system without hard links: exclusive, but for a moment empty, which readLock waits for.
  try {
    await writeFile(file, JSON.stringify(record), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function readLock(file: string): Promise<LockRecord | "absent" | "busy"> {
  try {
    const text = await readFile(file, "utf8");
    const parsed = lockRecordSchema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    const { mtimeMs } = await stat(file);
    if (Date.now() - mtimeMs < UNREADABLE_MS) return "busy";
    return { pid: 0, started: "", nonce: `unreadable-${mtimeMs}`, host: hostname(), socket: "" };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "absent";
    throw error;
  }
}

async function isHeld(record: LockRecord): Promise<boolean> {
  if (record.host !== hostname())
    throw new RenderServiceError(
      "state-folder",
      `The state folder is in use by a render service on ${record.host}. Set NUKE_RENDER_STATE_DIR to a folder of this machine, ` +
        `or remove its service.lock if that machine's service is gone.`,
    );
  if (record.pid <= 0) return false;
  const started = await startOf(record.pid);
  return started !== null && started === record.started;
}

/** Successor files of takers that died; only the holder removes them, when it goes. */
async function removeLeftovers(file: string): Promise<void> {
  const prefix = `${basename(file)}.`;
  for (const name of await readdir(dirname(file)).catch(() => []))
    if (name.startsWith(prefix) && !name.includes(".new-"))
      await rm(join(dirname(file), name), { force: true });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
