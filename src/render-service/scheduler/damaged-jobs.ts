/** Jobs whose own files are damaged: listed with what is known of their frames, until people cancel or forget them. */
import { messageOf } from "../../plan/text/message-of.ts";
import { finishedEvent } from "../../plan/job/finished-event.ts";
import { displayFrames, parseFrames } from "../../plan/frames/frames.ts";
import type { JobStatus, RenderEvent } from "../../plan/job/events.ts";
import { bareStatus, salvageJob } from "../job/salvage.ts";
import { RenderServiceError } from "../protocol/errors.ts";
import type { DamageNotes } from "../storage/damage-notes.ts";
import type { JobStore } from "../storage/job-store.ts";

export interface DamagedJobsDeps {
  readonly folders: JobStore;
  /** All jobs of which nothing is rendered any more, by their id. */
  readonly known: Map<string, JobStatus>;
  readonly notes: DamageNotes;
  readonly graceMs: number;
  readonly log: (line: string) => void;
  readonly emit: (event: RenderEvent) => void;
}

export class DamagedJobs {
  readonly #deps: DamagedJobsDeps;
  #saving: Promise<void> = Promise.resolve();

  constructor(deps: DamagedJobsDeps) {
    this.#deps = deps;
  }

  /** Ends its Nukes, and lists it with what is known of its frames. */
  async take(id: string, why: string): Promise<void> {
    const { folders, known, notes, graceMs, log } = this.#deps;
    const folder = folders.path(id);
    // Nothing that is in its folder may keep the service from starting.
    const status = await salvageJob({ id, folder, why, graceMs, tell: notes.tell }).catch(
      (error: unknown) => {
        log(`no more details of ${id} are available: ${messageOf(error)}`);
        return bareStatus(id, `${why}.`);
      },
    );
    known.set(id, status);
    const text = `The job ${id} cannot continue: ${why}. ${framesText(status)}`;
    notes.tell({ at: Date.now(), file: folder, keptAs: null, text });
    await folders.save(status).catch((error: unknown) => log(`${id} was not saved: ${messageOf(error)}`));
  }

  /** Damaged jobs that are not closed yet. */
  get ids(): string[] {
    return [...this.#deps.known.values()].filter((status) => isDamaged(status)).map(({ job }) => job);
  }

  /** Closes one that was cancelled; false: it is none of these. */
  cancel(id: string): boolean {
    const { folders, known, log, emit } = this.#deps;
    const before = known.get(id);
    if (before === undefined || !isDamaged(before)) return false;
    const status: JobStatus = {
      ...before,
      state: { kind: "done", outcome: "cancelled" },
      finishedAt: Date.now(),
    };
    known.set(id, status);
    const save = (): Promise<void> => folders.save(status);
    this.#saving = this.#saving
      .then(save)
      .catch((error: unknown) => log(`${id} was not saved: ${messageOf(error)}`));
    emit(finishedEvent(status));
    return true;
  }

  /** Resolves when all of them are on disk. */
  get saved(): Promise<void> {
    return this.#saving;
  }

  /** @throws {RenderServiceError} `damaged-job` where people want something of one that nothing can do any more. */
  refuse(id: string): void {
    const status = this.#deps.known.get(id);
    if (status === undefined || !isDamaged(status)) return;
    throw new RenderServiceError(
      "damaged-job",
      `${id} cannot continue: ${status.damaged} ${framesText(status)} nbr retry ${id} renders the missing frames, nbr forget ${id} removes it from the list.`,
    );
  }
}

function isDamaged({ damaged, state }: JobStatus): boolean {
  return damaged !== null && state.kind !== "done";
}

function framesText({ doneRanges, missingRanges }: JobStatus): string {
  const text = (ranges: readonly string[]): string =>
    ranges.length === 0 ? "none" : displayFrames(parseFrames(ranges.join(" ")).frames);
  return `Frames on disk: ${text(doneRanges)}; missing: ${text(missingRanges)}.`;
}
