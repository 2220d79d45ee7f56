/** Waiting for licenses, for silent Nukes, and for hopeless jobs: that each has an end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FailureBreaker } from "../../../src/render-service/job/failure-breaker.ts";
import { Backoff } from "../../../src/render-service/queue/backoff.ts";
import { RenderQueue } from "../../../src/render-service/queue/queue.ts";
import { HangWatchdog, silenceLimitMs } from "../../../src/render-service/chunk/hang-watchdog.ts";

const timeouts = { retryMs: 5000, noneMs: 45_000, fullMs: 1_800_000 };

test("a job that never got a license asks again after 5, 10, 20 s, once more at the end, and gives up", () => {
  const hold = new Backoff(timeouts);
  const answers: unknown[] = [];
  for (let now = 0; ;) {
    const answer = hold.refused(now + 1, 0, now + 1);
    answers.push(answer);
    if (typeof answer === "string") break;
    now += answer.waitMs;
  }
  assert.deepEqual(answers, [
    { waitMs: 5000 },
    { waitMs: 10_000 },
    { waitMs: 20_000 },
    { waitMs: 10_000 },
    "give-up",
  ]);
});

test("Nukes started together are refused together; with others that render, or after a license, it asks for longer", () => {
  const hold = new Backoff(timeouts);
  assert.deepEqual(hold.refused(1, 0, 100), { waitMs: 5000 });
  assert.equal(hold.refused(2, 0, 120), "wait");
  assert.equal(hold.granted(3), false, "it had its license before");
  assert.deepEqual(hold.refused(5200, 2, 5300), { waitMs: 10_000 });
  assert.deepEqual(
    hold.refused(2_000_000, 2, 2_000_100),
    { waitMs: 20_000 },
    "others render: it goes on asking",
  );
  assert.equal(hold.granted(2_100_000), true);
  assert.deepEqual(hold.refused(2_200_000, 0, 2_200_001), { waitMs: 5000 }, "the deadline starts again");
  assert.equal(hold.refused(5_000_000, 0, 5_000_001), "give-up");
});

test("a blocked job starts nothing; then one more at a time", () => {
  let blocked = false;
  const queue = new RenderQueue(8, () => !blocked);
  queue.add({ id: "a", parallel: 4, chunks: [0, 1, 2, 3, 4] });
  assert.equal(queue.take()?.chunk, 0);
  blocked = true;
  assert.equal(queue.take(), null);
  blocked = false;
  queue.setLimit("a", queue.runningOf("a") + 1);
  assert.deepEqual([queue.take()?.chunk, queue.take()], [1, null]);
});

test("the limit of silence is learned from the frames, and from earlier renders", () => {
  const past = { peakMB: 1, cacheMB: 1, startupSeconds: 20, secondsPerFrame: 40 };
  assert.equal(silenceLimitMs(300_000, 0, null), 1_800_000);
  assert.equal(silenceLimitMs(300_000, 3, null), 300_000);
  assert.equal(silenceLimitMs(300_000, 100, null), 1_000_000);
  assert.equal(silenceLimitMs(300_000, 3, past), 600_000);
  assert.equal(silenceLimitMs(300_000, 0, past), 1_800_000, "earlier renders never make it shorter");
  assert.equal(silenceLimitMs(300_000, 3, null, 1), 600_000, "perhaps it only needed longer");
  assert.equal(silenceLimitMs(300_000, 3, null, 99), 4_800_000);
});

test("silence counts only while someone listens", () => {
  const clock = new HangWatchdog(1000, 0);
  assert.equal(clock.look(false, 500), 500);
  assert.equal(clock.look(false, 3_600_000), 1500, "the machine slept");
  assert.equal(clock.look(true, 3_600_100), 0);
  assert.equal(clock.look(false, 3_600_000), 0, "a clock that goes back");
});

test("six frames that fail in the same words, or thirty in any, are enough", () => {
  const same = new FailureBreaker();
  assert.deepEqual(
    [1, 2, 3, 3, 4, 5, 6].map((frame) => same.failed("no such node", [frame])),
    [false, false, false, false, false, false, true],
  );
  const other = new FailureBreaker();
  const answers = Array.from({ length: 30 }, (_, frame) =>
    other.failed(`/plates/a.${frame}.exr: gone`, [frame]),
  );
  assert.deepEqual([answers.indexOf(true), answers.length], [29, 30]);
});
