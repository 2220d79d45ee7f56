/** Puts the chunks of a job back to where its journal left them. */
import { framesOf } from "../../plan/frames/frames.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import type { Chunks } from "./chunks.ts";
import type { RetryPolicy } from "../frames/retry-policy.ts";
import type { ReplayedJob, ReplayedRun } from "../storage/replay.ts";
import { TAKEN_OVER } from "./messages.ts";
import { FinishedChunk } from "./finished-chunk.ts";
import type { RequeuedChunk } from "../queue/queue.ts";

/** What of a job is still to be done. */
export interface UnfinishedWork {
  /** Chunks that wait, in the order they are to be started. */
  readonly waiting: readonly RequeuedChunk[];
  /** Nukes whose end is not written down. */
  readonly open: readonly ReplayedRun[];
}

export function restoreJob(
  past: ReplayedJob,
  plan: RenderPlan,
  list: Chunks,
  book: Pick<RetryPolicy, "after">,
): UnfinishedWork {
  for (const [index, { frames, from, gone }] of past.chunks.entries()) {
    if (gone) {
      list.remove(index);
      continue;
    }
    const own = framesOf(frames);
    if (!list.has(index)) list.add(own, from);
    else if (list.get(index).frames !== frames) list.narrow(index, own);
  }
  // How often each frame has failed, and was evicted.
  for (const { ending } of past.endings)
    if (ending !== null) book.after({ ...ending, failed: new Set(ending.failed) });
  for (const { chunk, at, done, ended } of past.runs.values())
    if (ended !== null)
      list.started(chunk, new FinishedChunk({ plan, status: ended.status, startedAt: at, done }));
  for (const [index, { cancelled }] of past.chunks.entries()) if (cancelled) list.cancel(index);
  if (past.dropped !== null) list.dropWaiting(past.dropped.verdict, past.dropped.reason);
  const open = [...past.runs.values()].filter(({ ended }) => ended === null);
  const opened = new Set(open.map(({ chunk }) => chunk));
  const waiting: (RequeuedChunk & { place: number })[] = [];
  for (const [chunk, { place, exclusive, gone, cancelled, frames }] of past.chunks.entries()) {
    if (gone || cancelled) continue;
    if (opened.has(chunk) || past.runs.has(chunk) || past.dropped !== null) continue;
    if (place === null) list.drop(chunk, "done", frames === "" ? TAKEN_OVER : "Its frames are on disk.");
    else waiting.push({ chunk, exclusive, first: false, place });
  }
  return { waiting: waiting.sort((a, b) => a.place - b.place), open };
}
