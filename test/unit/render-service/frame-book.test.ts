/** Which frames come back when a Nuke has ended, and that every way back has an end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChunkOutcome, RetryPolicy } from "../../../src/render-service/frames/retry-policy.ts";

const ending = (
  cause: ChunkOutcome["cause"],
  missing: number[],
  at: number | null,
  failed: number[] = [],
): ChunkOutcome => ({ cause, missing, at, failed: new Set(failed) });
const rest = (frames: number[], exclusive = false) => ({ frames, why: "rest", attempt: null, exclusive });
const retry = (frame: number, attempt: number) => ({
  frames: [frame],
  why: "retry",
  attempt,
  exclusive: false,
});

test("evicted frames are requeued as one range; a frame that was evicted three times runs exclusively", () => {
  const book = new RetryPolicy({ retries: 2, movie: false });
  const again = (): unknown => book.after(ending("memory", [4, 5, 6], 4));
  assert.deepEqual(again(), { back: [rest([4, 5, 6])], givenUp: [] });
  assert.deepEqual(again(), { back: [rest([4, 5, 6])], givenUp: [] });
  assert.deepEqual(again(), { back: [rest([5, 6]), rest([4], true)], givenUp: [] });
  assert.deepEqual(book.after(ending("memory", [4], 4)), { back: [rest([4], true)], givenUp: [] });
});

test("a failed frame is tried alone, twice more; the frames behind it go on without it", () => {
  const book = new RetryPolicy({ retries: 2, movie: false });
  assert.deepEqual(book.after(ending("error", [3, 4, 5], null, [3])), {
    back: [rest([4, 5]), retry(3, 2)],
    givenUp: [],
  });
  assert.deepEqual(book.after(ending("error", [3], null, [3])), { back: [retry(3, 3)], givenUp: [] });
  assert.deepEqual(book.after(ending("error", [3], null, [3])), { back: [], givenUp: [3] });
});

test("a crash is the fault of the frame at work, once", () => {
  const book = new RetryPolicy({ retries: 1, movie: false });
  assert.deepEqual(book.after(ending("crash", [7, 8, 9], 7)), {
    back: [rest([8, 9]), retry(7, 2)],
    givenUp: [],
  });
  assert.deepEqual(book.after(ending("crash", [8, 9], null, [8])), {
    back: [rest([9]), retry(8, 2)],
    givenUp: [],
  });
  assert.deepEqual(book.after(ending("crash", [7], 7)), { back: [], givenUp: [7] });
});

test("without retries the frames behind a failed one are rendered anyway", () => {
  const book = new RetryPolicy({ retries: 0, movie: false });
  assert.deepEqual(book.after(ending("error", [3, 4], null, [3])), { back: [rest([4])], givenUp: [3] });
});

test("a movie comes back whole after a crash, not after an error of its script", () => {
  const book = new RetryPolicy({ retries: 1, movie: true });
  assert.deepEqual(book.after(ending("memory", [1, 2, 3], 2)), { back: [rest([1, 2, 3])], givenUp: [] });
  assert.deepEqual(book.after(ending("crash", [1, 2, 3], 2)), {
    back: [{ frames: [1, 2, 3], why: "retry", attempt: 2, exclusive: false }],
    givenUp: [],
  });
  assert.deepEqual(book.after(ending("crash", [1, 2, 3], 2)), { back: [], givenUp: [1, 2, 3] });
  assert.deepEqual(book.after(ending("error", [1, 2, 3], 2)), { back: [], givenUp: [1, 2, 3] });
});

test("however Nukes end, a job comes to an end", () => {
  // A small local generator: the same sequence in every run.
  let seed = 1;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 300; round++) {
    const book = new RetryPolicy({ retries: random(4), movie: round % 7 === 0 });
    const all = Array.from({ length: 1 + random(12) }, (_, index) => index);
    const waiting: { frames: readonly number[]; exclusive: boolean }[] = [{ frames: all, exclusive: false }];
    const over = new Set<number>();
    let nukes = 0;
    for (let chunk = waiting.shift(); chunk; chunk = waiting.shift()) {
      assert.ok(++nukes < 20 * all.length, "it goes on and on");
      const done = round % 7 === 0 ? 0 : random(chunk.frames.length + 1);
      for (const frame of chunk.frames.slice(0, done)) over.add(frame);
      const missing = chunk.frames.slice(done);
      const failed = new Set(missing.filter(() => random(3) === 0));
      // A Nuke that runs alone is never evicted.
      const cause = chunk.exclusive ? "crash" : (["memory", "crash", "error"] as const)[random(3)];
      const at = missing.find((frame) => !failed.has(frame)) ?? null;
      const { back, givenUp } = book.after({ cause: cause ?? "error", missing, failed, at });
      for (const frame of givenUp) over.add(frame);
      waiting.push(...back);
      const accounted = [...back.flatMap(({ frames }) => frames), ...givenUp].sort((a, b) => a - b);
      assert.deepEqual(accounted, [...missing], "no frame is lost and none comes twice");
    }
    assert.equal(over.size, all.length);
  }
});
