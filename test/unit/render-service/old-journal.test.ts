/** A state folder of version 0.1: its journals and statuses are still read. */
import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Journal } from "../../../src/render-service/storage/journal.ts";
import { JobStore } from "../../../src/render-service/storage/job-store.ts";
import { replayJournal } from "../../../src/render-service/storage/replay.ts";

const fixture = join(import.meta.dirname, "..", "..", "fixtures", "state-0.1");

test("a journal of 0.1 is replayed: chunks that wait, their order, settings and reasons", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nbr old journal "));
  try {
    await cp(join(fixture, "journal.jsonl"), join(folder, "journal.jsonl"));
    const read = Journal.reopen(folder, () => undefined);
    assert.ok(read);
    read.journal.close();
    const job = replayJournal(read.entries);
    assert.ok(job);
    assert.equal(read.entries.length, 17);
    assert.deepEqual(
      job.chunks.map(({ frames, place }) => (place === null ? null : frames)),
      [null, null, "1021-1025", null, "1003", "1004-1010", "1012-1020", "1026-1030"],
    );
    // Frame 1003 gave its memory back and renders alone.
    assert.deepEqual(
      job.chunks.map(({ exclusive }) => exclusive),
      [false, false, false, false, true, false, false, false],
    );
    assert.deepEqual(
      job.endings.map(({ ending }) => ending?.cause),
      ["memory", "unobserved"],
    );
    assert.deepEqual(job.settings, { priority: 80, place: 1_795_737_539_005, parallel: 3 });
    assert.deepEqual(job.state, { kind: "paused", by: "interruption", blockedBy: [] });
    assert.equal(job.runs.get(0)?.ended?.status.verdict, "evicted");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("how a job of 0.1 ended is read", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nbr old status "));
  try {
    const job = join(folder, "shot-Write_beauty-bd82");
    await mkdir(job);
    await cp(join(fixture, "status.json"), join(job, "status.json"));
    const [found] = await new JobStore(folder).find();
    assert.ok(found && "status" in found);
    const { status } = found;
    assert.equal(status.framesDone, 40);
    assert.equal(status.chunks[0]?.verdict, "evicted");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
