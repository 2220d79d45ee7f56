/** Reads a chunk's log back, in whole lines. */
import { type FileHandle, open } from "node:fs/promises";
import { errorCode } from "../protocol/errors.ts";
import { type LogPart, baseOf, keptParts } from "./log-rotation.ts";
import type { LogPiece } from "../protocol/messages.ts";

/** The most of a log that is read back at once, bytes. */
const MOST_READ = 1024 * 1024;

/**
 * Reads whole lines of a log from a byte on; a negative `from` counts from the end. Blank lines are left out. A log that is not
 * there is empty; of one that was capped, a line says how much is missing.
 */
export async function readLog(file: string, from: number): Promise<LogPiece> {
  const kept = keptParts(file);
  const base = baseOf(kept);
  const handle = await openOrNull(file);
  if (handle === null) return { lines: [], next: 0, more: false };
  try {
    const end = base + (await handle.stat()).size;
    const start = Math.min(end, from < 0 ? Math.max(0, end + from) : from);
    const lines: string[] = [];
    let next = start;
    while (next < end && next - start < MOST_READ) {
      const piece = await readPiece(file, handle, { parts: kept, base, end, start: next });
      // Counted from the end, it begins somewhere in a line.
      if (from < 0 && next === start && start > 0) piece.lines.shift();
      if (piece.leftOut > 0)
        lines.push(`… ${megabytes(piece.leftOut)} skipped here; the size of a log is limited.`);
      lines.push(...piece.lines);
      // It was cut during the read: the next call returns the rest.
      if (piece.next === next) break;
      next = piece.next;
    }
    return { lines, next, more: next < end };
  } finally {
    await handle.close();
  }
}

interface Place {
  readonly parts: readonly LogPart[];
  readonly base: number;
  readonly end: number;
  readonly start: number;
}

async function readPiece(
  file: string,
  live: FileHandle,
  { parts, base, end, start }: Place,
): Promise<{ lines: string[]; next: number; leftOut: number }> {
  const part = parts.find(({ to }) => start < to) ?? { file, from: base, to: end };
  const first = Math.max(start, part.from);
  const handle = part.file === file ? live : await openOrNull(part.file);
  // Thrown away while we looked: the next part is as good.
  if (handle === null) return { lines: [], next: part.to, leftOut: part.to - start };
  try {
    const buffer = Buffer.alloc(Math.min(MOST_READ, part.to - first));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, first - part.from);
    const read = buffer.subarray(0, bytesRead);
    // Cut after the last line end, unless one line fills it all or the log ends here.
    const lineEnd = read.lastIndexOf(0x0a);
    const whole = first + bytesRead >= part.to || lineEnd < 0 ? read : read.subarray(0, lineEnd + 1);
    const lines = whole.toString("utf8").split(/\r\n|\n|\r/u);
    return {
      lines: lines.filter((line) => line.trim() !== ""),
      next: first + whole.length,
      leftOut: first - start,
    };
  } finally {
    if (handle !== live) await handle.close();
  }
}

async function openOrNull(file: string): Promise<FileHandle | null> {
  return open(file, "r").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  });
}

function megabytes(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} kB` : `${Math.round(bytes / 1024 / 1024)} MB`;
}
