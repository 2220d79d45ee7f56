/**
 * A small file of the service's state. What is read is checked, what is written replaces the old file whole, and a damaged file is set aside
 * under another name: a power cut, a full disk or a stray command must cost this file's content at most.
 */
import { messageOf } from "../../plan/text/message-of.ts";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type * as z from "zod/mini";
import { errorCode } from "../protocol/errors.ts";

/** Bytes; no state file comes near it. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Damaged versions of one file that are kept. */
const MOST_KEPT = 5;

/** A file that cannot be used as it is. */
export interface Damage {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly file: string;
  /** Where it lies now; null: it could not be moved. */
  readonly keptAs: string | null;
  /** For people. */
  readonly text: string;
}

export class UnusableFileError extends Error {
  readonly reason: "not-a-file" | "too-long" | "unreadable";

  constructor(reason: UnusableFileError["reason"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UnusableFileError";
    this.reason = reason;
  }
}

/**
 * Reads a whole file, and never waits for one that is a pipe.
 * @returns null when there is none.
 * @throws {UnusableFileError}
 */
export function readWhole(path: string, mostBytes = MOST_BYTES): Buffer | null {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    const reason = code === "EISDIR" || code === "ENXIO" ? "not-a-file" : "unreadable";
    throw new UnusableFileError(reason, messageOf(error), { cause: error });
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw new UnusableFileError("not-a-file", "it is not a file");
    if (found.size > mostBytes) throw new UnusableFileError("too-long", `it has ${found.size} bytes`);
    const bytes = Buffer.alloc(found.size);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(file, bytes, length, bytes.length - length, length);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } catch (error) {
    if (error instanceof UnusableFileError) throw error;
    throw new UnusableFileError("unreadable", messageOf(error), { cause: error });
  } finally {
    closeSync(file);
  }
}

/**
 * Moves what lies at a path to `NAME.damaged-TIME` in the same folder; the oldest of many are removed.
 * @returns the new path; null when it could not be moved.
 */
export function setAside(path: string): string | null {
  const name = `${basename(path)}.damaged-`;
  const time = new Date().toISOString().replaceAll(/\D/gu, "");
  const kept = join(dirname(path), `${name}${time}`);
  try {
    renameSync(path, kept);
    const others = readdirSync(dirname(path)).filter((one) => one.startsWith(name));
    for (const old of others.sort().slice(0, -MOST_KEPT))
      rmSync(join(dirname(path), old), { recursive: true, force: true });
    return kept;
  } catch {
    return null;
  }
}

/** Sets a path aside where something other than a file lies there. Returns the damage; null: all is well. */
export function requireFilePlace(path: string): Damage | null {
  try {
    readWhole(path, 0);
    return null;
  } catch (error) {
    if (!(error instanceof UnusableFileError) || error.reason !== "not-a-file") return null;
    return damaged(path, "it is not a file");
  }
}

export interface StateFileOptions<Value> {
  readonly path: string;
  readonly schema: z.ZodMiniType<Value>;
  /** What an earlier version wrote, in the words of today. */
  readonly upgrade?: (value: unknown) => unknown;
  /** Hears of damage, once for each time the file was found damaged. */
  readonly tell: (damage: Damage) => void;
  readonly mostBytes?: number;
}

export class StateFile<Value> {
  readonly #options: StateFileOptions<Value>;
  /** Writes go one after the other, or an older one could win. */
  #last: Promise<void> = Promise.resolve();
  /** What the next of them writes; one may stand for several. */
  #pending: { readonly value: Value } | null = null;

  constructor(options: StateFileOptions<Value>) {
    this.#options = options;
  }

  get path(): string {
    return this.#options.path;
  }

  /** What it holds; null where there is none, or one that was damaged and is set aside now. */
  read(): Value | null {
    const { path, schema, upgrade, mostBytes = MOST_BYTES } = this.#options;
    try {
      const bytes = readWhole(path, mostBytes);
      if (bytes === null) return null;
      const value = parseJson(bytes.toString("utf8"));
      const parsed = schema.safeParse(upgrade?.(value) ?? value);
      if (parsed.success) return parsed.data;
      this.#damaged(bytes.length === 0 ? "it is empty" : "its content has changed");
    } catch (error) {
      this.#damaged(messageOf(error));
    }
    return null;
  }

  /** Replaces it; on disk when this resolves. @throws what the file system says */
  write(value: Value): Promise<void> {
    this.#pending = { value };
    const written = this.#last.then(() => this.#writePending());
    this.#last = written.catch(() => undefined);
    return written;
  }

  /** The same at once, for small files. @throws what the file system says */
  writeNow(value: Value): void {
    const { path } = this.#options;
    const temporary = temporaryOf(path);
    rmSync(temporary, { recursive: true, force: true });
    const file = openSync(temporary, "wx", 0o600);
    try {
      writeFileSync(file, JSON.stringify(value));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    this.#clear();
    renameSync(temporary, path);
    syncFolderNow(dirname(path));
  }

  /** Removes it, or what is in its place; what cannot be removed is reported and stops nothing. */
  remove(): void {
    const { path, tell } = this.#options;
    try {
      this.#clear();
      rmSync(path, { force: true });
    } catch (error) {
      tell({
        at: Date.now(),
        file: path,
        keptAs: null,
        text: `${path} cannot be removed: ${messageOf(error)}.`,
      });
    }
  }

  async #writePending(): Promise<void> {
    const pending = this.#pending;
    if (pending === null) return;
    this.#pending = null;
    try {
      await this.#replace(JSON.stringify(pending.value));
    } catch (error) {
      this.#pending ??= pending;
      throw error;
    }
  }

  async #replace(text: string): Promise<void> {
    const { path } = this.#options;
    const temporary = temporaryOf(path);
    await rm(temporary, { recursive: true, force: true });
    await writeSynced(temporary, text);
    this.#clear();
    await rename(temporary, path);
    await syncFolder(dirname(path));
  }

  /** A folder in its place would refuse the new file. */
  #clear(): void {
    const found = requireFilePlace(this.#options.path);
    if (found !== null) this.#options.tell(found);
  }

  #damaged(why: string): void {
    this.#options.tell(damaged(this.#options.path, why));
  }
}

/** Writes a new file of this user's own; on disk when this resolves. @throws what the file system says, `EEXIST` among it */
export async function writeSynced(path: string, text: string): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A new name is only there after a power cut when its folder is on disk too; not every system, and not every file server, can do that. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    if (!cannotSync.has(errorCode(error) ?? "")) throw error;
  } finally {
    await handle.close();
  }
}

const cannotSync = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "EPERM", "EISDIR", "EBADF"]);

function syncFolderNow(folder: string): void {
  if (process.platform === "win32") return;
  const file = openSync(folder, "r");
  try {
    fsyncSync(file);
  } catch (error) {
    if (!cannotSync.has(errorCode(error) ?? "")) throw error;
  } finally {
    closeSync(file);
  }
}

function damaged(file: string, why: string): Damage {
  const keptAs = setAside(file);
  const where = keptAs === null ? "and cannot be set aside" : `and was set aside as ${basename(keptAs)}`;
  return { at: Date.now(), file, keptAs, text: `${file} is damaged (${why}) ${where}.` };
}

function temporaryOf(path: string): string {
  return `${path}.new`;
}

/** Null where it is no JSON: no schema of a file takes that. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
