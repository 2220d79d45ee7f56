/** What is still known of a job whose own files are damaged: from what is left of its journal, from its Nukes' logs, and from the disk. */
import { messageOf } from "../../plan/text/message-of.ts";
import { readdirSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { type NukeOutput, NukeOutputParser } from "../../nuke/output.ts";
import { readWarmReport } from "../../nuke/warm-report.ts";
import type { ChunkStatus, JobStatus } from "../../plan/job/events.ts";
import { formatFrames, framesOf, parseFrames } from "../../plan/frames/frames.ts";
import { DEFAULT_PRIORITY } from "../../plan/request.ts";
import { FrameLedger } from "../frames/frame-ledger.ts";
import { readLog } from "../logs/log-reader.ts";
import { chunkLog } from "../storage/job-store.ts";
import { salvageEntries } from "../storage/journal.ts";
import type { EntryOf, JournalEntry } from "../storage/journal-entries.ts";
import { openingFile } from "../storage/opening-file.ts";
import { type ReplayedRun, replayJournal } from "../storage/replay.ts";
import type { Damage } from "../storage/state-file.ts";
import { endNukes } from "./adopt.ts";
import { jobResult } from "./status.ts";

/** Of one log, bytes: a job that is damaged is not worth reading forever. */
const MOST_READ = 64 * 1024 * 1024;
const UNKNOWN = "unknown";

export interface DamagedJob {
  readonly id: string;
  /** Its own. */
  readonly folder: string;
  /** What is wrong with it, in words. */
  readonly why: string;
  readonly graceMs: number;
  readonly tell: (damage: Damage) => void;
}

/** A Nuke of the job, as far as anything tells. */
type Trace = Pick<ReplayedRun, "chunk" | "at" | "done" | "ended"> & { readonly frames: readonly number[] };

/** Ends what is left of its Nukes, then names its frames. */
export async function salvageJob({ id, folder, why, graceMs, tell }: DamagedJob): Promise<JobStatus> {
  const entries = salvageEntries(folder);
  const noted = entries.flatMap((entry) => (entry.is === "started" ? [entry] : []));
  const survivors = await endNukes(folder, noted, graceMs).catch(() => []);
  const first = entries.find((entry) => entry.is === "job");
  const opening = usable(first ?? null) ?? usable(openingFile(folder, tell).read());
  const traces = tracesOf(opening, entries, folder);
  const done = new Set<number>();
  const planned = new Set<number>(opening === null ? [] : parseFrames(opening.job.plan.frames).frames);
  const chunks: ChunkStatus[] = [];
  let framesFolder: string | null = null;
  for (const trace of traces) {
    const { ledger, frames } = await readTrace(trace, opening, folder);
    for (const frame of frames) planned.add(frame);
    for (const [frame, [file]] of ledger.done) {
      done.add(frame);
      if (file !== undefined) framesFolder ??= join(file, "..");
    }
    chunks.push(chunkStatus(trace, frames, ledger.done.size));
  }
  const all = [...planned].sort((a, b) => a - b);
  const known = opening?.job;
  const list =
    known === undefined ? { frames: all, steps: new Set<number>() } : parseFrames(known.plan.frames);
  const { doneRanges, missingRanges } = jobResult(list, done);
  const alive = survivors.length === 0 ? "" : ` These processes could not be ended: ${survivors.join(", ")}.`;
  const bare = bareStatus(id, `${why}.${alive}`);
  return {
    ...bare,
    script: known?.source ?? known?.plan.script ?? bare.script,
    write: known?.plan.write ?? bare.write,
    priority: known?.plan.priority ?? bare.priority,
    parallel: known?.plan.parallel ?? bare.parallel,
    frames: known?.plan.frames ?? formatFrames(all),
    frameCount: list.frames.length,
    framesDone: list.frames.filter((frame) => done.has(frame)).length,
    progress: list.frames.length === 0 ? 0 : done.size / list.frames.length,
    submittedAt: opening?.submittedAt ?? bornAt(folder),
    chunks,
    folder: framesFolder,
    doneRanges,
    missingRanges,
    demo: known?.plan.nuke?.demo ?? false,
  };
}

/** A job of which nothing is known but its name. */
export function bareStatus(id: string, damaged: string): JobStatus {
  return {
    job: id,
    script: UNKNOWN,
    write: UNKNOWN,
    state: { kind: "paused", by: "interruption", blockedBy: [] },
    priority: DEFAULT_PRIORITY,
    parallel: 1,
    waitsFor: [],
    frames: "",
    frameCount: 0,
    framesDone: 0,
    progress: 0,
    running: 0,
    etaSeconds: null,
    seconds: 0,
    peakMB: 0,
    heaviest: null,
    submittedAt: 0,
    finishedAt: null,
    chunks: [],
    damaged,
    folder: null,
    doneRanges: [],
    missingRanges: [],
    demo: false,
  };
}

/** Null where its frames cannot be read. */
function usable(opening: EntryOf<"job"> | null): EntryOf<"job"> | null {
  return opening !== null && safeFrames(opening.job.plan.frames).length > 0 ? opening : null;
}

/** Its Nukes: by the journal, and by the logs that are in its folder. */
function tracesOf(opening: EntryOf<"job"> | null, entries: readonly JournalEntry[], folder: string): Trace[] {
  const traces = new Map<number, Trace>();
  const past = opening && replay([opening, ...entries.filter(({ is }) => is !== "job")]);
  if (past !== null)
    for (const run of past.runs.values())
      traces.set(run.chunk, { ...run, frames: safeFrames(past.chunks[run.chunk]?.frames ?? "") });
  else
    for (const entry of entries) {
      if (entry.is === "starting")
        traces.set(entry.chunk, {
          chunk: entry.chunk,
          at: entry.at,
          done: new Map(),
          ended: null,
          frames: [],
        });
      if (entry.is === "done") traces.get(entry.chunk)?.done.set(entry.frame, entry.files);
      const before = entry.is === "ended" ? traces.get(entry.status.index) : undefined;
      if (entry.is === "ended" && before)
        traces.set(before.chunk, { ...before, ended: entry, frames: safeFrames(entry.status.frames) });
    }
  for (const chunk of chunksWithLogs(folder))
    if (!traces.has(chunk))
      traces.set(chunk, {
        chunk,
        at: bornAt(chunkLog(folder, chunk, "stdout")),
        done: new Map(),
        ended: null,
        frames: [],
      });
  return [...traces.values()].sort((a, b) => a.chunk - b.chunk);
}

function replay(entries: readonly JournalEntry[]): ReturnType<typeof replayJournal> {
  try {
    return replayJournal(entries);
  } catch {
    return null;
  }
}

/** Reads a Nuke's log once more, and looks at its files. */
async function readTrace(
  { chunk, at, done, ended, frames }: Trace,
  opening: EntryOf<"job"> | null,
  folder: string,
): Promise<{ ledger: FrameLedger; frames: readonly number[] }> {
  const said = [...(await logOf(folder, chunk, "stderr")), ...(await logOf(folder, chunk, "stdout"))];
  const named = said.flatMap((one) => (one.kind === "frame" ? [one.frame] : reported(one)));
  const plan = opening?.job.plan;
  const own =
    plan !== undefined && frames.length > 0 ? frames : [...new Set([...frames, ...named, ...done.keys()])];
  const ledger = new FrameLedger({
    frames: own.toSorted((a, b) => a - b),
    filesPerFrame: plan?.filesPerFrame ?? 1,
    movie: plan?.movie ?? isMovie(said),
    cwd: plan?.cwd ?? sep,
    outputFile: plan?.outputFile ?? null,
    startedAt: at,
    singly: plan?.warm !== undefined && plan.warm !== null,
  });
  ledger.restore(done);
  for (const one of said) {
    if (one.kind === "took") ledger.took(one.path, one.seconds);
    for (const frame of one.kind === "frame" ? [one.frame] : reported(one)) await ledger.frame(frame);
  }
  await ledger.close(ended?.status.verdict === "done" ? "well" : "asked");
  await ledger.recheck();
  return { ledger, frames: own };
}

/** All that a stream says; nothing where it cannot be read. */
async function logOf(folder: string, chunk: number, stream: "stdout" | "stderr"): Promise<NukeOutput[]> {
  const parser = new NukeOutputParser();
  const found: NukeOutput[] = [];
  try {
    for (let from = 0, more = true; more && from < MOST_READ;) {
      const piece = await readLog(chunkLog(folder, chunk, stream), from);
      for (const one of parser.feed(piece.lines.map((line) => `${line}\n`).join("")))
        if (one.kind === "took" || one.kind === "frame" || reported(one).length > 0) found.push(one);
      more = piece.more && piece.next > from;
      from = piece.next;
    }
  } catch (error) {
    // The next best source tells less, and that is what is told.
    found.push({ kind: "line", text: messageOf(error) });
  }
  return found;
}

/** A frame that an open Nuke reports as done. */
function reported(one: NukeOutput): number[] {
  const report = one.kind === "line" ? readWarmReport(one.text) : null;
  return report?.event === "done" ? [report.frame] : [];
}

/** One file that was finished again and again. */
function isMovie(said: readonly NukeOutput[]): boolean {
  const paths = said.flatMap((one) => (one.kind === "took" ? [one.path] : []));
  return new Set(paths).size < paths.length;
}

function chunkStatus(trace: Trace, frames: readonly number[], framesDone: number): ChunkStatus {
  const { chunk, ended } = trace;
  return {
    ...(ended?.status ?? {
      pid: null,
      frameProgress: 0,
      seconds: 0,
      peakMB: 0,
      verdict: "unobserved",
      exitCode: null,
      signal: null,
      reason: "How it ended is unknown: files of its job are damaged.",
    }),
    index: chunk,
    frames: formatFrames(frames.toSorted((a, b) => a - b)),
    count: frames.length,
    from: null,
    state: "finished",
    framesDone,
  };
}

function chunksWithLogs(folder: string): number[] {
  try {
    const numbers = readdirSync(folder).map((name) => /^chunk-(\d{1,9})\./u.exec(name)?.[1]);
    return [...new Set(numbers.flatMap((number) => (number === undefined ? [] : [Number(number) - 1])))];
  } catch {
    return [];
  }
}

function safeFrames(text: string): readonly number[] {
  try {
    return framesOf(text);
  } catch {
    return [];
  }
}

/** Milliseconds since 1970; 0 where it is not there. */
function bornAt(path: string): number {
  try {
    const { birthtimeMs, mtimeMs } = statSync(path);
    return birthtimeMs > 0 ? Math.min(birthtimeMs, mtimeMs) : mtimeMs;
  } catch {
    return 0;
  }
}
