/** Frames whose files are gone at the end: how often they are rendered again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { VanishedCounts } from "../../../src/render-service/job/final-check.ts";

test("each frame comes back twice, whatever happens to the others, and an earlier service's times count", () => {
  const counts = new VanishedCounts();
  assert.deepEqual(counts.take([1, 2]), [1, 2]);
  assert.deepEqual(counts.take([2, 3]), [2, 3]);
  assert.deepEqual(counts.take([2, 3]), [3]);
  assert.deepEqual(counts.take([1, 2, 3]), [1]);
  assert.match(counts.reason(2), /missing or changed .*rendered again 2 times\.$/u);
  assert.match(counts.reason(9), /missing or changed at the end of the render\.$/u);

  const next = new VanishedCounts();
  for (const frames of [[1], [1, 2]]) next.add(frames);
  assert.deepEqual(next.take([1, 2]), [2]);
});
