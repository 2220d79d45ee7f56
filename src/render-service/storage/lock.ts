/**
 * One render service for each state folder. The lock is a file that appears complete and only once (a hard link); a service
 * that finds it left by a dead process takes it over in a way that only one of many can.
 */
import { randomUUID } from "node:crypto";
import { link, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorCode } from "../protocol/errors.ts";
import { type LockRecord, isDamaged, machineName, readLock, requireThisMachine } from "./lock-record.ts";
import { setAside, writeSynced } from "./state-file.ts";
import { UNKNOWN_START, startOf } from "../process/process-list.ts";

/** A lock this process holds. */
export interface Lock {
  readonly record: LockRecord;
  /** Writes it again where it was damaged or removed meanwhile. */
  repair(): Promise<void>;
  /** Gives it back; harmless when it is not ours any more. */
  release(): Promise<void>;
}

/**
 * Takes the lock, or answers null when a living process holds it.
 * @throws {RenderServiceError} `state-folder` when a service on another machine uses the same folder.
 */
export async function acquireLock(file: string, socket: string): Promise<Lock | null> {
  const record: LockRecord = {
    pid: process.pid,
    started: (await startOf(process.pid)) ?? UNKNOWN_START,
    nonce: randomUUID(),
    host: machineName,
    socket,
  };
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
 * the last of them may replace the lock. No one else removes them, so if the lock is still the dead one, no one replaced it before.
 */
async function takeOver(file: string, dead: LockRecord, record: LockRecord): Promise<boolean | "again"> {
  let last = dead;
  for (;;) {
    const successor = `${file}.${last.nonce}`;
    if (await createOnce(successor, record)) {
      const now = await readLock(file);
      if (typeof now !== "string" && now.nonce === dead.nonce) {
        if (!isDamaged(dead)) {
          await rename(successor, file);
          return true;
        }
        // What lies there may be a folder, and may tell people something.
        setAside(file);
        const mine = await createOnce(file, record);
        await rm(successor, { force: true });
        return mine ? true : "again";
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

function held(file: string, record: LockRecord): Lock {
  return {
    record,
    repair: async () => {
      const now = await readLock(file);
      if (now === "busy" || (now !== "absent" && !isDamaged(now))) return;
      if (now !== "absent") setAside(file);
      await createOnce(file, record);
    },
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
  await rm(mine, { force: true });
  await writeSynced(mine, JSON.stringify(record));
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
    await writeSynced(file, JSON.stringify(record));
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Whether the process that took a lock still lives. @throws {RenderServiceError} `state-folder` for another machine's */
export async function isHeld(record: LockRecord): Promise<boolean> {
  requireThisMachine(record);
  if (isDamaged(record)) return false;
  const started = await startOf(record.pid);
  if (started === null) return false;
  return [started, record.started].includes(UNKNOWN_START) || started === record.started;
}

/** Files of takers that died; only the holder removes them, when it goes. */
async function removeLeftovers(file: string): Promise<void> {
  const prefix = `${basename(file)}.`;
  for (const name of await readdir(dirname(file)).catch(() => [])) {
    if (!name.startsWith(prefix) || name.includes(".damaged-")) continue;
    const path = join(dirname(file), name);
    // Another process may be about to replace it with a new one.
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (!name.includes(".new-") || Date.now() - mtimeMs > 60_000) await rm(path, { force: true });
  }
}
