/** The lock files of all jobs that are not over: taken, refreshed while the jobs last, and removed. A place that takes none stops no render. */
import { messageOf } from "../../plan/text/message-of.ts";
import { randomUUID } from "node:crypto";
import type { OutputConflict } from "../../plan/output/output-conflict.ts";
import { type OutputProbe, commonName } from "../frames/output-paths.ts";
import { withTimeLimit } from "../process/time-limit.ts";
import { errorCode } from "../protocol/errors.ts";
import {
  type LockOwner,
  type LockRules,
  findClash,
  outputLockFile,
  refreshOutputLock,
  removeOutputLock,
  takeOutputLock,
} from "../storage/output-lock.ts";
import type { FoundLock, LockedOutput, OutputLockRecord } from "../storage/output-lock-record.ts";
import { type JobToLock, conflictsIn, framesText } from "./lock-conflicts.ts";

export interface OutputLocksDeps {
  readonly owner: () => Promise<LockOwner>;
  /** Between two signs of life, ms. */
  readonly heartbeatMs: number;
  readonly log: (line: string) => void;
  /** A lock that could only be looked at later turned out to be another's. */
  readonly foundLate: (job: string, conflicts: readonly OutputConflict[]) => void;
}

interface HeldLock {
  readonly file: string;
  readonly record: OutputLockRecord;
  /** By job. */
  readonly outputs: Map<string, LockedOutput>;
}

interface LockedJob extends JobToLock {
  /** By lock file, its place; without those that are held. */
  readonly waiting: Map<string, OutputProbe>;
  /** What was said of it already, so that it is said once. */
  readonly said: Set<string>;
  wrote: boolean;
}

/** Another machine is gone if this many heartbeats are missing. A file server may tell of the last ones late. */
const STALE_BEATS = 8;
/** No lock is kept on a share that does not respond within this time, ms. */
const TAKE_MS = 5000;
const REMOVE_MS = 2000;

export class OutputLocks {
  readonly #deps: OutputLocksDeps;
  /** By the usual lock file of a pattern. */
  readonly #held = new Map<string, HeldLock>();
  readonly #jobs = new Map<string, LockedJob>();
  /** By lock file: the last of what is done with it, one after the other. */
  readonly #turns = new Map<string, Promise<unknown>>();
  #timer: NodeJS.Timeout | null = null;
  #beating = false;

  constructor(deps: OutputLocksDeps) {
    this.#deps = deps;
  }

  /** Takes the locks of a job as far as its places are there; returns who else renders the same frames. */
  async enter(job: JobToLock): Promise<OutputConflict[]> {
    const waiting = new Map(
      job.output.places.map((place) => [outputLockFile(place.folder, commonName(place)), place]),
    );
    if (waiting.size === 0) return [];
    this.#jobs.set(job.id, { ...job, waiting, said: new Set(), wrote: false });
    this.#timer ??= setInterval(() => this.#beat(), this.#deps.heartbeatMs).unref();
    return this.recheck(job.id);
  }

  /** Tries again what of a job is not locked yet; returns who else renders the same frames. */
  async recheck(id: string): Promise<OutputConflict[]> {
    const job = this.#jobs.get(id);
    if (job === undefined) return [];
    const taken = Promise.all(
      [...job.waiting].map(([file, place]) => this.#inTurn(file, () => this.#take(job, file, place))),
    );
    const conflicts = await withTimeLimit(taken, TAKE_MS, () => {
      this.#say(job, "no answer", `the output folder does not respond, so it is not locked`);
      return [];
    });
    return conflicts.flat();
  }

  /** A frame of a job is on disk: its folder is there now. */
  wrote(id: string): void {
    const job = this.#jobs.get(id);
    if (job === undefined || job.wrote) return;
    job.wrote = true;
    if (job.waiting.size > 0) this.#tryLate(job);
  }

  /** The job has ended, or was never accepted. */
  async release(id: string): Promise<void> {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    this.#jobs.delete(id);
    const files = [...this.#held].filter(([, { outputs }]) => outputs.has(id)).map(([file]) => file);
    const removed = Promise.all(files.map((file) => this.#inTurn(file, () => this.#leave(file, id))));
    await withTimeLimit(removed, REMOVE_MS, () => []);
    if (this.#jobs.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  async #take(job: LockedJob, file: string, place: OutputProbe): Promise<OutputConflict[]> {
    const { id, script, write } = job;
    if (!this.#jobs.has(id)) return [];
    const output: LockedOutput = {
      job: id,
      script,
      write,
      name: place.name,
      frames: framesText(job.output.claim),
    };
    try {
      const owner = await this.#deps.owner();
      const conflictsWith = (found: FoundLock, at = file): OutputConflict[] =>
        conflictsIn(found, { job, place, owner, file: at });
      const rules: LockRules = {
        owner,
        staleMs: STALE_BEATS * this.#deps.heartbeatMs,
        clashes: (found) => conflictsWith(found).length > 0,
      };
      const named = { folder: place.folder, name: commonName(place) };
      const held = this.#held.get(file);
      if (held !== undefined) {
        const clash = await findClash(named, held.record.nonce, rules);
        if (clash !== null) return conflictsWith(clash.found, clash.file);
        held.outputs.set(id, output);
        job.waiting.delete(file);
        await this.#refresh(file, held);
        return [];
      }
      const record = { ...owner, nonce: randomUUID(), job: id, started: Date.now(), outputs: [output] };
      const attempt = await takeOutputLock(named, record, rules);
      if (attempt.is === "taken") return conflictsWith(attempt.found, attempt.file);
      this.#held.set(file, { file: attempt.file, record, outputs: new Map([[id, output]]) });
      job.waiting.delete(file);
      // It may have ended while a slow share took its time.
      if (!this.#jobs.has(id)) await this.#leave(file, id);
    } catch (error) {
      // A folder that is still to be made is looked for again.
      if (errorCode(error) !== "ENOENT")
        this.#say(job, file, `${file} could not be created: ${messageOf(error)}`);
    }
    return [];
  }

  async #leave(file: string, id: string): Promise<void> {
    const held = this.#held.get(file);
    if (!held?.outputs.delete(id)) return;
    if (held.outputs.size > 0) return this.#refresh(file, held);
    this.#held.delete(file);
    await removeOutputLock(held.file, held.record.nonce).catch((error: unknown) => {
      if (errorCode(error) !== "ENOENT") this.#deps.log(`${held.file} was not removed: ${messageOf(error)}`);
    });
  }

  /** A lock that is another's by now, or gone with its folder, is taken again when that is possible. */
  async #refresh(file: string, held: HeldLock): Promise<void> {
    const { record, outputs } = held;
    const [first] = outputs.keys();
    try {
      const now = { ...record, job: first ?? record.job, outputs: [...outputs.values()] };
      if (await refreshOutputLock(held.file, now)) return;
      this.#deps.log(`${held.file} no longer belongs to this service`);
    } catch (error) {
      // The share may be back soon, and the lock with it.
      if (errorCode(error) !== "ENOENT") return;
    }
    this.#held.delete(file);
    for (const id of outputs.keys()) {
      const job = this.#jobs.get(id);
      const place = job?.output.places.find((one) => outputLockFile(one.folder, commonName(one)) === file);
      if (job && place) job.waiting.set(file, place);
    }
  }

  /** One at a time: a share that hangs is not asked more and more. */
  #beat(): void {
    if (this.#beating) return;
    this.#beating = true;
    void this.#beatOnce()
      .catch((error: unknown) => this.#deps.log(`locks: ${messageOf(error)}`))
      .finally(() => (this.#beating = false));
  }

  async #beatOnce(): Promise<void> {
    await Promise.all(
      [...this.#held.keys()].map((file) =>
        this.#inTurn(file, async () => {
          const held = this.#held.get(file);
          if (held !== undefined) await this.#refresh(file, held);
        }),
      ),
    );
    for (const job of this.#jobs.values()) if (job.waiting.size > 0) this.#tryLate(job);
  }

  #tryLate(job: LockedJob): void {
    void this.recheck(job.id)
      .then((conflicts) => {
        if (conflicts.length === 0 || job.said.has("late") || !this.#jobs.has(job.id)) return;
        job.said.add("late");
        this.#deps.foundLate(job.id, conflicts);
      })
      .catch((error: unknown) => this.#deps.log(`locks of ${job.id}: ${messageOf(error)}`));
  }

  #inTurn<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#turns.get(file) ?? Promise.resolve();
    const now = before.then(work, work);
    const last = now.catch(() => undefined);
    this.#turns.set(file, last);
    void last.then(() => {
      if (this.#turns.get(file) === last) this.#turns.delete(file);
    });
    return now;
  }

  #say(job: LockedJob, what: string, text: string): void {
    if (job.said.has(what)) return;
    job.said.add(what);
    this.#deps.log(`${job.id}: ${text}`);
  }
}
