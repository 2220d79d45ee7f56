/** What is kept of finished jobs. */
import assert from "node:assert/strict";
import { appendFile, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { JobStatus } from "../../../src/plan/job/events.ts";
import { JobStore } from "../../../src/render-service/storage/job-store.ts";
import { readLog } from "../../../src/render-service/logs/log-reader.ts";

const status = (job: string, submittedAt: number): JobStatus => ({
  job,
  script: "/p/shot.nk",
  write: "Write1",
  state: { kind: "done", outcome: "complete" },
  priority: 50,
  parallel: 1,
  waitsFor: [],
  frames: "1",
  frameCount: 1,
  framesDone: 1,
  progress: 1,
  running: 0,
  etaSeconds: null,
  seconds: 1,
  peakMB: 1,
  heaviest: null,
  submittedAt,
  finishedAt: submittedAt,
  chunks: [],
  damaged: null,
  folder: null,
  doneRanges: ["1"],
  missingRanges: [],
  demo: false,
});

test("ids are short and plain; statuses come back oldest first; the oldest folders go, never an active one's", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nbr jobs "));
  try {
    const folders = new JobStore(join(folder, "jobs"));
    const odd = await folders.create('/p/../it\'s "é" $(x) -shot.v01.nk', "Group1.Write1");
    assert.match(odd, /^it-s-x-shot-v01-Group1-Write1-[0-9a-f]{4}$/u);
    const ids = [odd];
    for (let index = 1; index < 55; index++) ids.push(await folders.create("/p/shot.nk", "Write1"));
    for (const [index, id] of ids.entries()) {
      await folders.save(status(id, 1000 - index));
      await utimes(folders.path(id), index, index);
    }
    await writeFile(join(folders.path(ids[7] ?? ""), "status.json"), "{ half");
    assert.deepEqual(
      (await folders.find()).flatMap((found) => ("status" in found ? [found.id] : [])).sort(),
      ids.filter((_, index) => index !== 7).sort(),
    );
    assert.deepEqual((await folders.prune(new Set([odd]))).sort(), ids.slice(1, 5).sort());
    assert.equal((await readdir(join(folder, "jobs"))).length, 51);

    // By age: finished ones and what a service has left behind; never one that is just being made.
    const now = Date.now() / 1000;
    const days = [1, 15, 13, 40];
    const kept = (await readdir(join(folder, "jobs"))).filter((id) => id !== odd);
    for (const [index, id] of kept.entries()) {
      const age = days[index] ?? 0;
      await utimes(folders.path(id), now - age * 86_400, now - age * 86_400);
    }
    await utimes(folders.path(odd), 0, 0);
    assert.deepEqual(new Set(await folders.prune(new Set([odd]), 14)), new Set([kept[1], kept[3]]));
    assert.deepEqual(new Set(await folders.prune(new Set([odd]), 0)), new Set([kept[0], kept[2]]));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a log is read back in whole lines, from a byte on or from its end", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nbr log "));
  const file = join(folder, "chunk-001.out");
  try {
    assert.deepEqual(await readLog(file, 0), { lines: [], next: 0, more: false });
    await writeFile(file, "one\r\n\r\ntwö\nthree");
    const first = await readLog(file, 0);
    assert.deepEqual(first.lines, ["one", "twö", "three"]);
    await appendFile(file, " and more\nfour\n");
    assert.deepEqual((await readLog(file, first.next)).lines, [" and more", "four"]);
    assert.deepEqual((await readLog(file, -8)).lines, ["four"]);
    const line = `${"x".repeat(99)}\n`;
    await writeFile(file, line.repeat(30_000));
    let lines = 0;
    for (let from = 0, more = true; more;) {
      const piece = await readLog(file, from);
      assert.ok(piece.lines.every((one) => one.length === 99));
      lines += piece.lines.length;
      ({ next: from, more } = piece);
    }
    assert.equal(lines, 30_000);
  } finally {
    await rm(folder, { recursive: true });
  }
});
