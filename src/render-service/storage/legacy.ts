/** What version 0.1 wrote under other names, in the words of today. Pure; what is not known passes through, and the schema decides. */

import type { JobOutcome } from "../../plan/job/job-state.ts";

type Json = Readonly<Record<string, unknown>>;

const verdicts: ReadonlyMap<unknown, string> = new Map([
  ["gave-way", "evicted"],
  ["unwatched", "unobserved"],
]);

const outcomes: ReadonlyMap<unknown, JobOutcome> = new Map([
  [0, "complete"],
  [3, "no-license"],
  [130, "cancelled"],
]);

/** A line of a job's journal. */
export function upgradeEntry(entry: unknown): unknown {
  if (!isJson(entry)) return entry;
  switch (entry.is) {
    case "wished":
      return { is: "settings-changed", settings: entry.wishes };
    case "ended":
      return { ...upgradeSettlement(entry), status: upgradeVerdict(entry.status) };
    case "returned":
      return upgradeSettlement(entry);
    case "cancelled":
      return { ...entry, drop: upgradeVerdict(entry.drop) };
    case "finished":
      return "outcome" in entry ? entry : { is: "finished", outcome: outcomeFor(entry.exitCode) };
    default:
      return entry;
  }
}

/** How a job ended, or how far it is. */
export function upgradeStatus(status: unknown): unknown {
  if (!isJson(status) || !Array.isArray(status.chunks)) return status;
  const chunks: unknown[] = status.chunks;
  return { ...status, chunks: chunks.map(upgradeVerdict), state: upgradeState(status) };
}

/** Only finished jobs have a status on disk. */
function upgradeState({ state, exitCode }: Json): unknown {
  return typeof state === "string" ? { kind: "done", outcome: outcomeFor(exitCode) } : state;
}

function outcomeFor(exitCode: unknown): JobOutcome {
  return outcomes.get(exitCode) ?? "incomplete";
}

function upgradeSettlement(entry: Json): Json {
  const back: unknown[] = Array.isArray(entry.back) ? entry.back : [];
  return {
    ...entry,
    ending: upgradeCause(entry.ending),
    drop: upgradeVerdict(entry.drop),
    back: back.map(upgradeRequeued),
  };
}

function upgradeRequeued(requeued: unknown): unknown {
  if (!isJson(requeued) || "exclusive" in requeued) return requeued;
  const { bySelf, ...rest } = requeued;
  return { ...rest, exclusive: bySelf };
}

function upgradeCause(ending: unknown): unknown {
  return isJson(ending) ? { ...ending, cause: verdicts.get(ending.cause) ?? ending.cause } : ending;
}

function upgradeVerdict(value: unknown): unknown {
  return isJson(value) ? { ...value, verdict: verdicts.get(value.verdict) ?? value.verdict } : value;
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
