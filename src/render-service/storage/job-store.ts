/** The folders of jobs: logs of each chunk, and the status it ended with. */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type JobStatus, jobStatusSchema } from "../../plan/job/events.ts";
import { errorCode } from "../protocol/errors.ts";
import { upgradeStatus } from "./legacy.ts";
import { type Damage, StateFile, setAside } from "./state-file.ts";

/** Finished jobs whose folders are kept. */
const MOST_KEPT = 50;
/** How a job ended. */
const STATUS = "status.json";
/** What is known of a job whose own files are damaged. */
const DAMAGED = "damaged.json";
const YOUNG_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A folder that is being removed; a service that is killed meanwhile must not take its rest for a job. */
const REMOVING = ".removing-";

/** What a job's folder holds. */
export type FoundJob =
  | { readonly id: string; readonly is: "over" | "damaged"; readonly status: JobStatus }
  /** No service has finished it. */
  | { readonly id: string; readonly is: "unfinished" }
  /** There are traces of its Nukes, and nothing that says what it was. */
  | { readonly id: string; readonly is: "traces" }
  /** It was never accepted. */
  | { readonly id: string; readonly is: "nothing" };

export class JobStore {
  readonly #folder: string;
  readonly #tell: (damage: Damage) => void;

  constructor(folder: string, tell: (damage: Damage) => void = () => undefined) {
    this.#folder = folder;
    this.#tell = tell;
  }

  /** Makes sure that there can be folders of jobs, and continues with removals that were cut short. */
  async prepare(): Promise<void> {
    const found = await stat(this.#folder).catch(() => null);
    if (found !== null && !found.isDirectory()) {
      const keptAs = setAside(this.#folder);
      this.#tell({ at: Date.now(), file: this.#folder, keptAs, text: `${this.#folder} was not a folder.` });
    }
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#folder))
      if (name.startsWith(REMOVING)) await rm(join(this.#folder, name), { recursive: true, force: true });
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

  /** Keeps how a job ended, or what is known of a damaged one. */
  async save(status: JobStatus): Promise<void> {
    const [now, before] = [this.#over(status.job), this.#damaged(status.job)];
    if (status.state.kind !== "done") return before.write(status);
    await now.write(status);
    before.remove();
  }

  /** What there is, oldest first by name. A status that is damaged is set aside; the journal tells then. */
  async find(): Promise<FoundJob[]> {
    const found: FoundJob[] = [];
    for (const id of await this.#ids()) {
      const over = this.#readStatus(this.#over(id), id);
      const damaged = over === null ? this.#readStatus(this.#damaged(id), id) : null;
      if (over !== null) found.push({ id, is: "over", status: over });
      else if (damaged !== null) found.push({ id, is: "damaged", status: damaged });
      else found.push({ id, is: await this.#leftIn(id) });
    }
    return found;
  }

  async #leftIn(id: string): Promise<"unfinished" | "traces" | "nothing"> {
    const names = await readdir(this.path(id)).catch((): string[] => []);
    if (names.includes("journal.jsonl")) return "unfinished";
    return names.some((name) => isTrace(name)) ? "traces" : "nothing";
  }

  #over(id: string): StateFile<JobStatus> {
    return this.#statusFile(id, STATUS);
  }

  #damaged(id: string): StateFile<JobStatus> {
    return this.#statusFile(id, DAMAGED);
  }

  #statusFile(id: string, name: string): StateFile<JobStatus> {
    const path = join(this.path(id), name);
    return new StateFile({ path, schema: jobStatusSchema, upgrade: upgradeStatus, tell: this.#tell });
  }

  #readStatus(file: StateFile<JobStatus>, id: string): JobStatus | null {
    const status = file.read();
    if (status === null || status.job === id) return status;
    const keptAs = setAside(file.path);
    this.#tell({ at: Date.now(), file: file.path, keptAs, text: `${file.path} belongs to another job.` });
    return null;
  }

  /** The folders of all jobs. */
  async all(): Promise<string[]> {
    return (await this.#ids()).map((id) => this.path(id));
  }

  /** Jobs that no service has finished. */
  async unfinished(): Promise<string[]> {
    const ids = await this.#ids();
    const names = await Promise.all(ids.map((id) => readdir(this.path(id)).catch((): string[] => [])));
    return ids.filter(
      (_, at) =>
        names[at]?.includes(STATUS) === false &&
        names[at].some((name) => name === "journal.jsonl" || name === DAMAGED || isTrace(name)),
    );
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

  /** Removes a folder in which no job was ever accepted, unless damaged files were set aside in it. */
  async removeUnaccepted(id: string): Promise<void> {
    const names = await readdir(this.path(id)).catch((): string[] => []);
    if (!names.some((name) => name.includes(".damaged-"))) await this.remove(id);
  }

  async remove(id: string): Promise<void> {
    const leaving = join(this.#folder, `${REMOVING}${id}`);
    const moved = await rename(this.path(id), leaving).then(
      () => true,
      () => false,
    );
    await rm(moved ? leaving : this.path(id), { recursive: true, force: true });
  }

  async #ids(): Promise<string[]> {
    try {
      const entries = await readdir(this.#folder, { withFileTypes: true });
      return entries.filter((one) => one.isDirectory() && !one.name.startsWith(".")).map(({ name }) => name);
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return [];
      throw error;
    }
  }
}

/** The job was accepted, a Nuke of it was started, or a status was found damaged. */
function isTrace(name: string): boolean {
  return /^(?:job\.json$|chunk-\d+|(?:status|damaged)\.json\.damaged-\d+$)/u.test(name);
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
