/** What a job learns from its own Nukes, in addition to earlier renders of the same Write. */
import type { JobStatus } from "../../plan/job/events.ts";
import type { Pace } from "../../plan/frames/distribute.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import type { Chunks } from "./chunks.ts";
import { meanOf } from "../frames/frame-times.ts";
import { needMB } from "../memory/estimate.ts";
import type { PastNeed } from "../memory/history.ts";
import { silenceLimitMs } from "../chunk/hang-watchdog.ts";

export interface LessonFacts {
  readonly list: Chunks;
  readonly plan: RenderPlan;
  /** What earlier renders of the same Write needed. */
  readonly past: PastNeed | null;
  /** The least silence (ms) that is taken for a hang. */
  readonly silenceMs: number;
}

export class JobEstimates {
  readonly #facts: LessonFacts;
  /** The frame that took most memory. */
  heaviest: JobStatus["heaviest"] = null;

  constructor(facts: LessonFacts) {
    this.#facts = facts;
  }

  /** Estimated need of one more Nuke of this job, MB. */
  get needMB(): number {
    const { list, plan, past } = this.#facts;
    const { cacheMB, allowanceMB } = plan.memory;
    const seenMB = Math.max(0, ...list.runs.map(({ memory }) => memory.seenMB));
    return needMB({ cacheMB, allowanceMB, seenMB, past });
  }

  /** What this render tells about the next one of the same Write; null when no frame was measured. */
  get learned(): PastNeed | null {
    const { runs } = this.#facts.list;
    const peakMB = Math.max(0, ...runs.map(({ memory }) => memory.seenMB));
    if (peakMB <= 0) return null;
    return {
      peakMB,
      cacheMB: this.#facts.plan.memory.cacheMB,
      startupSeconds: meanOf(runs.flatMap(({ times }) => times.startupSeconds ?? [])),
      secondsPerFrame: meanOf(runs.flatMap(({ times }) => times.secondsPerFrame ?? [])),
    };
  }

  /** How fast the Nukes of this job have been; null before one has rendered two frames. */
  get pace(): Pace | null {
    const { runs } = this.#facts.list;
    const startupSeconds = meanOf(runs.flatMap(({ times }) => times.startupSeconds ?? []));
    const secondsPerFrame = meanOf(runs.flatMap(({ times }) => times.secondsPerFrame ?? []));
    return startupSeconds === null || secondsPerFrame === null ? null : { startupSeconds, secondsPerFrame };
  }

  /** How long (ms) a Nuke of this job may say nothing. */
  get silenceLimitMs(): number {
    const { list, past, silenceMs } = this.#facts;
    const longest = Math.max(0, ...list.runs.map(({ times }) => times.longest));
    const ended = list.runs.filter((run) => run.wasSilent).length;
    return silenceLimitMs(silenceMs, longest, past, ended);
  }

  /**
   * Seconds to go: the frames left, shared by the running Nukes; never less than the longest queue of one of them. Null until a frame has
   * been timed.
   */
  etaSeconds(running: number): number | null {
    const { list, plan } = this.#facts;
    const each = meanOf(list.runs.flatMap((run) => run.times.recent));
    if (each === null || running === 0) return null;
    const { frames, longest } = list.left;
    // Open Nukes share the remaining frames.
    return each * (plan.warm ? frames / running : Math.max(frames / running, longest));
  }
}
