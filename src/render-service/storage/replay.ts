/** Replays the journal of a job. Pure. After any line, each frame is in exactly one place. */
import type { JobStatus } from "../../plan/job/events.ts";
import { formatFrames, framesOf, parseFrames } from "../../plan/frames/frames.ts";
import { type JobState, type JobStateEvent, NEW_JOB, transition } from "../../plan/job/job-state.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import type { ScriptFingerprint } from "../script-snapshot/fingerprint.ts";
import type { SettlementRecord, EntryOf, JournalEntry, KeptJob, JobSettings } from "./journal-entries.ts";

/** A Nuke that was started, or was about to be. */
export interface ReplayedRun {
  readonly chunk: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Null if the service died before recording it. */
  pid: number | null;
  /** Empty when it is not known. */
  started: string;
  /** Frames on disk with their files. */
  readonly done: Map<number, readonly string[]>;
  /** Bytes of its stdout and stderr that were read. */
  read: readonly [number, number];
  /** Frames that have failed in it and were taken back, by the command that had handed them. */
  readonly returned: Map<number, number>;
  /** Null while it ran. */
  ended: EntryOf<"ended"> | null;
}

/** A chunk, whether it was started or not. */
export interface ReplayedChunk {
  frames: string;
  /** The chunk whose Nuke left these frames; null for those of the plan. */
  readonly from: number | null;
  readonly exclusive: boolean;
  /** In the order they are to be started; null for one that is not to be started any more. */
  place: number | null;
  /** It was redistributed, and this chunk no longer exists. */
  gone: boolean;
  /** What it has not rendered is not to be rendered. */
  cancelled: boolean;
}

export interface ReplayedJob {
  readonly job: KeptJob;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
  /** The start of the machine it was last rendered on. */
  boot: string;
  readonly chunks: ReplayedChunk[];
  readonly runs: Map<number, ReplayedRun>;
  /** What every `ended` and `returned` line says of the frames, in order. */
  readonly endings: Pick<EntryOf<"ended">, "ending">[];
  /** Chunks that will not be started. */
  readonly dropped: { verdict: EntryOf<"cancelled">["drop"]["verdict"]; reason: string } | null;
  readonly state: JobState;
  readonly givenUp: "failed" | "license" | null;
  readonly lost: Set<number>;
  /** Frames that were rendered again because their files were gone, each time. */
  readonly vanished: (readonly number[])[];
  readonly heaviest: JobStatus["heaviest"];
  /** Expected fingerprint of the script; null: it is not watched. */
  readonly script: ScriptFingerprint | null;
  /** Null: as it was submitted. */
  readonly settings: JobSettings | null;
}

/** Null where the first line is not that of a job. */
export function replayJournal(entries: readonly JournalEntry[]): ReplayedJob | null {
  const [first] = entries;
  if (first?.is !== "job") return null;
  const past: Draft = {
    job: first.job,
    submittedAt: first.submittedAt,
    boot: first.boot,
    chunks: first.job.plan.chunks.map(({ frames }, place) => ofPlan(frames, place)),
    runs: new Map(),
    endings: [],
    dropped: null,
    state: NEW_JOB,
    givenUp: null,
    lost: new Set(),
    vanished: [],
    heaviest: null,
    script: first.script ?? null,
    settings: null,
  };
  for (const entry of entries) apply(past, entry);
  complete(past, first.job.plan);
  return past;
}

type Draft = { -readonly [Key in keyof ReplayedJob]: ReplayedJob[Key] };

function apply(past: Draft, entry: JournalEntry): void {
  switch (entry.is) {
    case "job":
    case "finished":
      return;
    case "service":
      past.boot = entry.boot;
      return;
    case "starting":
      return applyStarting(past, entry);
    case "started": {
      const run = past.runs.get(entry.chunk);
      if (run) Object.assign(run, { pid: entry.pid, started: entry.started });
      return;
    }
    case "done":
      return applyDone(past, entry);
    case "ended": {
      const run = past.runs.get(entry.status.index);
      if (run) run.ended = entry;
      return applySettlement(past, entry.status.index, entry);
    }
    case "returned":
      past.runs.get(entry.chunk)?.returned.set(entry.frame, entry.n);
      leave(past, entry.chunk, new Set(entry.back.flatMap(({ frames }) => framesOf(frames))));
      return applySettlement(past, entry.chunk, entry);
    case "moved":
      return applyMove(past, entry);
    case "vanished":
      return applyVanished(past, entry);
    case "cancelled":
      move(past, { type: "cancelled" });
      past.dropped ??= entry.drop;
      return;
    case "settings-changed":
      past.settings = entry.settings;
      return;
    case "chunk-cancelled": {
      const chunk = past.chunks[entry.chunk];
      if (chunk) Object.assign(chunk, { cancelled: true, place: null });
      return;
    }
    case "dealt":
      return applyDistribution(past, entry);
    case "paused":
      return applyPause(past, entry);
    case "script":
      past.script = entry.script;
      return;
    case "interrupted":
      return move(past, { type: "paused", by: "interruption" });
  }
}

function applyStarting(past: Draft, { chunk: index, at }: EntryOf<"starting">): void {
  const chunk = past.chunks[index];
  // The line that made it was lost on a full disk; its frames lie elsewhere now.
  if (chunk === undefined) return;
  chunk.place = null;
  move(past, { type: "nuke-started" });
  past.runs.set(index, {
    chunk: index,
    at,
    pid: null,
    started: "",
    done: new Map(),
    read: [0, 0],
    returned: new Map(),
    ended: null,
  });
}

function applyDone(past: Draft, entry: EntryOf<"done">): void {
  const run = past.runs.get(entry.chunk);
  run?.done.set(entry.frame, entry.files);
  if (run) run.read = entry.read;
  past.heaviest = heavier(past.heaviest, entry);
}

function applyMove(past: Draft, { from, to, frames }: EntryOf<"moved">): void {
  const moved = new Set(framesOf(frames));
  // A chunk that is made for them waits for a Nuke of its own.
  if (to === past.chunks.length) past.chunks.push(ofPlan("", lastPlace(past) + 1));
  const there = past.chunks[to];
  if (there) there.frames = formatFrames(inOrder(framesOf(there.frames), leave(past, from, moved)));
}

function move(past: Draft, event: JobStateEvent): void {
  past.state = transition(past.state, event);
}

function applyPause(past: Draft, { paused, why }: EntryOf<"paused">): void {
  if (!paused) return move(past, { type: "resumed", begun: past.runs.size > 0 });
  if (why !== undefined) move(past, { type: "blocked", reason: "script", text: why });
  move(past, { type: "paused", by: why === undefined ? "user" : "script" });
}

function lastPlace({ chunks }: Draft): number {
  return Math.max(0, ...chunks.map(({ place }) => place ?? 0));
}

/** Removes frames from a chunk; returns those that were in it. A queued chunk without frames is no longer started. */
function leave(past: Draft, chunk: number, leaving: ReadonlySet<number>): number[] {
  const from = past.chunks[chunk];
  if (!from) return [];
  const own = framesOf(from.frames);
  from.frames = formatFrames(own.filter((frame) => !leaving.has(frame)));
  if (from.frames === "") from.place = null;
  return own.filter((frame) => leaving.has(frame));
}

function inOrder(some: readonly number[], others: readonly number[]): number[] {
  return [...some, ...others].sort((a, b) => a - b);
}

/** The heavier of two frames. */
export function heavier(
  before: JobStatus["heaviest"],
  { frame, peakMB }: { frame: number; peakMB: number | null },
): JobStatus["heaviest"] {
  return peakMB === null || (before !== null && before.peakMB >= peakMB) ? before : { frame, peakMB };
}

/** Chunks of the plan that wait. */
function ofPlan(frames: string, place: number): ReplayedChunk {
  return { frames, from: null, exclusive: false, place, gone: false, cancelled: false };
}

function applyDistribution(past: Draft, { gone, fresh }: EntryOf<"dealt">): void {
  const places = gone.flatMap((index) => past.chunks[index]?.place ?? []);
  for (const index of gone) {
    const chunk = past.chunks[index];
    if (chunk) Object.assign(chunk, { gone: true, place: null });
  }
  if (places.length === 0) return;
  const at = Math.min(...places);
  const others = past.chunks.flatMap(({ place }) => (place === null || place <= at ? [] : [place]));
  // All of them before what waits after the first of those that are gone.
  const step = (Math.min(at + 1, ...others) - at) / fresh.length;
  for (const [nth, { chunk, frames }] of fresh.entries())
    if (chunk <= past.chunks.length) past.chunks[chunk] = ofPlan(frames, at + nth * step);
}

function applyVanished(past: Draft, { from, chunk, frames }: EntryOf<"vanished">): void {
  const again = framesOf(frames);
  past.vanished.push(again);
  // A run that took them over may have them, too, where lines are missing.
  for (const run of past.runs.values()) for (const frame of again) run.done.delete(frame);
  if (chunk === past.chunks.length) past.chunks.push({ ...ofPlan(frames, lastPlace(past) + 1), from });
}

function applySettlement(past: Draft, origin: number, entry: SettlementRecord): void {
  past.endings.push(entry);
  for (const frame of entry.lost) past.lost.add(frame);
  past.givenUp ??= entry.givenUp;
  past.dropped ??= entry.drop;
  const waiting = past.chunks.flatMap(({ place }) => (place === null ? [] : [place]));
  let back = Math.max(0, ...waiting);
  // Those that come first come in their own order.
  let front = Math.min(0, ...waiting) - entry.back.filter(({ first }) => first).length;
  for (const { chunk, frames, exclusive, first } of entry.back) {
    // A line before it was lost on a full disk: `complete` finds the frames a place.
    if (chunk !== past.chunks.length) continue;
    const place = first ? front++ : ++back;
    past.chunks.push({ ...ofPlan(frames, place), from: origin, exclusive });
  }
}

/** Whichever lines are missing: finished frames are not rendered again, and frames without a chunk are. */
function complete(past: Draft, plan: RenderPlan): void {
  const { steps, frames } = parseFrames(plan.frames);
  const done = new Set<number>();
  for (const run of past.runs.values()) {
    // Of a movie nothing is done before all is.
    if (plan.movie && run.ended?.status.verdict !== "done") run.done.clear();
    for (const frame of run.done.keys()) done.add(frame);
  }
  if (past.dropped !== null) return;
  const placed = new Set([...done, ...past.lost]);
  for (const run of past.runs.values())
    if (run.ended === null)
      for (const frame of framesOf(past.chunks[run.chunk]?.frames ?? "")) placed.add(frame);
  for (const { cancelled, frames: unwanted } of past.chunks)
    if (cancelled) for (const frame of framesOf(unwanted)) placed.add(frame);
  for (const chunk of past.chunks) {
    if (chunk.place === null) continue;
    const left = framesOf(chunk.frames).filter((frame) => !placed.has(frame));
    if (left.length === 0) chunk.place = null;
    else chunk.frames = formatFrames(left, steps);
    for (const frame of left) placed.add(frame);
  }
  const nowhere = frames.filter((frame) => !placed.has(frame));
  if (nowhere.length > 0) past.chunks.push(ofPlan(formatFrames(nowhere, steps), lastPlace(past) + 1));
}
