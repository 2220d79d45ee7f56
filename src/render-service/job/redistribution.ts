/** Redistributes the frames of a job once frame times are known. */
import { commandLine } from "../../plan/command-line.ts";
import type { Pace } from "../../plan/frames/distribute.ts";
import { divideFrames } from "../../plan/frames/divide.ts";
import { formatFrames, parseFrames } from "../../plan/frames/frames.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import type { Chunks, Redistribution } from "./chunks.ts";
import type { JobEstimates } from "./estimates.ts";
import type { PastNeed } from "../memory/history.ts";

/** What earlier renders tell of a Write's pace; null when they do not. */
export function paceOf(past: PastNeed | null): Pace | null {
  if (past === null) return null;
  const { startupSeconds, secondsPerFrame } = past;
  return startupSeconds === null || secondsPerFrame === null ? null : { startupSeconds, secondsPerFrame };
}

/** The plan with its frames distributed according to earlier renders of the same Write; unchanged if it is not distributed automatically or nothing is known. */
export function distributeByHistory(plan: RenderPlan, past: PastNeed | null): RenderPlan {
  const pace = paceOf(past);
  if (plan.deal !== "auto" || plan.movie || pace === null) return plan;
  const { frames, steps } = parseFrames(plan.frames);
  const by = { by: "auto" as const, nukes: plan.parallel, pace };
  const chunks = divideFrames(frames, { by, order: plan.order }).map((part, index) => ({
    index,
    frames: formatFrames(part, steps),
    count: part.length,
    argv: commandLine(plan.command, part, steps),
  }));
  return { ...plan, chunks };
}

export interface DealerFacts {
  readonly plan: RenderPlan;
  readonly list: Chunks;
  readonly estimates: JobEstimates;
}

/** Redistributes once when the pace of the job's own Nukes is known, and once more whenever the number of Nukes changes. */
export class Redistributor {
  readonly #facts: DealerFacts;
  #dealt = false;

  constructor(facts: DealerFacts) {
    this.#facts = facts;
  }

  /** The number of Nukes has changed: the next chance is used. */
  again(): void {
    this.#dealt = false;
  }

  /**
   * Distributes the queued frames to this many Nukes; null when there is nothing to gain or nothing known.
   * @param waiting indices of chunks that no Nuke was started for.
   * @param promised writes it down; false: that cannot be, and all stays as it is.
   */
  deal(
    waiting: readonly number[],
    nukes: number,
    promised: (redistribution: Redistribution) => boolean,
  ): Redistribution | null {
    const { plan, list, estimates } = this.#facts;
    if (this.#dealt || plan.deal !== "auto" || plan.movie) return null;
    const pace = estimates.pace;
    if (pace === null) return null;
    this.#dealt = true;
    const { frames } = parseFrames(plan.frames);
    const divide = (left: ReadonlySet<number>): number[][] =>
      divideFrames(frames, { by: { by: "auto", nukes, pace }, order: plan.order, left });
    return list.redistribute(waiting, divide, promised);
  }
}
