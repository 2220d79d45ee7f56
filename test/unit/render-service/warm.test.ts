/** How many frames a warm Nuke holds, who gives to whom, and what a journal knows of frames that move. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { framesOf, parseFrames } from "../../../src/plan/frames/frames.ts";
import { planRender, stoppers } from "../../../src/plan/plan-render.ts";
import { type ReplayedJob, replayJournal } from "../../../src/render-service/storage/replay.ts";
import type { JournalEntry } from "../../../src/render-service/storage/journal-entries.ts";
import { WarmCommandFile } from "../../../src/render-service/chunk/warm-command-file.ts";
import { prefetchCount, stealFrom } from "../../../src/render-service/chunk/warm-prefetch.ts";
import { aRequest, aWrite, someFacts } from "../plan/plan-facts.ts";

test("one frame is ahead; several where they are short; none at the end, where another would be free for it sooner", () => {
  const usual = { secondsPerFrame: 2, ready: true, left: 50, nukes: 4 };
  assert.equal(prefetchCount(usual), 2);
  assert.equal(prefetchCount({ ...usual, ready: false }), 1);
  assert.equal(prefetchCount({ ...usual, secondsPerFrame: null }), 2);
  assert.equal(prefetchCount({ ...usual, left: 4 }), 1);
  assert.equal(prefetchCount({ ...usual, secondsPerFrame: 0.05 }), 9);
  assert.equal(prefetchCount({ ...usual, secondsPerFrame: 0.05, left: 8 }), 3, "its share of what is left");
  assert.equal(prefetchCount({ ...usual, secondsPerFrame: 0, left: 5000 }), 201);
});

test("what waits is halved first; then the one with the most work gives the back half", () => {
  const giver = (chunk: number, frames: number[], secondsPerFrame: number | null = null) => ({
    chunk,
    frames,
    secondsPerFrame,
  });
  assert.deepEqual(stealFrom([giver(3, [1, 2, 3])], [giver(0, [7, 8])]), { from: 3, frames: [1, 2] });
  assert.deepEqual(stealFrom([], [giver(0, [1, 2, 3, 4], 0.1), giver(1, [7, 8, 9], 2)]), {
    from: 1,
    frames: [8, 9],
  });
  assert.deepEqual(stealFrom([], [giver(0, [1], null), giver(1, [7, 8], null)]), { from: 1, frames: [8] });
  assert.equal(stealFrom([], [giver(0, [])]), null);
  assert.equal(stealFrom([], []), null);
});

/** Four Nukes that take frames as the rules say, without a machine: seconds until the last one is done. */
function simulate(cost: (frame: number) => number, count: number, nukes: number): number {
  const size = count / nukes;
  const all = Array.from({ length: nukes }, (_, chunk) => ({
    chunk,
    frames: Array.from({ length: size }, (_at, index) => chunk * size + index),
    secondsPerFrame: null as number | null,
    hand: [] as number[],
    free: 0,
  }));
  const over: number[] = [];
  for (;;) {
    const next = all.reduce((first, one) => (one.free < first.free ? one : first));
    const done = next.hand.shift();
    if (done !== undefined) next.secondsPerFrame = cost(done);
    const left = (): number => all.reduce((sum, { frames }) => sum + frames.length, 0);
    while (
      next.hand.length <
      prefetchCount({ secondsPerFrame: next.secondsPerFrame, ready: true, left: left(), nukes })
    ) {
      if (next.frames.length === 0) {
        const gift = stealFrom(
          [],
          all.filter((one) => one !== next),
        );
        const from = gift && all.find(({ chunk }) => chunk === gift.from);
        if (!gift || !from) break;
        from.frames = from.frames.filter((frame) => !gift.frames.includes(frame));
        next.frames = [...gift.frames];
      }
      const [frame] = next.frames.splice(0, 1);
      if (frame !== undefined) next.hand.push(frame);
    }
    const [begun] = next.hand;
    if (begun === undefined) {
      over.push(next.free);
      if (over.length === nukes) return Math.max(...over);
      next.free = Infinity;
    } else next.free += cost(begun);
  }
}

test("whatever rises, falls or peaks, four Nukes end within 5 % of the best possible schedule", () => {
  const shapes: [string, (frame: number) => number][] = [
    ["rising", (frame) => 0.05 + (1.95 * frame) / 95],
    ["falling", (frame) => 2 - (1.95 * frame) / 95],
    ["a peak", (frame) => 0.3 + 1.7 * Math.exp(-(((frame - 60) / 8) ** 2))],
    ["the same", () => 1],
    ["one heavy frame", (frame) => (frame === 30 ? 10 : 0.5)],
  ];
  for (const [name, cost] of shapes) {
    const took = simulate(cost, 96, 4);
    const frames = Array.from({ length: 96 }, (_, frame) => cost(frame));
    const best = Math.max(frames.reduce((sum, one) => sum + one, 0) / 4, ...frames);
    assert.ok(took <= best * 1.05, `${name}: ${took.toFixed(2)} s, at best ${best.toFixed(2)} s`);
  }
});

test("the command file: numbered, its own user's, read again by who comes later", () => {
  const folder = mkdtempSync(join(tmpdir(), "nbr warm "));
  try {
    const file = new WarmCommandFile(folder, 0);
    assert.deepEqual(file.open(), []);
    assert.equal(file.send({ do: "render", frames: [1, 2] }).n, 1);
    file.close();
    // The next one died while it wrote.
    writeFileSync(file.path, `${readFileSync(file.path, "utf8")}{"do":"render","n":2,"fra`);
    const next = new WarmCommandFile(folder, 0);
    assert.deepEqual(
      next.open().map(({ n }) => n),
      [1],
    );
    assert.equal(next.send({ do: "end" }).n, 2);
    next.close();
    const lines = readFileSync(file.path, "utf8").trim().split("\n");
    assert.deepEqual([lines.length, JSON.parse(lines[2] ?? "")], [3, { do: "end", n: 2 }]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a plan of Nukes that stay open: one range each, started with -t; not for movies, nor for old Nukes", () => {
  const request = aRequest({
    range: "1-10",
    warm: true,
    parallel: 2,
    continueOnError: true,
    views: ["left"],
  });
  const plan = planRender(request, someFacts());
  assert.deepEqual(
    plan.chunks.map(({ frames }) => frames),
    ["1-5", "6-10"],
  );
  const [, , , ...words] = plan.chunks[0]?.argv ?? [];
  const switches = `-t -m 8 -c ${words[4]} --view left /x/warm_nuke.py`.split(" ");
  const named = ["script=/p/my shot.nk", "write=Write1", "commands=commands.jsonl", "views=left"];
  assert.deepEqual(words, [...switches, ...named]);
  const movie = planRender(request, someFacts({}, [aWrite({ movie: true, fileType: "mov" })]));
  const nuke = { argv: ["/opt/Nuke10.5"], version: "10.5v1", demo: false };
  const old = planRender(request, someFacts({ nuke }));
  for (const { warm, chunks, problems } of [movie, old]) {
    assert.equal(warm, undefined);
    assert.ok(chunks[0]?.argv.includes("-X"));
    assert.ok(problems.some(({ code, severity }) => code === "warm-impossible" && severity === "info"));
    assert.deepEqual(stoppers({ problems }), []);
  }
  assert.equal(planRender(request, someFacts({ nuke: { ...nuke, version: "" } })).problems.length, 0);
});

const plan = planRender(
  aRequest({ range: "1-8", warm: true, parallel: 2, split: { by: "chunks", count: 2 } }),
  someFacts(),
);

/** In how many places each frame is: on disk or lost, with a Nuke that runs, or waiting. */
function places(past: ReplayedJob): Map<number, number> {
  const found = new Map(parseFrames(past.job.plan.frames).frames.map((frame) => [frame, 0]));
  const count = (frame: number): unknown => found.set(frame, (found.get(frame) ?? 0) + 1);
  const over = new Set([...past.lost, ...[...past.runs.values()].flatMap(({ done }) => [...done.keys()])]);
  for (const frame of over) count(frame);
  for (const [index, { frames, place }] of past.chunks.entries()) {
    const open = past.runs.get(index)?.ended === null;
    if (!open && place === null) continue;
    for (const frame of framesOf(frames)) if (!over.has(frame)) count(frame);
  }
  return found;
}

test("wherever a journal ends, and whichever line of it is missing, every frame is in one place", () => {
  const came = { exclusive: false, first: false };
  const none = { givenUp: null, drop: null };
  const failed = (frame: number) => ({
    cause: "error" as const,
    missing: [frame],
    failed: [frame],
    at: null,
  });
  const done = (chunk: number, frame: number): JournalEntry => ({
    is: "done",
    chunk,
    frame,
    files: [`/out/${frame}.exr`],
    peakMB: null,
    read: [10 * frame, 0],
  });
  const status = (index: number, frames: string) => ({
    index,
    frames,
    count: framesOf(frames).length,
    from: null,
    state: "finished" as const,
    pid: 1,
    framesDone: 0,
    frameProgress: 0,
    seconds: 1,
    peakMB: 0,
    verdict: "crash" as const,
    exitCode: null,
    signal: "SIGSEGV",
    reason: null,
  });
  const first: JournalEntry = { is: "job", version: 1, job: { plan }, submittedAt: 1, boot: "" };
  const entries: JournalEntry[] = [
    first,
    { is: "starting", chunk: 0, at: 2 },
    { is: "starting", chunk: 1, at: 2 },
    done(0, 1),
    done(0, 2),
    {
      is: "returned",
      chunk: 0,
      frame: 3,
      n: 3,
      ending: failed(3),
      back: [{ chunk: 2, frames: "3", ...came }],
      lost: [],
      ...none,
    },
    done(0, 4),
    { is: "moved", from: 1, to: 0, frames: "7-8" },
    { is: "moved", from: 2, to: 0, frames: "3" },
    done(1, 5),
    { is: "returned", chunk: 1, frame: 6, n: 2, ending: failed(6), back: [], lost: [6], ...none },
    {
      is: "ended",
      status: status(0, "1-4 7-8"),
      complaint: "",
      ending: { cause: "crash", missing: [3, 7, 8], failed: [], at: 7 },
      back: [
        { chunk: 3, frames: "3 8", exclusive: false, first: true },
        { chunk: 4, frames: "7", ...came },
      ],
      lost: [],
      ...none,
    },
    { is: "moved", from: 3, to: 1, frames: "3" },
    { is: "moved", from: 3, to: 1, frames: "8" },
    done(1, 8),
    { is: "moved", from: 1, to: 5, frames: "3" },
    { is: "starting", chunk: 5, at: 9 },
  ];
  const check = (list: JournalEntry[], what: string): void => {
    const past = replayJournal(list);
    assert.ok(past);
    assert.deepEqual(
      [...places(past).values()],
      Array.from({ length: 8 }, () => 1),
      what,
    );
  };
  for (let end = 1; end <= entries.length; end++) check(entries.slice(0, end), `cut behind ${end}`);
  for (let gone = 1; gone < entries.length; gone++)
    for (let end = gone + 1; end <= entries.length; end++)
      check(
        entries.slice(0, end).filter((_, at) => at !== gone),
        `without ${gone}, cut behind ${end}`,
      );
  const past = replayJournal(entries);
  assert.deepEqual(
    past?.chunks.map(({ frames, place }) => [frames, place !== null]),
    [
      ["1-4 7-8", false],
      ["5-6 8", false],
      ["", false],
      ["", false],
      ["7", true],
      ["3", false],
    ],
  );
});
