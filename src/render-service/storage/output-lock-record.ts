/** What a lock file next to frames says: who renders them. Anyone may have written it, so nothing in it is taken on trust. */
import { constants } from "node:fs";
import { open, lstat } from "node:fs/promises";
import * as z from "zod/mini";
import { visibleText } from "../../plan/text/visible-text.ts";
import { errorCode } from "../protocol/errors.ts";

/** A lock file is not longer, bytes. */
export const MOST_LOCK_BYTES = 64 * 1024;

/** Jobs that one lock names one by one. */
const MOST_OUTPUTS = 1000;

/** Shown to people: one line, without control characters. */
const plain = (most: number) => z.string().check(z.maxLength(most), z.regex(/^[^\p{C}\p{Zl}\p{Zp}]*$/u));

const fileName = z.nullable(plain(1000));

const lockedOutputSchema = z.object({
  job: z._default(plain(100), ""),
  script: z._default(plain(4096), ""),
  write: z._default(plain(1000), ""),
  /** The file name with its frame number as a token; null: any that this lock stands for. */
  name: z._default(fileName, null),
  /** In Nuke syntax; null: all. */
  frames: z._default(z.nullable(plain(MOST_LOCK_BYTES)), null),
});
/** What one job writes. */
export type LockedOutput = z.infer<typeof lockedOutputSchema>;

const outputLockSchema = z.object({
  host: plain(255),
  user: z._default(plain(255), ""),
  /** The render service. */
  pid: z.int(),
  /** When that process started, as its system tells it: pids are used again. */
  process: z._default(plain(100), ""),
  /** The start of its machine; empty where that has no name. */
  boot: z._default(plain(100), ""),
  /** Names its state folder: the next service there continues with what this one began. */
  state: z._default(plain(100), ""),
  /** Names this one lock. */
  nonce: z._default(plain(100), ""),
  /** Of the product. */
  version: z._default(plain(100), ""),
  job: z._default(plain(100), ""),
  /** Milliseconds since 1970, by its own clock. */
  started: z._default(z.nullable(z.number()), null),
  outputs: z._default(z.array(lockedOutputSchema).check(z.maxLength(MOST_OUTPUTS)), []),
});
export type OutputLockRecord = z.infer<typeof outputLockSchema>;

/** A lock file as it was found. */
export interface FoundLock {
  /** Null: its text is damaged. */
  readonly record: OutputLockRecord | null;
  /** By the clock of the file server. */
  readonly mtimeMs: number;
  readonly inode: bigint;
  /** Of the file, bytes. */
  readonly size: number;
}

/** A folder, a link or a device stands where a lock file should. */
export class NotALockError extends Error {
  readonly reason = "not-a-lock";
}

/**
 * Reads a lock file; null where there is none.
 * @throws {NotALockError} and what the file system says.
 */
export async function readOutputLock(file: string): Promise<FoundLock | null> {
  try {
    // Opening a pipe would wait for its writer.
    if (!(await lstat(file)).isFile()) throw new NotALockError(`${file} is not a file`);
    const handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      // Asked of the open file: a file server is then sure to be asked too.
      const { mtimeMs, ino, size } = await handle.stat({ bigint: true });
      const buffer = Buffer.alloc(MOST_LOCK_BYTES + 1);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      const record = bytesRead > MOST_LOCK_BYTES ? null : parseRecord(buffer.toString("utf8", 0, bytesRead));
      return { record, mtimeMs: Number(mtimeMs), inode: ino, size: Number(size) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** The text of a lock file. What would make it too long is left out, which means all frames, and at last all files. */
export function lockText(given: OutputLockRecord): string {
  const record = readableRecord(given);
  const brief = record.outputs.map((output) => ({ ...output, script: "", name: null, frames: null }));
  for (const outputs of [record.outputs, brief]) {
    // Long lists are not written out only to be measured.
    const least = outputs.reduce((sum, { frames }) => sum + (frames?.length ?? 0), 0);
    if (outputs.length > MOST_OUTPUTS || least > MOST_LOCK_BYTES) continue;
    const text = `${JSON.stringify({ ...record, outputs })}\n`;
    if (Buffer.byteLength(text) <= MOST_LOCK_BYTES) return text;
  }
  return `${JSON.stringify({ ...record, outputs: [] })}\n`;
}

/** What is written must be readable: a name with control characters, which file systems allow, stands for all names of its lock. */
function readableRecord(record: OutputLockRecord): OutputLockRecord {
  // What is still no plain character, such as half of a pair that was cut, is not needed to name a script.
  const shown = (text: string, most: number): string =>
    visibleText(text)
      .slice(0, most)
      .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "\uFFFD");
  return {
    ...record,
    host: shown(record.host, 255),
    user: shown(record.user, 255),
    outputs: record.outputs.map((output) => ({
      ...output,
      script: shown(output.script, 4096),
      write: shown(output.write, 1000),
      name: fileName.safeParse(output.name).success ? output.name : null,
    })),
  };
}

function parseRecord(text: string): OutputLockRecord | null {
  try {
    const parsed = outputLockSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
