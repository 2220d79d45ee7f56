/** What is sent to a client, and how often. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RenderEvent } from "../../../src/plan/job/events.ts";
import { BATCH_MS, EventBatch, EventBatcher } from "../../../src/render-service/daemon/event-batcher.ts";
import { jobStatus } from "./job-status.ts";

const lines = (texts: string[], chunk = 0): RenderEvent => ({
  type: "lines",
  job: "a",
  chunk,
  stream: "stdout",
  lines: texts,
});
const done = (frame: number): RenderEvent => ({
  type: "frame-done",
  job: "a",
  chunk: 0,
  frame,
  files: [],
  seconds: null,
  peakMB: null,
});
const status = jobStatus({ job: "a", frames: "1-9", frameCount: 9, running: 1 });
const progress = (framesDone: number): RenderEvent => ({
  type: "progress",
  job: "a",
  status: { ...status, framesDone },
});
const finished: RenderEvent = {
  type: "finished",
  job: "a",
  framesDone: [],
  framesMissing: [],
  outcome: "complete",
  status,
};
const words = (events: readonly RenderEvent[]): string[] =>
  events.map((event) =>
    event.type === "lines"
      ? event.lines.join(",")
      : event.type === "frame-done"
        ? `frame ${event.frame}`
        : event.type === "progress"
          ? `progress ${event.status.framesDone}`
          : event.type,
  );
const many = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `l${from + index}`);

test("a batch keeps order, and of each job only the newest progress", () => {
  const batch = new EventBatch();
  for (const event of [progress(0), lines(["a"]), done(1), progress(1), lines(["b"]), done(2)])
    batch.add(event);
  assert.deepEqual(words(batch.take()), ["a", "frame 1", "progress 1", "b", "frame 2"]);
  assert.ok(batch.isEmpty);
  batch.add(progress(3));
  batch.add(finished);
  assert.deepEqual(words(batch.take()), ["finished"], "the end tells all that progress would");
});

test("of a flood the newest lines are sent, with how many are missing; everything else of it arrives", () => {
  const batch = new EventBatch();
  for (let frame = 1; frame <= 20; frame++) {
    batch.add(lines(many(300, frame * 300)));
    batch.add(done(frame));
  }
  batch.add(lines(["quiet"], 1));
  const sent = batch.take();
  assert.equal(sent.filter(({ type }) => type === "frame-done").length, 20);
  const flood = sent.flatMap((event) => (event.type === "lines" && event.chunk === 0 ? event.lines : []));
  assert.deepEqual(
    [flood.length, flood[0], flood[1], flood.at(-1)],
    [901, "… 5100 lines skipped here; the log has them.", "l5400", "l6299"],
  );
  assert.ok(words(sent).includes("quiet"), "another Nuke's lines are not left out for it");
  batch.add(lines(many(2500)));
  const [whole] = batch.take();
  assert.ok(whole?.type === "lines");
  assert.deepEqual(
    [whole.lines.length, whole.lines[0], whole.lines.at(-1)],
    [1001, "… 1500 lines skipped here; the log has them.", "l2499"],
  );
  batch.add(lines(Array.from({ length: 50 }, () => "x".repeat(64 * 1024))));
  const [wide] = batch.take();
  assert.ok(wide?.type === "lines" && wide.lines.length === 5, "characters are counted too");
});

test("a slow client gets what must not be lost; lines are counted, and progress waits for it", () => {
  const batch = new EventBatch();
  for (const event of [lines(["a", "b"]), done(1), progress(1)]) batch.add(event);
  assert.deepEqual(words(batch.take(true)), ["frame 1"]);
  for (const event of [lines(["c"]), progress(2)]) batch.add(event);
  assert.deepEqual(words(batch.take(true)), []);
  batch.add(lines(["d"]));
  assert.deepEqual(words(batch.take()), ["progress 2", "… 3 lines skipped here; the log has them.,d"]);
});

test("batches: the first at once, others a tenth of a second apart, unless an answer is due", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const now = context.mock.method(performance, "now", () => at);
  let at = 0;
  const sent: string[][] = [];
  const outbox = new EventBatcher(
    () => false,
    (events) => sent.push(words(events)),
  );
  const pass = (ms: number): void => {
    at += ms;
    context.mock.timers.tick(ms);
  };
  outbox.add(done(1));
  pass(0);
  assert.deepEqual(sent, [["frame 1"]]);
  outbox.add(done(2));
  pass(BATCH_MS / 2);
  outbox.add(done(3));
  assert.equal(sent.length, 1);
  pass(BATCH_MS / 2);
  assert.deepEqual(sent[1], ["frame 2", "frame 3"]);
  outbox.add(done(4));
  outbox.flush();
  assert.deepEqual(sent[2], ["frame 4"]);
  outbox.add(done(5));
  outbox.close();
  pass(1000);
  assert.equal(sent.length, 3);
  now.mock.restore();
});
