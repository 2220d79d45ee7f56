/** The order in which chunks start. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RenderQueue } from "../../../src/render-service/queue/queue.ts";

function takeAll(queue: RenderQueue): string[] {
  const taken: string[] = [];
  for (let next = queue.take(); next; next = queue.take()) taken.push(`${next.job}${next.chunk}`);
  return taken;
}

test("one job runs as many Nukes as it asked for, also more than there are cores", () => {
  const queue = new RenderQueue(2);
  queue.add({ id: "a", parallel: 4, chunks: [0, 1, 2, 3, 4] });
  assert.deepEqual(takeAll(queue), ["a0", "a1", "a2", "a3"]);
  queue.ended("a", 1);
  assert.deepEqual(takeAll(queue), ["a4"]);
});

test("a later job gets what the first leaves free under the cap, and moves up when that is over", () => {
  const queue = new RenderQueue(4);
  queue.add({ id: "a", parallel: 3, chunks: [0, 1, 2] });
  queue.add({ id: "b", parallel: 8, chunks: [0, 1, 2, 3, 4, 5, 6] });
  assert.deepEqual(takeAll(queue), ["a0", "a1", "a2", "b0"]);
  for (const chunk of [0, 1, 2]) queue.ended("a", chunk);
  // At the head now: its own eight are the cap.
  assert.deepEqual(takeAll(queue), ["b1", "b2", "b3", "b4", "b5", "b6"]);
});

test("a cap that was set holds for everybody", () => {
  const queue = new RenderQueue(8);
  queue.maxParallel = 2;
  queue.add({ id: "a", parallel: 4, chunks: [0, 1, 2] });
  assert.deepEqual(takeAll(queue), ["a0", "a1"]);
  queue.maxParallel = null;
  assert.deepEqual(takeAll(queue), ["a2"]);
});

test("a dropped job is over when what runs of it has ended", () => {
  const queue = new RenderQueue(1);
  queue.add({ id: "a", parallel: 1, chunks: [0, 1] });
  queue.add({ id: "b", parallel: 1, chunks: [0] });
  assert.deepEqual(takeAll(queue), ["a0"]);
  queue.drop("b");
  assert.ok(queue.isOver("b"));
  queue.drop("a");
  assert.ok(!queue.isOver("a"));
  queue.ended("a", 0);
  assert.ok(queue.isOver("a"));
  assert.deepEqual(takeAll(queue), []);
});

test("a job that memory holds back keeps later ones only from what its first Nuke needs", () => {
  const queue = new RenderQueue(8);
  queue.add({ id: "a", parallel: 3, chunks: [0, 1, 2] });
  queue.add({ id: "b", parallel: 2, chunks: [0, 1] });
  assert.equal(
    queue.take((id) => id === "b"),
    null,
    "nothing of a runs yet",
  );
  assert.deepEqual(queue.take(), { job: "a", chunk: 0 });
  assert.deepEqual(
    queue.take((id) => id === "b"),
    { job: "b", chunk: 0 },
  );
  assert.deepEqual(queue.take(), { job: "a", chunk: 1 });
});

test("ranges that come back wait in front or behind; one that needs the machine for itself gets it", () => {
  const queue = new RenderQueue(8);
  queue.add({ id: "a", parallel: 2, chunks: [0, 1, 2] });
  queue.add({ id: "b", parallel: 2, chunks: [0] });
  assert.deepEqual(takeAll(queue), ["a0", "a1", "b0"]);
  queue.giveBack("a", [
    { chunk: 3, first: true, exclusive: false },
    { chunk: 4, first: false, exclusive: true },
  ]);
  queue.ended("a", 0);
  assert.deepEqual(takeAll(queue), ["a3"], "before chunk 2");
  queue.ended("a", 1);
  assert.deepEqual(takeAll(queue), ["a2"]);
  queue.ended("a", 3);
  queue.ended("a", 2);
  queue.add({ id: "c", parallel: 2, chunks: [0] });
  assert.deepEqual(takeAll(queue), [], "b0 still runs, and nobody passes a4");
  queue.ended("b", 0);
  assert.deepEqual(takeAll(queue), ["a4"]);
  assert.ok(!queue.isOver("a"));
  queue.ended("a", 4);
  assert.ok(queue.isOver("a"));
  assert.deepEqual(takeAll(queue), ["c0"]);
  queue.giveBack("a", [{ chunk: 5, first: true, exclusive: false }]);
  assert.ok(queue.isOver("a"), "what is over stays over");
});

test("higher priority first, among equals the order of submission; what runs goes on", () => {
  const queue = new RenderQueue(2);
  queue.add({ id: "a", parallel: 2, chunks: [0, 1, 2] });
  queue.add({ id: "b", parallel: 2, chunks: [0], priority: 40 });
  queue.add({ id: "c", parallel: 2, chunks: [0], priority: 50 });
  queue.add({ id: "d", parallel: 1, chunks: [0, 1], priority: 90 });
  assert.deepEqual(takeAll(queue), ["d0", "a0"], "one Nuke of d at once");
  queue.setPriority("c", 60);
  queue.ended("a", 0);
  assert.deepEqual(takeAll(queue), ["c0"]);
  queue.setPriority("b", 100);
  assert.deepEqual(takeAll(queue), [], "no Nuke is free");
  queue.ended("d", 0);
  assert.deepEqual(takeAll(queue), ["b0"]);
  queue.setPriority("b", 50);
  queue.setPriority("c", 50);
  queue.ended("c", 0);
  assert.deepEqual(takeAll(queue), ["d1"]);
  queue.ended("b", 0);
  assert.deepEqual(takeAll(queue), ["a1"]);
});

test("put first: before all others, also those of priority 100 and those put first before", () => {
  const queue = new RenderQueue(1);
  for (const id of ["a", "b", "c"])
    queue.add({ id, parallel: 1, chunks: [0], priority: id === "a" ? 100 : 50 });
  assert.deepEqual(queue.putFirst("b"), { priority: 100, place: 0 });
  assert.deepEqual(queue.putFirst("c"), { priority: 100, place: -1 });
  assert.deepEqual(queue.putFirst("c"), { priority: 100, place: -1 }, "it is there already");
  assert.equal(queue.putFirst("nobody"), null);
  const order: string[] = [];
  for (let next = queue.take(); next; next = queue.take()) {
    order.push(next.job);
    queue.ended(next.job, next.chunk);
  }
  assert.deepEqual(order, ["c", "b", "a"]);
});

test("a job of higher priority that memory holds back keeps lower ones from its first Nuke", () => {
  const queue = new RenderQueue(4);
  queue.add({ id: "a", parallel: 2, chunks: [0, 1] });
  queue.add({ id: "b", parallel: 2, chunks: [0, 1], priority: 80 });
  assert.equal(
    queue.take((id) => id === "a"),
    null,
  );
  assert.deepEqual(queue.take(), { job: "b", chunk: 0 });
  assert.deepEqual(
    queue.take((id) => id === "a"),
    { job: "a", chunk: 0 },
  );
});

test("Nukes at once change while a job runs", () => {
  const queue = new RenderQueue(8);
  queue.add({ id: "a", parallel: 1, chunks: [0, 1, 2, 3, 4] });
  assert.deepEqual(takeAll(queue), ["a0"]);
  queue.setParallel("a", 3);
  assert.deepEqual(takeAll(queue), ["a1", "a2"]);
  queue.setParallel("a", 1);
  queue.ended("a", 0);
  assert.deepEqual(takeAll(queue), []);
  queue.ended("a", 1);
  queue.ended("a", 2);
  assert.deepEqual(takeAll(queue), ["a3"]);
});

test("waiting chunks are replaced where they were; one that was taken can be put back", () => {
  const queue = new RenderQueue(1);
  queue.add({ id: "a", parallel: 1, chunks: [0, 1, 2, 3] });
  assert.deepEqual(queue.take(), { job: "a", chunk: 0 });
  queue.giveBack("a", [
    { chunk: 7, first: true, exclusive: false },
    { chunk: 8, first: false, exclusive: false },
  ]);
  queue.ended("a", 0);
  assert.deepEqual(queue.take(), { job: "a", chunk: 7 });
  queue.ended("a", 7);
  assert.deepEqual(queue.take(), { job: "a", chunk: 1 });
  queue.putBack("a", 1);
  assert.deepEqual(queue.waitingOf("a"), [1, 2, 3, 8]);
  queue.replace("a", new Set([1, 2, 3]), [1, 9]);
  assert.deepEqual(queue.waitingOf("a"), [1, 9, 8]);
  queue.replace("a", new Set([1, 9, 8]), []);
  assert.ok(queue.isOver("a"));
});
