/** The lock file next to the frames of a render: `.a.#.exr.nbr-lock`. It tells other machines and users who writes them. */
import { createHash, randomUUID } from "node:crypto";
import { link, open, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { errorCode } from "../protocol/errors.ts";
import { productVersion } from "../protocol/version.ts";
import { UNKNOWN_START, startOf } from "../process/process-list.ts";
import { type FoundLock, type OutputLockRecord, lockText, readOutputLock } from "./output-lock-record.ts";

const ENDING = ".nbr-lock";
/** Longer names are shortened: file systems take 255 bytes. */
const LONGEST_NAME = 180;

/** Who this render service is, for others. */
export type LockOwner = Pick<
  OutputLockRecord,
  "host" | "user" | "pid" | "process" | "boot" | "state" | "version"
>;

/** @param boot names the start of the machine; empty where that has no name. */
export async function lockOwner(stateFolder: string, boot: string): Promise<LockOwner> {
  return {
    host: hostname(),
    user: userName(),
    pid: process.pid,
    process: (await startOf(process.pid)) ?? UNKNOWN_START,
    boot,
    state: createHash("sha256").update(stateFolder).digest("hex").slice(0, 16),
    version: productVersion,
  };
}

/** The lock file of a pattern, as `commonName` spells it. Hidden, and no name that any frame has. */
export function outputLockFile(folder: string, name: string): string {
  const plain = name.replaceAll(/[\\/]/gu, "_");
  const short =
    Buffer.byteLength(plain) <= LONGEST_NAME
      ? plain
      : `${plain.slice(0, 40)}-${createHash("sha256").update(plain).digest("hex").slice(0, 16)}`;
  return join(folder, `.${short}${ENDING}`);
}

/** What became of taking a lock. */
export type LockAttempt =
  | { readonly is: "held" }
  /** Another render has it. */
  | { readonly is: "taken"; readonly found: FoundLock };

export interface LockClock {
  /** Another machine's lock that was not refreshed for this long, ms, is left over. */
  readonly staleMs: number;
}

/** A file appears empty for a moment, ms, before its text is in it. */
const WRITTEN_MS = 50;
const MOST_TRIES = 6;

/**
 * Creates a lock file, or takes one over that is left over or that an earlier service of the same state folder had.
 * @throws {NotALockError} and what the file system says: the place takes no lock then.
 */
export async function takeOutputLock(
  file: string,
  record: OutputLockRecord,
  owner: LockOwner,
  clock: LockClock,
): Promise<LockAttempt> {
  let found: FoundLock | null = null;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (await create(file, record)) {
      found = await readOutputLock(file);
      if (found?.record?.nonce === record.nonce) return { is: "held" };
      continue;
    }
    found = await readOutputLock(file);
    if (found === null) continue;
    if (found.size === 0 && tries < MOST_TRIES - 2) {
      await wait(WRITTEN_MS);
      continue;
    }
    if (!(await isLeftOver(file, found, owner, clock))) return { is: "taken", found };
    await setAside(file, found);
  }
  found ??= await readOutputLock(file);
  if (found === null) throw new Error(`${file} does not stay`);
  return found.record?.nonce === record.nonce ? { is: "held" } : { is: "taken", found };
}

/**
 * Writes the record again, so that the file server sets the file's time by its own clock.
 * @returns whether the lock is still this one.
 */
export async function refreshOutputLock(file: string, record: OutputLockRecord): Promise<boolean> {
  const found = await readOutputLock(file);
  if (found?.record?.nonce !== record.nonce) return false;
  // In one piece and never shorter, so that whoever reads meanwhile reads the whole of one of the two.
  const text = lockText(record);
  const padded = text.padEnd(text.length + Math.max(0, found.size - Buffer.byteLength(text)), "\n");
  const handle = await open(file, "r+");
  try {
    await handle.write(padded, 0, "utf8");
  } finally {
    await handle.close();
  }
  return true;
}

/** Removes a lock file if it is still this one. */
export async function removeOutputLock(file: string, nonce: string): Promise<void> {
  const found = await readOutputLock(file);
  if (found?.record?.nonce === nonce) await rm(file, { force: true });
}

/** Whether nobody writes these files any more. */
async function isLeftOver(
  file: string,
  { record, mtimeMs }: FoundLock,
  owner: LockOwner,
  { staleMs }: LockClock,
): Promise<boolean> {
  if (record?.host === owner.host) {
    // One service at a time has a state folder; this one goes on with what the others began.
    if (record.state !== "" && record.state === owner.state && record.pid !== owner.pid) return true;
    // Another boot: restarted, or another machine of the same name. Its processes cannot be looked at.
    const sameBoot = record.boot === "" || owner.boot === "" || record.boot === owner.boot;
    if (sameBoot) return !(await isRunning(record));
  }
  return (await serverTime(dirname(file))) - mtimeMs > staleMs;
}

async function isRunning({ pid, process }: OutputLockRecord): Promise<boolean> {
  if (pid <= 0) return false;
  const started = await startOf(pid);
  if (started === null) return false;
  return [started, process].includes(UNKNOWN_START) || process === "" || started === process;
}

/** What the clock of the file server says: that of this machine may be another one. */
async function serverTime(folder: string): Promise<number> {
  const probe = join(folder, `.nbr-clock-${randomUUID().slice(0, 8)}`);
  try {
    await writeFile(probe, "", { flag: "wx" });
    return (await stat(probe)).mtimeMs;
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

/** Two may find the same lock left over, and the first may have its own there by now: that one is put back. */
async function setAside(file: string, found: FoundLock): Promise<void> {
  const aside = `${file}.${randomUUID().slice(0, 8)}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw error;
  }
  const moved = await readOutputLock(aside);
  const same = moved?.inode === found.inode && moved.record?.nonce === found.record?.nonce;
  if (moved !== null && !same) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

async function create(file: string, record: OutputLockRecord): Promise<boolean> {
  try {
    const handle = await open(file, "wx", 0o644);
    try {
      await handle.writeFile(lockText(record));
      // Some file servers do not know how; the lock is there all the same.
      await handle.sync().catch(() => undefined);
    } catch (error) {
      await rm(file, { force: true }).catch(() => undefined);
      throw error;
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

function userName(): string {
  try {
    return userInfo().username.slice(0, 255);
  } catch {
    return "";
  }
}
