/** A journal that ends anywhere, and one with lines missing: every frame is in exactly one place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../scripts/lib/random.ts";
import type { RenderPlan } from "../../src/plan/render-plan.ts";
import { formatFrames, parseFrames } from "../../src/plan/frames.ts";
import { ChunkList } from "../../src/render-service/chunk-list.ts";
import { type Ending, FrameBook } from "../../src/render-service/frame-book.ts";
import type { JournalEntry } from "../../src/render-service/journal-entry.ts";
import { readEntries } from "../../src/render-service/journal.ts";
import { type JobPast, jobPast } from "../../src/render-service/job-past.ts";
import { restoreJob } from "../../src/render-service/job-restore.ts";
import { fakeJob } from "../service/fake-nuke.ts";

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
  const book = new FrameBook({ retries: 2, movie: false });
  const chunks = new ChunkList(plan, new Set());
  const waiting = plan.chunks.map(({ index }) => index);
  while (waiting.length > 0) {
    const chunk = waiting.shift() ?? 0;
    const { frames } = parseFrames(chunks.get(chunk).frames);
    entries.push({ is: "starting", chunk, at: 5 });
    entries.push({ is: "started", chunk, pid: 100 + chunk, started: "" });
    entries.push({ is: "started", chunk, pid: 100 + chunk, started: "9" });
    const stops = random.chance(3) ? random.below(frames.length) : frames.length;
    for (const frame of frames.slice(0, stops))
      entries.push({ is: "done", chunk, frame, files: [`/f.${frame}.exr`], read: [frame, 0] });
    const missing = frames.slice(stops);
    const cause = random.pick<Ending["cause"]>([
      "memory",
      "paused",
      "unwatched",
      "license",
      "crash",
      "error",
    ]);
    const failed = cause === "error" ? missing.slice(0, 1) : [];
    const ending: Ending | null =
      missing.length === 0 ? null : { cause, missing, failed: new Set(failed), at: missing[0] ?? null };
    const { back, givenUp } = ending ? book.after(ending) : { back: [], givenUp: [] };
    const returns = back.map(({ frames: own, bySelf, why }) => ({
      chunk: chunks.add(own, chunk),
      frames: formatFrames(own, new Set()),
      first: why === "rest",
      bySelf,
    }));
    for (const { chunk: index, first } of returns)
      if (first) waiting.unshift(index);
      else waiting.push(index);
    const status = {
      ...chunks.statuses[chunk],
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
    if (random.chance(9)) entries.push({ is: "service", boot: "b", at: 7 });
  }
  return entries;
}

/** Where every frame is: done, lost, with a Nuke whose end is not known, or waiting. */
function placesOf(past: JobPast, plan: RenderPlan): Map<number, string[]> {
  const found = new Map<number, string[]>(parseFrames(plan.frames).frames.map((frame) => [frame, []]));
  const put = (frame: number, where: string): void => void found.get(frame)?.push(where);
  const done = new Set([...past.runs.values()].flatMap((run) => [...run.done.keys()]));
  for (const frame of done) put(frame, "done");
  for (const frame of past.lost) if (!done.has(frame)) put(frame, "lost");
  const chunks = new ChunkList(plan, new Set());
  const { waiting, open } = restoreJob(past, plan, chunks, new FrameBook({ retries: 2, movie: false }));
  const framesOf = (chunk: number): readonly number[] => parseFrames(chunks.get(chunk).frames).frames;
  for (const { chunk } of open)
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
    const past = jobPast(read.entries);
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
      const past = jobPast(entries.slice(0, lines));
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
    const past = head && jobPast([head, ...kept]);
    assert.ok(past);
    for (const [frame, places] of placesOf(past, plan)) {
      assert.ok(places.length > 0, `seed ${seed}, frame ${frame} is nowhere`);
      assert.ok(
        places.length === 1 || places.every((where) => where.startsWith("Nuke")),
        `seed ${seed}, frame ${frame}: ${places.join(", ")}`,
      );
    }
  }
});
