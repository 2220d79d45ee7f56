/** When a disk counts as full, and what waits for it. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type BlockedUntil, BlockTimers } from "../../../src/render-service/queue/block-timers.ts";
import { OutputProbe } from "../../../src/render-service/job/output-probe.ts";
import { RenderQueue } from "../../../src/render-service/queue/queue.ts";

const MB = 1024 * 1024;

async function withPlace(
  what: (
    place: OutputProbe,
    folder: string,
    disk: { freeMB: number; totalMB: number; ownFreeMB: number },
  ) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "nbr output "));
  try {
    const [own, frames] = [join(folder, "job"), join(folder, "frames")];
    await mkdir(own);
    await mkdir(frames);
    const disk = { freeMB: 1000, totalMB: 100_000, ownFreeMB: 1000 };
    const statfs = (path: string): Promise<{ bavail: number; blocks: number; bsize: number }> =>
      Promise.resolve({
        bsize: MB,
        blocks: disk.totalMB,
        bavail: path === own ? disk.ownFreeMB : disk.freeMB,
      });
    const plan = { outputFile: "frames/a.%04d.exr", cwd: folder };
    await what(new OutputProbe(plan, own, { statfs }), frames, disk);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("a disk is full below 64 MB, a small one below a twentieth, and where a few frames have no room", () =>
  withPlace(async (place, frames, disk) => {
    assert.equal(await place.trouble(), null);
    disk.freeMB = 63;
    assert.deepEqual(await place.trouble(), {
      reason: "disk",
      text: `The disk of ${frames} is full: 63 MB free.`,
    });
    assert.equal(await place.beforeStart(), null, "a frame may still fit");
    disk.totalMB = 200;
    assert.equal(await place.trouble(), null);
    disk.freeMB = 9;
    assert.equal((await place.trouble())?.reason, "disk");
    disk.freeMB = 0;
    assert.equal((await place.beforeStart())?.reason, "disk");
    Object.assign(disk, { freeMB: 100, totalMB: 100_000 });
    const file = join(frames, "a.0001.exr");
    await writeFile(file, Buffer.alloc(30 * MB));
    place.wrote([file]);
    assert.equal((await place.trouble())?.reason, "disk", "120 MB for four more");
  }));

test("a disk of ours that is full counts too: without logs no frame is known to be done", () =>
  withPlace(async (place, _frames, disk) => {
    disk.ownFreeMB = 0;
    assert.equal((await place.beforeStart())?.reason, "disk");
    assert.equal((await place.trouble())?.reason, "disk");
  }));

test("a folder that was there is missed; one that Nuke would make is not", () =>
  withPlace(async (place, frames) => {
    await rmdir(frames);
    await place.beforeStart();
    assert.equal(await place.trouble(), null, "never seen");
    assert.deepEqual(await place.restore(), []);
    await mkdir(frames);
    await place.beforeStart();
    await rmdir(frames);
    assert.equal((await place.trouble())?.reason, "folder");
    assert.deepEqual(await place.restore(), [frames]);
    assert.equal(await place.trouble(), null);
    assert.deepEqual(await place.restore(), []);
  }));

test("a held job looks again and again, then goes on; a license that comes free does not end another hold", async () => {
  let blocked = false;
  const queue = new RenderQueue(8, () => !blocked);
  queue.add({ id: "a", parallel: 4, chunks: [0, 1, 2] });
  queue.take();
  blocked = true;
  let resumed = (): void => undefined;
  const goesOn = new Promise<void>((resolve) => (resumed = resolve));
  const holds = new BlockTimers({
    queue,
    block: () => undefined,
    unblock: () => (blocked = false),
    pump: () => resumed(),
  });
  let looks = 0;
  const hold: BlockedUntil = {
    block: { reason: "disk", text: "" },
    ends: ["disk"],
    waitMs: 1,
    look: () => Promise.resolve(++looks < 3 ? { waitMs: 1 } : "go"),
  };
  holds.begin("a", hold);
  holds.freed("a");
  assert.equal(queue.take(), null);
  await goesOn;
  assert.equal(looks, 3);
  assert.deepEqual([queue.take()?.chunk, queue.take()?.chunk], [1, 2]);
});

test("resuming a held job checks immediately; a job that has ended is no longer checked", async () => {
  const queue = new RenderQueue(8);
  queue.add({ id: "a", parallel: 4, chunks: [0, 1] });
  let resumed = (): void => undefined;
  const goesOn = new Promise<void>((resolve) => (resumed = resolve));
  const holds = new BlockTimers({
    queue,
    block: () => undefined,
    unblock: () => undefined,
    pump: () => resumed(),
  });
  holds.begin("a", {
    block: { reason: "disk", text: "" },
    ends: ["disk"],
    waitMs: 1_000_000,
    look: () => Promise.reject(new Error("no answer")),
  });
  holds.lookNow("a");
  await goesOn;
  assert.deepEqual([queue.take()?.chunk, queue.take()], [0, null], "one Nuke has to find out");
  holds.begin("a", { block: { reason: "disk", text: "" }, ends: ["disk"], waitMs: 1_000_000, look: null });
  holds.forget("a");
  holds.lookNow("a");
});
