/**
 * What is written down of a job while it renders: one file, only ever appended to, each line a whole step. A service that is killed at
 * any moment leaves a file whose lines up to the cut are true.
 */
import { messageOf } from "../../plan/text/message-of.ts";
import {
  constants,
  closeSync,
  createReadStream,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type JournalEntry, journalEntrySchema } from "./journal-entries.ts";
import { upgradeEntry } from "./legacy.ts";
import { parseJson, readWhole, syncFolder } from "./state-file.ts";

const LINE_END = 0x0a;
/** A journal has no inherent limit; this one keeps a damaged file from using all memory. */
const MOST_BYTES = 400 * 1024 * 1024;

/** The file of a job's journal. */
export function journalFile(folder: string): string {
  return join(folder, "journal.jsonl");
}

export class Journal {
  readonly #file: number;
  readonly #log: (line: string) => void;
  #broken = false;
  #closed = false;

  private constructor(file: number, log: (line: string) => void) {
    this.#file = file;
    this.#log = log;
  }

  /**
   * Begins a journal; its first line is on disk when this resolves. It gets its name with that line in it: a journal without a first line is a
   * damaged one, and never one that was just begun.
   */
  static async create(folder: string, first: JournalEntry, log: (line: string) => void): Promise<Journal> {
    const path = journalFile(folder);
    const journal = new Journal(openSync(`${path}.new`, "ax", 0o600), log);
    try {
      writeWhole(journal.#file, lineOf(first));
      fdatasyncSync(journal.#file);
      renameSync(`${path}.new`, path);
      await syncFolder(folder);
      return journal;
    } catch (error) {
      journal.close();
      throw error;
    }
  }

  /**
   * Continues a journal, after its last whole line.
   * @returns null where its first line is not that of a job.
   * @throws {UnusableFileError}, and what the file system says
   */
  static reopen(
    folder: string,
    log: (line: string) => void,
  ): { journal: Journal; entries: JournalEntry[] } | null {
    const bytes = readWhole(journalFile(folder), MOST_BYTES) ?? Buffer.alloc(0);
    const { entries, length, firstIsWhole } = readEntries(bytes);
    if (!firstIsWhole || entries[0]?.is !== "job") return null;
    const file = openSync(journalFile(folder), constants.O_WRONLY | constants.O_APPEND);
    // A line that was cut must not become one with the next.
    if (length < bytes.length) ftruncateSync(file, length);
    return { journal: new Journal(file, log), entries };
  }

  /**
   * Appends a step; it outlives this process. With `sync` it is on disk when this returns, and outlives the machine: for what people
   * were promised. A full disk is told once and stops no render.
   * @returns whether it was written.
   */
  append(entry: JournalEntry, { sync = false } = {}): boolean {
    if (this.#closed) return false;
    try {
      // A line that was cut by a full disk ends here, and is passed over when it is read.
      writeWhole(this.#file, this.#broken ? `\n${lineOf(entry)}` : lineOf(entry));
      if (sync) fdatasyncSync(this.#file);
      this.#broken = false;
      return true;
    } catch (error) {
      if (!this.#broken) this.#log(`a journal cannot be written: ${messageOf(error)}`);
      this.#broken = true;
      return false;
    }
  }

  /** Nothing is appended any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#file);
  }
}

/** Longer first lines are none of ours, bytes. */
const LONGEST_LINE = 256 * 1024 * 1024;

/** The first line of a job's journal, which says what the job is; null where it is not there or cannot be read. */
export async function readFirstEntry(folder: string): Promise<JournalEntry | null> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of createReadStream(journalFile(folder))) {
      if (!Buffer.isBuffer(piece)) return null;
      const end = piece.indexOf(LINE_END);
      pieces.push(end < 0 ? piece : piece.subarray(0, end));
      length += piece.length;
      if (end >= 0) return parseEntry(Buffer.concat(pieces).toString("utf8"));
      if (length > LONGEST_LINE) return null;
    }
  } catch {
    return null;
  }
  return null;
}

/** A disk that fills up may take a part and say nothing; it says so of the rest. */
function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

function lineOf(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** The whole lines of a journal that can be read, for a job whose first line may be lost; none where there is no such file. */
export function salvageEntries(folder: string): JournalEntry[] {
  try {
    return readEntries(readWhole(journalFile(folder), MOST_BYTES) ?? Buffer.alloc(0)).entries;
  } catch {
    return [];
  }
}

/** The whole lines of a journal, and where they end. Lines that cannot be read are passed over. */
export function readEntries(bytes: Buffer): {
  entries: JournalEntry[];
  length: number;
  firstIsWhole: boolean;
} {
  const length = bytes.lastIndexOf(LINE_END) + 1;
  const entries: JournalEntry[] = [];
  let firstIsWhole = false;
  for (const [at, line] of bytes.toString("utf8", 0, length).split("\n").entries()) {
    const entry = parseEntry(line);
    if (entry === null) continue;
    entries.push(entry);
    if (at === 0) firstIsWhole = true;
  }
  return { entries, length, firstIsWhole };
}

function parseEntry(line: string): JournalEntry | null {
  return journalEntrySchema.safeParse(upgradeEntry(parseJson(line))).data ?? null;
}
