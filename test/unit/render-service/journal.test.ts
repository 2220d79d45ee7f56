/** A journal that ends anywhere, and one with lines missing: every frame is in exactly one place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../scripts/lib/random.ts";
import type { RenderPlan } from "../../../src/plan/render-plan.ts";
import { formatFrames, parseFrames } from "../../../src/plan/frames/frames.ts";
import { Chunks } from "../../../src/render-service/job/chunks.ts";
import { type ChunkOutcome, RetryPolicy } from "../../../src/render-service/frames/retry-policy.ts";
import type { JournalEntry } from "../../../src/render-service/storage/journal-entries.ts";
import { readEntries } from "../../../src/render-service/storage/journal.ts";
import { type ReplayedJob, replayJournal } from "../../../src/render-service/storage/replay.ts";
import { splitFrames } from "../../../src/plan/frames/split.ts";
import { restoreJob } from "../../../src/render-service/job/restore.ts";
import { fakeJob } from "../../service/fake-nuke.ts";

const place = { folder: "/shots", frames: "/shots/frames" };

function planOf(frames: number, size: number): RenderPlan {
  const chunks: string[] = [];
  for (let first = 1; first <= frames; first += size)
    chunks.push(formatFrames(list(first, Math.min(frames, first + size - 1)), new Set()));
  return fakeJob(place, "", { range: `1-${frames}`, chunks, parallel: 3 }).plan;
}

const list = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);

/** Lives through a job at random, as the service does, and writes down every step. */
function journalOf(random: Random, plan: RenderPlan): JournalEntry[] {
  const { env: _, ...job } = { plan, env: {} };
  const entries: JournalEntry[] = [{ is: "job", version: 1, job, submittedAt: 1, boot: "b" }];
  const book = new RetryPolicy({ retries: 2, movie: false });
  const chunks = new Chunks(plan, new Set());
  const waiting = plan.chunks.map(({ index }) => index);
  let vanished = 0;
  while (waiting.length > 0) {
    if (random.chance(5)) dealAnew(random, chunks, waiting, entries);
    const chunk = waiting.shift() ?? 0;
    if (random.chance(8)) {
      entries.push({ is: "chunk-cancelled", chunk });
      continue;
    }
    const { frames } = parseFrames(chunks.get(chunk).frames);
    entries.push({ is: "starting", chunk, at: 5 });
    entries.push({ is: "started", chunk, pid: 100 + chunk, started: "" });
    entries.push({ is: "started", chunk, pid: 100 + chunk, started: "9" });
    const stops = random.chance(3) ? random.below(frames.length) : frames.length;
    for (const frame of frames.slice(0, stops))
      entries.push({ is: "done", chunk, frame, files: [`/f.${frame}.exr`], peakMB: null, read: [frame, 0] });
    const missing = frames.slice(stops);
    const cancelled = missing.length > 0 && random.chance(5);
    if (cancelled) entries.push({ is: "chunk-cancelled", chunk });
    const cause = random.pick<ChunkOutcome["cause"]>([
      "memory",
      "paused",
      "unobserved",
      "license",
      "crash",
      "error",
    ]);
    const failed = cause === "error" ? missing.slice(0, 1) : [];
    const ending: ChunkOutcome | null =
      missing.length === 0 || cancelled
        ? null
        : { cause, missing, failed: new Set(failed), at: missing[0] ?? null };
    const { back, givenUp } = ending ? book.after(ending) : { back: [], givenUp: [] };
    const returns = back.map(({ frames: own, exclusive, why }) => ({
      chunk: chunks.add(own, chunk),
      frames: formatFrames(own, new Set()),
      first: why === "rest",
      exclusive,
    }));
    for (const { chunk: index, first } of returns)
      if (first) waiting.unshift(index);
      else waiting.push(index);
    const status = {
      ...chunks.statuses.find(({ index }) => index === chunk),
      state: "finished",
      verdict: missing.length === 0 ? "done" : "crash",
    };
    entries.push({
      is: "ended",
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from a status
      status: status as Extract<JournalEntry, { is: "ended" }>["status"],
      complaint: "",
      ending: ending && { ...ending, missing: [...missing], failed },
      back: returns,
      lost: [...givenUp],
      givenUp: null,
      drop: null,
    });
    if (random.chance(4)) entries.push({ is: "paused", paused: random.chance(2) });
    const settings = { priority: random.below(101), place: random.below(9), parallel: 1 + random.below(9) };
    if (random.chance(9)) entries.push({ is: "settings-changed", settings });
    if (random.chance(9)) entries.push({ is: "service", boot: "b", at: 7 });
    // The job has ended, and files were removed in the meantime.
    const gone = frames.slice(0, stops).filter(() => random.chance(2));
    if (cancelled || waiting.length > 0 || gone.length === 0 || ++vanished > 2) continue;
    const again = chunks.add(gone, chunk);
    entries.push({ is: "vanished", from: chunk, chunk: again, frames: formatFrames(gone) });
    waiting.push(again);
  }
  return entries;
}

/** Redistributes the plan's queued frames into more chunks or fewer. */
function dealAnew(random: Random, chunks: Chunks, waiting: number[], entries: JournalEntry[]): void {
  const size = 1 + random.below(7);
  const redealt = chunks.redistribute(
    waiting,
    (left) =>
      splitFrames(
        [...left].sort((a, b) => a - b),
        { by: "frames", size },
      ).reverse(),
    ({ gone, fresh }) => entries.push({ is: "dealt", gone: [...gone], fresh: [...fresh] }) > 0,
  );
  if (redealt === null) return;
  const first = waiting.findIndex((chunk) => redealt.gone.has(chunk));
  const others = waiting.slice(first).filter((chunk) => !redealt.gone.has(chunk));
  waiting.splice(first, Infinity, ...redealt.fresh.map(({ chunk }) => chunk), ...others);
}

/** Where every frame is: done, lost, cancelled, with a Nuke whose end is not known, or waiting. */
function placesOf(past: ReplayedJob, plan: RenderPlan): Map<number, string[]> {
  const found = new Map<number, string[]>(parseFrames(plan.frames).frames.map((frame) => [frame, []]));
  const put = (frame: number, where: string): void => void found.get(frame)?.push(where);
  const done = new Set([...past.runs.values()].flatMap((run) => [...run.done.keys()]));
  for (const frame of done) put(frame, "done");
  for (const frame of past.lost) if (!done.has(frame)) put(frame, "lost");
  const chunks = new Chunks(plan, new Set());
  const { waiting, open } = restoreJob(past, plan, chunks, new RetryPolicy({ retries: 2, movie: false }));
  const framesOf = (chunk: number): readonly number[] => parseFrames(chunks.get(chunk).frames).frames;
  const cancelled = past.chunks.filter((chunk) => chunk.cancelled);
  for (const { frames } of cancelled)
    for (const frame of parseFrames(frames).frames) if (!done.has(frame)) put(frame, "cancelled");
  for (const { chunk } of open.filter((run) => past.chunks[run.chunk]?.cancelled !== true))
    for (const frame of framesOf(chunk)) if (!done.has(frame)) put(frame, `Nuke ${chunk}`);
  for (const { chunk } of waiting) for (const frame of framesOf(chunk)) put(frame, `waiting ${chunk}`);
  return found;
}

test("cut at every byte, every frame is in exactly one place", () => {
  const plan = planOf(9, 4);
  const entries = journalOf(new Random(3), plan);
  const bytes = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  const accepted = bytes.indexOf(0x0a);
  let known = -1;
  for (let length = 0; length <= bytes.length; length++) {
    const read = readEntries(bytes.subarray(0, length));
    const past = replayJournal(read.entries);
    if (length <= accepted) {
      assert.equal(past, null, `accepted with ${length} bytes`);
      continue;
    }
    if (read.length === known) continue;
    known = read.length;
    assert.ok(past);
    for (const [frame, places] of placesOf(past, plan))
      assert.equal(places.length, 1, `cut at ${length}, frame ${frame}: ${places.join(", ") || "nowhere"}`);
  }
  assert.equal(known, bytes.length);
});

test("cut behind any line of any life, every frame is in exactly one place, and none that was done is rendered again", () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = new Random(seed);
    const plan = planOf(1 + random.below(40), 1 + random.below(9));
    const entries = journalOf(random, plan);
    for (let lines = 1; lines <= entries.length; lines++) {
      const past = replayJournal(entries.slice(0, lines));
      assert.ok(past);
      for (const [frame, places] of placesOf(past, plan))
        assert.equal(places.length, 1, `seed ${seed}, ${lines} lines, frame ${frame}: ${places.join(", ")}`);
    }
  }
});

test("with lines that a full disk has swallowed, no frame is nowhere and none waits twice", () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = new Random(seed);
    const plan = planOf(1 + random.below(30), 1 + random.below(9));
    const [head, ...entries] = journalOf(random, plan);
    const kept = entries.slice(0, random.below(entries.length + 1)).filter(() => !random.chance(6));
    const past = head && replayJournal([head, ...kept]);
    assert.ok(past);
    for (const [frame, places] of placesOf(past, plan)) {
      assert.ok(places.length > 0, `seed ${seed}, frame ${frame} is nowhere`);
      assert.ok(
        places.length === 1 || places.every((where) => /^Nuke|^cancelled/u.test(where)),
        `seed ${seed}, frame ${frame}: ${places.join(", ")}`,
      );
    }
  }
});

test("redistributed chunks come back in starting order, before those that were queued after them", () => {
  const { env: _, ...job } = { plan: planOf(8, 2), env: {} };
  const past = replayJournal([
    { is: "job", version: 1, job, submittedAt: 1, boot: "b" },
    { is: "starting", chunk: 0, at: 5 },
    {
      is: "dealt",
      gone: [1, 2],
      fresh: [1, 2, 4].map((chunk, at) => ({ chunk, frames: ["6", "3-4", "5"][at] ?? "" })),
    },
    { is: "dealt", gone: [1, 4], fresh: [{ chunk: 1, frames: "5-6" }] },
    { is: "settings-changed", settings: { priority: 70, place: -1, parallel: 2 } },
  ]);
  assert.ok(past);
  assert.deepEqual(past.settings, { priority: 70, place: -1, parallel: 2 });
  const chunks = new Chunks(job.plan, new Set());
  const { waiting } = restoreJob(past, job.plan, chunks, new RetryPolicy({ retries: 2, movie: false }));
  assert.deepEqual(
    waiting.map(({ chunk }) => [chunk, chunks.get(chunk).frames]),
    [
      [1, "5-6"],
      [2, "3-4"],
      [3, "7-8"],
    ],
  );
  assert.equal(chunks.has(4), false);
  assert.equal(chunks.add([1], 0), 5, "a number is not given twice");
});
