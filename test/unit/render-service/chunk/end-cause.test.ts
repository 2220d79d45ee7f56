/** Why we ended a Nuke, where several reasons come up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type EndCause, addCause } from "../../../../src/render-service/chunk/end-cause.ts";

const of = (kind: Exclude<EndCause["kind"], "silent">): EndCause => ({ kind });
const silent: EndCause = { kind: "silent", silentMs: 1000 };
const own = [of("evicted"), of("flooded"), of("late"), silent];

test("of what the service decided on its own the first reason holds", () => {
  for (const first of own) {
    assert.equal(addCause(null, first), first);
    for (const next of own) assert.equal(addCause(first, next), first);
  }
});

test("a script that cannot be trusted, a pause and a cancel hold over what came before, in this order", () => {
  const strong = [of("stale-script"), of("paused"), of("cancelled")];
  for (const [rank, next] of strong.entries()) {
    for (const before of [...own, ...strong.slice(0, rank)]) {
      assert.equal(addCause(before, next), next);
      assert.equal(addCause(next, before), next);
    }
  }
});
