/** The lock file next to the frames of a render: `.a.#.exr.nbr-lock`. It tells other machines and users who writes them. */
import { createHash, randomUUID } from "node:crypto";
import { link, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { errorCode } from "../protocol/errors.ts";
import { productVersion } from "../protocol/version.ts";
import { JOB_FOLDER_VARIABLE } from "../process/environment.ts";
import { UNKNOWN_START, listProcesses, startOf } from "../process/process-list.ts";
import {
  type FoundLock,
  NotALockError,
  type OutputLockRecord,
  lockText,
  readOutputLock,
} from "./output-lock-record.ts";

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

/** Renders of other frames have their own lock files next to each other; at most this many. */
const MOST_SLOTS = 8;

/**
 * The lock file of a pattern, as `commonName` spells it. Hidden, and no name that any frame has.
 * @param slot from 1 on: the first is the usual one.
 */
export function outputLockFile(folder: string, name: string, slot = 1): string {
  const plain = name.replaceAll(/[\\/]/gu, "_");
  const short =
    Buffer.byteLength(plain) <= LONGEST_NAME
      ? plain
      : `${plain.slice(0, 40)}-${createHash("sha256").update(plain).digest("hex").slice(0, 16)}`;
  return join(folder, `.${short}${slot === 1 ? "" : `.${slot}`}${ENDING}`);
}

/** What became of taking a lock; `file`: the lock file. */
export type LockAttempt =
  | { readonly is: "held"; readonly file: string }
  /** Another render has the same files. */
  | { readonly is: "taken"; readonly file: string; readonly found: FoundLock };

export interface LockRules {
  readonly owner: LockOwner;
  /** Another machine's lock that was not refreshed for this long, ms, is left over. */
  readonly staleMs: number;
  /** Whether a render that has a lock writes some of the same files. */
  readonly clashes: (found: FoundLock) => boolean;
}

/** A file appears empty for a moment, ms, before its text is in it. */
const WRITTEN_MS = 50;
const MOST_TRIES = 5;

/** Files in a folder, as `commonName` spells them. */
export interface LockedPattern {
  readonly folder: string;
  readonly name: string;
}

interface Slot {
  readonly file: string;
  /** Null: free. */
  readonly found: FoundLock | null;
}

/**
 * Creates a lock file, or takes one over that is left over or that an earlier service of the same state folder had. Where renders of other
 * frames have theirs, it lies next to them.
 * @throws what the file system says: the place takes no lock then.
 */
export async function takeOutputLock(
  { folder, name }: LockedPattern,
  record: OutputLockRecord,
  rules: LockRules,
): Promise<LockAttempt> {
  const files = slotFiles(folder, name);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const slots = await lookAt(files, rules);
    const clash = clashIn(slots, record.nonce, rules);
    if (clash !== null) return { is: "taken", ...clash };
    const free = slots.find(({ found }) => found === null);
    if (free === undefined) throw new Error(`${folder} has too many lock files of ${name}`);
    if (!(await create(free.file, record))) continue;
    // Another render may have come to another slot at the same moment: then neither has it.
    const after = await lookAt(files, rules);
    const late = clashIn(after, record.nonce, rules);
    if (late !== null) {
      await removeOutputLock(free.file, record.nonce);
      return { is: "taken", ...late };
    }
    const mine = after.find(({ file }) => file === free.file);
    if (mine?.found?.record?.nonce === record.nonce) return { is: "held", file: free.file };
  }
  throw new Error(`the lock files of ${name} in ${folder} keep disappearing`);
}

/** Who else writes the files of a render that shares a lock with others of its service; null: no one. @param nonce of that lock. */
export async function findClash(
  { folder, name }: LockedPattern,
  nonce: string,
  rules: LockRules,
): Promise<{ readonly file: string; readonly found: FoundLock } | null> {
  const slots = await lookAt(slotFiles(folder, name), rules);
  return clashIn(slots, nonce, rules);
}

function clashIn(
  slots: readonly Slot[],
  nonce: string,
  { clashes }: LockRules,
): { file: string; found: FoundLock } | null {
  for (const { file, found } of slots)
    if (found !== null && found.record?.nonce !== nonce && clashes(found)) return { file, found };
  return null;
}

function slotFiles(folder: string, name: string): string[] {
  return Array.from({ length: MOST_SLOTS }, (_, index) => outputLockFile(folder, name, index + 1));
}

/** The lock files that are there; what is left over is removed. */
async function lookAt(files: readonly string[], rules: LockRules): Promise<Slot[]> {
  const slots = await Promise.all(
    files.map(async (file): Promise<Slot[]> => {
      try {
        let found = await readOutputLock(file);
        for (let tries = 0; found?.size === 0 && tries < 3; tries++) {
          await wait(WRITTEN_MS);
          found = await readOutputLock(file);
        }
        if (found === null || !(await isLeftOver(file, found, rules))) return [{ file, found }];
        await setAside(file, found);
        return [{ file, found: await readOutputLock(file) }];
      } catch (error) {
        // A folder or a link of this name: another slot has to do.
        if (error instanceof NotALockError || errorCode(error) === "ELOOP") return [];
        throw error;
      }
    }),
  );
  return slots.flat();
}

/**
 * Writes the record again, so that the file server sets the file's time by its own clock.
 * @returns whether the lock is still this one.
 */
export async function refreshOutputLock(file: string, record: OutputLockRecord): Promise<boolean> {
  const found = await readOutputLock(file);
  if (found?.record?.nonce !== record.nonce) return false;
  // In one piece and never shorter, so that a reader gets either the old text or the new one.
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

/** Whether no one writes these files any more. */
async function isLeftOver(
  file: string,
  { record, mtimeMs }: FoundLock,
  { owner, staleMs }: LockRules,
): Promise<boolean> {
  if (record?.host === owner.host) {
    // One service at a time has a state folder; this one continues with what the others began.
    if (record.state !== "" && record.state === owner.state && record.pid !== owner.pid) return true;
    // Another boot: restarted, or another machine of the same name. Its processes cannot be looked at.
    const sameBoot = record.boot === "" || owner.boot === "" || record.boot === owner.boot;
    if (sameBoot) return !(await isRunning(record)) && !(await hasNukes(record));
  }
  return (await serverTime(dirname(file))) - mtimeMs > staleMs;
}

async function isRunning({ pid, process }: OutputLockRecord): Promise<boolean> {
  if (pid <= 0) return false;
  const started = await startOf(pid);
  if (started === null) return false;
  return [started, process].includes(UNKNOWN_START) || process === "" || started === process;
}

/** Nukes outlive a service that was killed, and continue writing. Only Linux shows whose they are. */
async function hasNukes({ job, outputs }: OutputLockRecord): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const jobs = new Set([job, ...outputs.map((output) => output.job)].filter((id) => id !== ""));
  if (jobs.size === 0) return false;
  for (const { pid } of (await listProcesses()).values()) {
    const environ = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    const mark = environ.split("\0").find((word) => word.startsWith(`${JOB_FOLDER_VARIABLE}=`));
    if (mark !== undefined && jobs.has(basename(mark))) return true;
  }
  return false;
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
  const isSame = (lock: FoundLock | null): boolean =>
    lock?.inode === found.inode && lock.record?.nonce === found.record?.nonce;
  // While a lock that someone has is aside, a third may take its place: only one that is still the old one is moved.
  if (!isSame(await readOutputLock(file))) return;
  const aside = `${file}.${randomUUID().slice(0, 8)}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw error;
  }
  const moved = await readOutputLock(aside);
  if (moved !== null && !isSame(moved)) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

async function create(file: string, record: OutputLockRecord): Promise<boolean> {
  try {
    const handle = await open(file, "wx", 0o644);
    try {
      await handle.writeFile(lockText(record));
      // Some file servers cannot sync; the lock is there anyway.
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
