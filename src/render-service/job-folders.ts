/** The folders of jobs: logs of each chunk, and the status it ended with. */
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type JobStatus, jobStatusSchema } from "../plan/events.ts";
import { errorCode } from "./errors.ts";
import type { LogPiece } from "./protocol.ts";

/** Finished jobs whose folders are kept. */
const MOST_KEPT = 50;
/** The most of a log that is read back at once, bytes. */
const MOST_READ = 1024 * 1024;

export class JobFolders {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Creates the folder of a new job and with it its id: short, readable, such as `shot-Write1-3f9a`. */
  async create(script: string, write: string): Promise<string> {
    const name = `${plain(basename(script).replace(/\.nk$/u, ""), 24)}-${plain(write, 24)}`;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (;;) {
      const id = `${name}-${randomBytes(2).toString("hex")}`;
      try {
        await mkdir(this.path(id), { mode: 0o700 });
        return id;
      } catch (error) {
        if (errorCode(error) !== "EEXIST") throw error;
      }
    }
  }

  path(id: string): string {
    return join(this.#folder, id);
  }

  /** Keeps how a job ended. */
  async save(status: JobStatus): Promise<void> {
    const file = join(this.path(status.job), "status.json");
    await writeFile(`${file}.new`, JSON.stringify(status), { mode: 0o600 });
    await rename(`${file}.new`, file);
  }

  /** How earlier jobs ended, oldest first; those that cannot be read are left out. */
  async load(): Promise<JobStatus[]> {
    const found: JobStatus[] = [];
    for (const id of await this.#ids()) {
      const text = await readFile(join(this.path(id), "status.json"), "utf8").catch(() => "");
      const parsed = jobStatusSchema.safeParse(parseJson(text));
      if (parsed.success && parsed.data.job === id) found.push(parsed.data);
    }
    return found.sort((a, b) => a.submittedAt - b.submittedAt);
  }

  /** The folders of all jobs. */
  async all(): Promise<string[]> {
    return (await this.#ids()).map((id) => this.path(id));
  }

  /** Jobs that no service has finished. */
  async unfinished(): Promise<string[]> {
    const ids = await this.#ids();
    const names = await Promise.all(ids.map((id) => readdir(this.path(id)).catch((): string[] => [])));
    return ids.filter((_, at) => names[at]?.includes("journal.jsonl") && !names[at].includes("status.json"));
  }

  /** Removes the oldest folders where there are too many, except those of `active` jobs; answers with the ids removed. */
  async prune(active: ReadonlySet<string>): Promise<string[]> {
    const ids = (await this.#ids()).filter((id) => !active.has(id));
    if (ids.length <= MOST_KEPT) return [];
    const dated = await Promise.all(
      ids.map(async (id) => ({
        id,
        at: await stat(this.path(id)).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      })),
    );
    const old = dated.sort((a, b) => b.at - a.at).slice(MOST_KEPT);
    for (const { id } of old) await this.remove(id);
    return old.map(({ id }) => id);
  }

  async remove(id: string): Promise<void> {
    await rm(this.path(id), { recursive: true, force: true });
  }

  async #ids(): Promise<string[]> {
    return readdir(this.#folder).catch((error: unknown) => {
      if (errorCode(error) === "ENOENT") return [];
      throw error;
    });
  }
}

/** A chunk's log files. */
export function chunkLog(folder: string, chunk: number, stream: "stdout" | "stderr"): string {
  const number = String(chunk + 1).padStart(3, "0");
  return join(folder, `chunk-${number}.${stream === "stdout" ? "out" : "err"}`);
}

/**
 * Reads whole lines of a log from a byte on; a negative `from` counts from the end. Blank lines are left out. A log that is not
 * there is empty.
 */
export async function readLog(file: string, from: number): Promise<LogPiece> {
  const handle = await open(file, "r").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  });
  if (handle === null) return { lines: [], next: 0, more: false };
  try {
    const { size } = await handle.stat();
    const start = Math.min(size, from < 0 ? Math.max(0, size + from) : from);
    const buffer = Buffer.alloc(Math.min(MOST_READ, size - start));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
    const read = buffer.subarray(0, bytesRead);
    // Cut behind the last line end, unless one line fills it all or the log ends here.
    const lineEnd = read.lastIndexOf(0x0a);
    const atEnd = start + bytesRead >= size;
    const whole = atEnd || lineEnd < 0 ? read : read.subarray(0, lineEnd + 1);
    const lines = whole.toString("utf8").split(/\r\n|\n|\r/u);
    // Counted from the end, it begins somewhere in a line.
    if (from < 0 && start > 0) lines.shift();
    const next = start + whole.length;
    return { lines: lines.filter((line) => line.trim() !== ""), next, more: next < size };
  } finally {
    await handle.close();
  }
}

function plain(text: string, most: number): string {
  const kept = text.replaceAll(/[^A-Za-z0-9_]+/gu, "-").replaceAll(/^-+|-+$/gu, "");
  return kept.slice(0, most) || "job";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
