/** One file, one writer: what all jobs that are not over write, and what of it a new one would write too. */
import { messageOf } from "../../plan/text/message-of.ts";
import { formatFrames } from "../../plan/frames/frames.ts";
import { stateText } from "../../plan/text/display.ts";
import type { JobStatus } from "../../plan/job/events.ts";
import type { RenderJob } from "../../plan/job/job.ts";
import { sharedFrames } from "../../plan/output/output-claims.ts";
import {
  BEING_RENDERED,
  type OutputConflict,
  conflictAdvice,
  conflictText,
} from "../../plan/output/output-conflict.ts";
import { type RenderOutput, outputOf } from "../frames/output-paths.ts";
import { OutputConflictError } from "../protocol/errors.ts";
import type { LockOwner } from "../storage/output-lock.ts";
import { OutputLocks } from "./output-locks.ts";

export interface OutputGuardDeps {
  /** Undefined: it has ended, or not opened yet. */
  readonly status: (job: string) => JobStatus | undefined;
  /** These jobs and all they wait for themselves. */
  readonly before: (jobs: readonly string[]) => ReadonlySet<string>;
  /** What a job waits for. */
  readonly waitsFor: (job: string) => readonly string[];
  readonly owner: () => Promise<LockOwner>;
  readonly heartbeatMs: number;
  readonly log: (line: string) => void;
  readonly warn: (job: string, text: string) => void;
}

interface Entry {
  readonly job: RenderJob;
  readonly output: RenderOutput;
  /** Null while it is not decided whether the job is accepted. */
  id: string | null;
  /** Resolves when that is decided. */
  readonly decided: Promise<void>;
}

/** The files of a job that is about to be accepted; no other job gets them meanwhile. */
export interface Reservation {
  /**
   * The job has a name and is written down: takes its lock files.
   * @throws {OutputConflictError} where another machine renders them; release it then.
   */
  confirm(id: string): Promise<void>;
  /** The job is not accepted. */
  release(): Promise<void>;
}

export class OutputGuard {
  readonly #deps: OutputGuardDeps;
  readonly #entries = new Set<Entry>();
  /** By job: those of a killed service whose files are just being looked up. */
  readonly #returning = new Map<string, Promise<void>>();
  readonly #locks: OutputLocks;

  constructor(deps: OutputGuardDeps) {
    this.#deps = deps;
    this.#locks = new OutputLocks({
      ...deps,
      foundLate: (job, conflicts) => deps.warn(job, this.#lateText(job, conflicts)),
    });
  }

  /**
   * Reserves the files of a job.
   * @throws {OutputConflictError} where a job that is not over writes some of them, and this one neither waits for it nor ignores it.
   */
  async reserve(job: RenderJob): Promise<Reservation> {
    const [output] = await Promise.all([outputOf(job), ...this.#returning.values()]);
    const ignored = ignores(job);
    // Nothing comes between the last look and the entry below.
    const look = (): Entry[] => (ignored ? [] : this.#clashing(job, output));
    for (let clashing = look(); clashing.length > 0; clashing = look()) {
      const undecided = clashing.find(({ id }) => id === null);
      if (undecided === undefined) throw this.#refusal(job, this.#conflicts(output, clashing));
      await undecided.decided;
    }
    let decide: () => void = () => undefined;
    const decided = new Promise<void>((resolve) => (decide = resolve));
    const entry: Entry = { job, output, id: null, decided };
    this.#entries.add(entry);
    return {
      confirm: async (id) => {
        const foreign = await this.#lock(id, job, output);
        if (foreign.length > 0 && !ignored) {
          await this.#locks.release(id);
          throw this.#refusal(job, foreign);
        }
        entry.id = id;
        decide();
      },
      release: async () => {
        this.#entries.delete(entry);
        decide();
        if (entry.id !== null) await this.#locks.release(entry.id);
      },
    };
  }

  /** Jobs that write some of the same files, and that this one does not wait for. */
  #clashing({ after = [] }: RenderJob, { claim }: RenderOutput): Entry[] {
    const before = this.#deps.before(after);
    const mine = { ...claim, frames: claim.frames };
    return [...this.#entries].filter(
      ({ id, output }) => (id === null || !before.has(id)) && sharedFrames(mine, output.claim).length > 0,
    );
  }

  /** A job comes back whose service was killed: its files are its own, as they were. */
  comeBack(id: string, job: RenderJob): void {
    const returned = outputOf(job).then((output) => {
      this.#returning.delete(id);
      this.#entries.add({ job, output, id, decided: Promise.resolve() });
      this.#relock(id, job, output).catch((error: unknown) => this.#deps.log(`${id}: ${messageOf(error)}`));
    });
    this.#returning.set(id, returned);
  }

  async #relock(id: string, job: RenderJob, output: RenderOutput): Promise<void> {
    const foreign = await this.#lock(id, job, output);
    if (foreign.length > 0 && !ignores(job)) this.#deps.warn(id, this.#lateText(id, foreign));
  }

  /**
   * Looks whether a job that was paused or interrupted may continue.
   * @throws {OutputConflictError} where something else writes its files by now.
   */
  async requireFree(id: string): Promise<void> {
    await Promise.all(this.#returning.values());
    const mine = this.#entry(id);
    if (mine === undefined || ignores(mine.job)) return;
    const foreign = await this.#locks.recheck(id);
    const before = this.#deps.before(this.#deps.waitsFor(id));
    const others = [...this.#entries].filter((entry) => {
      const status = entry.id === null ? undefined : this.#deps.status(entry.id);
      if (entry === mine || entry.id === null || status === undefined || status.state.kind === "paused")
        return false;
      if (before.has(entry.id) || this.#deps.before(this.#deps.waitsFor(entry.id)).has(id)) return false;
      return sharedFrames(mine.output.claim, entry.output.claim).length > 0;
    });
    const conflicts = [...this.#conflicts(mine.output, others), ...foreign];
    if (conflicts.length > 0) throw this.#refusal(mine.job, conflicts, id);
  }

  /** A frame of a job is on disk. */
  wrote(id: string): void {
    this.#locks.wrote(id);
  }

  /** The job has ended. */
  async release(id: string): Promise<void> {
    await this.#returning.get(id);
    const entry = this.#entry(id);
    if (entry !== undefined) this.#entries.delete(entry);
    await this.#locks.release(id);
  }

  #entry(id: string): Entry | undefined {
    return [...this.#entries].find((entry) => entry.id === id);
  }

  async #lock(id: string, job: RenderJob, output: RenderOutput): Promise<OutputConflict[]> {
    if (job.outputLocks === false) return [];
    const { plan, source } = job;
    const found = await this.#locks.enter({ id, script: source ?? plan.script, write: plan.write, output });
    const before = this.#deps.before(job.after ?? []);
    return found
      .filter((one) => one.elsewhere !== null || !before.has(one.job))
      .map((one) => (one.elsewhere === null ? { ...one, state: this.#stateOf(one.job) } : one));
  }

  #conflicts(output: RenderOutput, clashing: readonly Entry[]): OutputConflict[] {
    return clashing.map(({ id, job, ...entry }) => ({
      job: id ?? "",
      script: job.source ?? job.plan.script,
      write: job.plan.write,
      frames: formatFrames(sharedFrames(output.claim, entry.output.claim)),
      state: this.#stateOf(id ?? ""),
      elsewhere: null,
    }));
  }

  #stateOf(id: string): string {
    const status = this.#deps.status(id);
    return status === undefined ? "waiting" : stateText(status);
  }

  #refusal({ plan }: RenderJob, conflicts: readonly OutputConflict[], resumed: string | null = null) {
    const lines = [conflictText(plan.write, conflicts), ...conflictAdvice(conflicts, { resumed })];
    return new OutputConflictError(lines.join("\n"), conflicts);
  }

  #lateText(id: string, conflicts: readonly OutputConflict[]): string {
    const write = this.#entry(id)?.job.plan.write ?? id;
    return `${conflictText(write, conflicts)} Cancel one of the two, or they will overwrite each other's files.`;
  }
}

function ignores({ ignore }: RenderJob): boolean {
  return ignore?.includes(BEING_RENDERED) ?? false;
}
