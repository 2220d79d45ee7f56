/** How a chunk ended, and what that means for the frames it left. Pure. */
import { judgeEnd, wasOutOfMemory } from "../../nuke/exit.ts";
import { duration } from "../../plan/text/display.ts";
import type { Verdict } from "../../plan/job/events.ts";
import { displayMB } from "../../plan/text/size.ts";
import type { ChunkOutcome } from "../frames/retry-policy.ts";
import type { EndCause } from "./end-cause.ts";
import type { ProcessEnd } from "../process/nuke-process.ts";

/** What is known of a chunk when its Nuke has ended. */
export interface ChunkFacts extends ProcessEnd {
  /** Frames it had, and those that are not on disk. */
  readonly count: number;
  readonly framesMissing: number;
  /** `Frame` lines seen. */
  readonly framesReported: number;
  readonly licenseReported: boolean;
  /** The first error Nuke reported, in its words. */
  readonly firstError: string | null;
  /** Why we ended it; null when it ended by itself. */
  readonly ended: EndCause | null;
  /** Exit not observed (service was down). */
  readonly unobserved: boolean;
  /** The system ends it when it takes more, MB; null: nothing does. */
  readonly limitMB: number | null;
}

export interface Judgment {
  readonly verdict: Verdict;
  /** User-facing; null if there was no problem. */
  readonly reason: string | null;
}

export function judgeChunk(facts: ChunkFacts): Judgment {
  const { count, framesMissing, firstError, ended } = facts;
  const done = `${count - framesMissing} of ${count} frames are on disk`;
  if (ended?.kind === "cancelled" && framesMissing > 0)
    return { verdict: "cancelled", reason: `Cancelled; ${done}.` };
  if (ended?.kind === "paused" && framesMissing > 0)
    return { verdict: "paused", reason: `Paused; ${done}, the others are requeued.` };
  if (ended?.kind === "evicted" && framesMissing > 0)
    return { verdict: "evicted", reason: `Evicted to free memory; ${done}, the others are requeued.` };
  if (ended?.kind === "stale-script")
    return {
      verdict: "unobserved",
      reason: "The script was saved while this Nuke read it; its frames are requeued.",
    };
  if (ended?.kind === "silent" && framesMissing > 0)
    return {
      verdict: "hung",
      reason: `Nuke printed nothing for ${duration(ended.silentMs / 1000)} and was stopped; ${done}.`,
    };
  if (ended?.kind === "flooded" && framesMissing > 0)
    return {
      verdict: "failed",
      reason: `Nuke printed endlessly, and its log could not be kept within nukeRender.history.logSize; it was stopped. ${done}.`,
    };
  if (facts.unobserved && ended === null) return judgeUnwatched(facts, done);
  if (ended?.kind === "late") {
    const late = "Nuke did not exit after its render and was stopped";
    return framesMissing === 0
      ? { verdict: "done", reason: `${late}; all frames are on disk.` }
      : {
          verdict: "failed",
          reason: `${firstError ?? late} (${framesMissing} of ${count} frames are not on disk)`,
        };
  }
  const judgment = judgeEnd({ ...facts, allOnDisk: framesMissing === 0 });
  if (judgment.verdict !== "crash" || facts.limitMB === null || !wasOutOfMemory(facts)) return judgment;
  return {
    verdict: "crash",
    reason: `The system killed Nuke at its memory limit of ${displayMB(facts.limitMB)} (nukeRender.memory.systemdScope); ${done}. Use fewer parallel Nukes, a smaller cache, or a larger nukeRender.memory.budget.`,
  };
}

/** Its exit code is not known; its output and its files are. */
function judgeUnwatched(facts: ChunkFacts, done: string): Judgment {
  if (facts.framesMissing === 0) return { verdict: "done", reason: null };
  if ((facts.licenseReported && facts.framesReported === 0) || facts.firstError !== null)
    return judgeEnd({ ...facts, exitCode: 1, allOnDisk: false });
  return {
    verdict: "unobserved",
    reason: `It ended while no render service was running; ${done}, the others are requeued.`,
  };
}

const causes: Partial<Record<Verdict, ChunkOutcome["cause"]>> = {
  evicted: "memory",
  paused: "paused",
  unobserved: "unobserved",
  crash: "crash",
  hung: "crash",
  failed: "error",
  license: "license",
};

/**
 * Why a chunk left frames; null when the frames are no longer wanted.
 * @param others Nukes that kept running when it ended: if there were none, it was not killed to free memory.
 */
export function causeOf(
  verdict: Verdict | null,
  end: ProcessEnd,
  others: number,
): ChunkOutcome["cause"] | null {
  if (verdict === "crash" && others > 0 && wasOutOfMemory(end)) return "memory";
  return (verdict === null ? undefined : causes[verdict]) ?? null;
}
