/**
 * A log without its middle. Its file holds the newest part; the first part and the one before the newest are in files next to it, which are
 * named by the bytes they hold. Positions always count everything that was ever printed, so a saved position remains valid.
 */
import {
  appendFileSync,
  closeSync,
  fstatSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { errorCode } from "../protocol/errors.ts";

/** Bytes of all that was printed. */
export interface LogPart {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

const LINE_END = 0x0a;
/** Size of the first and of the last part that is kept: the cap divided by this number. */
const KEPT_SHARE = 16;
const COPY_BYTES = 64 * 1024;
/** So often is more read before the cut is made, where a Nuke prints without pause. */
const MOST_ROUNDS = 16;

/** What was kept of a log before its file begins, in order; nothing for most. */
export function keptParts(log: string): LogPart[] {
  const name = `${basename(log)}.kept-`;
  return namesBeside(log)
    .flatMap((one) => {
      const [, from, to] = one.startsWith(name) ? (/^(\d+)-(\d+)$/u.exec(one.slice(name.length)) ?? []) : [];
      return to === undefined ? [] : [{ file: join(dirname(log), one), from: Number(from), to: Number(to) }];
    })
    .sort((a, b) => a.from - b.from);
}

/** The position of the first byte in a log's file. */
export function baseOf(parts: readonly LogPart[]): number {
  return parts.at(-1)?.to ?? 0;
}

/** How far a log was read. */
export interface ReadSoFar {
  /** The position of the file's first byte. */
  readonly base: number;
  /** Bytes of the file that were read. */
  readonly read: number;
  readonly capBytes: number;
}

/**
 * Empties a log that another process appends to; the parts to keep are first written next to it. This is one synchronous step, because
 * text printed between the last read and the cut is lost: a few microseconds' worth. If a Nuke prints faster than it is read, more is
 * lost, but not before the file is twice as long as it may be.
 * @returns the position of the first byte that is printed now, and what was read last; null when this is not the moment.
 * @throws the system's error where it cannot be done.
 */
export function cutLog(
  log: string,
  { base, read, capBytes }: ReadSoFar,
): { base: number; rest: Buffer } | null {
  const before = keptParts(log);
  const most = Math.ceil(capBytes / KEPT_SHARE);
  const source = openSync(log, "r");
  const temporary = `${log}.cutting`;
  try {
    if (before.length === 0) {
      const head = wholeLines(piece(source, 0, Math.min(most, read)));
      writeWhole(temporary, [head]);
      renameSync(temporary, `${log}.kept-0-${head.length}`);
    }
    const tail = piece(source, Math.max(0, read - most), Math.min(most, read));
    const newest = read > most ? tail.subarray(tail.indexOf(LINE_END) + 1) : tail;
    const rest: Buffer[] = [];
    let end = read;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const more = piece(source, end, COPY_BYTES);
      if (more.length === 0) break;
      rest.push(more);
      end += more.length;
    }
    writeWhole(temporary, [newest, ...rest]);
    const { size } = fstatSync(source);
    if (size - end > COPY_BYTES && size < 2 * capBytes) return null;
    const last = piece(source, end, COPY_BYTES);
    appendFileSync(temporary, last);
    rest.push(last);
    const now = base + fstatSync(source).size;
    const kept = newest.length + rest.reduce((sum, { length }) => sum + length, 0);
    // With this name the cut counts. A service that is killed right here has the last lines told twice, none is lost.
    renameSync(temporary, `${log}.kept-${now - kept}-${now}`);
    truncateSync(log, 0);
    for (const { file, from } of before) if (from > 0) rmSync(file, { force: true });
    return { base: now, rest: Buffer.concat(rest) };
  } finally {
    closeSync(source);
    rmSync(temporary, { force: true });
  }
}

function piece(file: number, from: number, most: number): Buffer {
  const buffer = Buffer.allocUnsafe(most);
  let length = 0;
  while (length < most) {
    const read = readSync(file, buffer, length, most - length, from + length);
    if (read === 0) break;
    length += read;
  }
  return buffer.subarray(0, length);
}

/** Up to the last line end, where there is one. */
function wholeLines(bytes: Buffer): Buffer {
  const end = bytes.lastIndexOf(LINE_END) + 1;
  return end === 0 ? bytes : bytes.subarray(0, end);
}

function writeWhole(file: string, parts: readonly Buffer[]): void {
  const handle = openSync(file, "w", 0o600);
  try {
    for (const bytes of parts) writeFileSync(handle, bytes);
  } finally {
    closeSync(handle);
  }
}

function namesBeside(log: string): string[] {
  try {
    return readdirSync(dirname(log));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
