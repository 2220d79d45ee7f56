/** The folders of jobs: logs of each chunk, and the status it ended with. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type JobStatus, jobStatusSchema } from "../../plan/events.ts";
import { errorCode } from "../protocol/errors.ts";

/** Finished jobs whose folders are kept. */
const MOST_KEPT = 50;
const YOUNG_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;

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

  /**
   * Removes the folders of jobs that ended longer ago than `days`, and the oldest where there are too many, except those of `active` jobs.
   * What a service has left behind unfinished goes the same way, from when it was written to last.
   * @returns the ids removed.
   */
  async prune(active: ReadonlySet<string>, days = Infinity): Promise<string[]> {
    const ids = (await this.#ids()).filter((id) => !active.has(id));
    if (ids.length <= MOST_KEPT && days === Infinity) return [];
    // Never one that is being made right now.
    const oldest = Date.now() - Math.max(days * DAY_MS, YOUNG_MS);
    const dated = await Promise.all(
      ids.map(async (id) => ({
        id,
        at: await stat(this.path(id)).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      })),
    );
    const sorted = dated.sort((a, b) => b.at - a.at);
    const old = sorted.filter(({ at }, index) => index >= MOST_KEPT || at < oldest);
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

function plain(text: string, most: number): string {
  const kept = text.replaceAll(/[^A-Za-z0-9_]+/gu, "-").replaceAll(/^-|-$/gu, "");
  return kept.slice(0, most) || "job";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
