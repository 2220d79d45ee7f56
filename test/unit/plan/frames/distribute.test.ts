/** Distributed frames, in any order: none lost, none twice, and time well spent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pace, distributeFrames } from "../../../../src/plan/frames/distribute.ts";
import { divideFrames } from "../../../../src/plan/frames/divide.ts";
import { orderText, parseOrder } from "../../../../src/plan/frames/order.ts";
import { planRender } from "../../../../src/plan/plan-render.ts";
import type { Order } from "../../../../src/plan/request.ts";
import { splitFrames } from "../../../../src/plan/frames/split.ts";
import { aRequest, aWrite, someFacts } from "../plan-facts.ts";

/** Numbers that look random and are the same each time. */
function numbers(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % most;
  };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** Seconds until the last of the Nukes is done, each taking the next chunk when it is free. */
function seconds(chunks: number[][], nukes: number, pace: Pace, cost: (frame: number) => number): number {
  const free = Array.from({ length: nukes }, () => 0);
  for (const chunk of chunks) {
    free.sort((a, b) => a - b);
    free[0] = (free[0] ?? 0) + pace.startupSeconds + chunk.reduce((sum, frame) => sum + cost(frame), 0);
  }
  return Math.max(...free);
}

function assertExact(chunks: number[][], frames: readonly number[], what: string): void {
  assert.deepEqual(
    chunks.flat().sort((a, b) => a - b),
    [...frames].sort((a, b) => a - b),
    what,
  );
  for (const chunk of chunks) {
    assert.ok(chunk.length > 0, `${what}: an empty chunk`);
    assert.ok(
      chunk.every((frame, at) => at === 0 || frame > (chunk[at - 1] ?? 0)),
      `${what}: ${chunk.join(" ")} does not ascend`,
    );
  }
}

const orders: readonly Order[] = [
  { by: "forward" },
  { by: "backward" },
  { by: "ends" },
  { by: "every", step: 2 },
  { by: "every", step: 7 },
  { by: "every", step: 10_000 },
];

test("every frame is in exactly one chunk, and chunks ascend: any frames, Nukes, pace, order and way, whole or in part", () => {
  const next = numbers(7);
  for (let round = 0; round < 3000; round++) {
    const frames: number[] = [];
    for (let frame = next(200) - 100, left = next(120); left > 0; left--, frame += 1 + next(4))
      frames.push(frame);
    const nukes = 1 + next(12);
    const pace = next(2) === 0 ? null : { startupSeconds: next(900) / 10, secondsPerFrame: next(1000) / 10 };
    const ways = [
      { by: "auto" as const, nukes, pace },
      { by: "chunks" as const, count: nukes },
      { by: "frames" as const, size: nukes },
    ];
    const by = ways[next(3)] ?? { by: "auto" as const, nukes, pace };
    const order = orders[next(orders.length)] ?? { by: "forward" as const };
    const what = JSON.stringify({ round, by, order, frames });
    assertExact(divideFrames(frames, { by, order }), frames, what);
    const left = new Set(frames.filter(() => next(2) === 0));
    assertExact(divideFrames(frames, { by, order, left }), [...left], what);
  }
});

test("rounds get smaller, a round has a chunk for every Nuke, and neighbors stay together", () => {
  for (const total of [1, 2, 3, 5, 16, 80, 96, 1000])
    for (const nukes of [1, 2, 4, 7, 256])
      for (const pace of [null, { startupSeconds: 1, secondsPerFrame: 100 }]) {
        const chunks = distributeFrames(range(total), nukes, pace);
        const sizes = chunks.map(({ length }) => length);
        assert.deepEqual(
          sizes,
          [...sizes].sort((a, b) => b - a),
        );
        assert.ok(chunks.length >= Math.min(nukes, total), "no Nuke is idle from the start");
      }
  const plan = planRender(aRequest({ range: "1-120", parallel: 4 }), someFacts());
  assert.deepEqual([plan.deal, plan.parallel], ["auto", 4]);
  assert.deepEqual(
    plan.chunks.map(({ frames }) => frames),
    distributeFrames(range(120), 4).map((chunk) => splitText(chunk)),
  );
  assert.deepEqual(
    plan.chunks.slice(0, 4).map(({ frames }) => frames.split(" ").slice(0, 2).join(" ")),
    ["1-3 22-27", "4-6 19-21", "7-9 16-18", "10-15 34-39"],
    "in snake order, the last hand deals the next row",
  );
});

function splitText(chunk: readonly number[]): string {
  return planRender(aRequest({ range: chunk.join(" "), split: { by: "chunks", count: 1 } }), someFacts())
    .frames;
}

test("a start of Nuke is paid where it is worth it: one round for long ones, single frames at the end for heavy frames", () => {
  const slow = distributeFrames(range(96), 4, { startupSeconds: 60, secondsPerFrame: 1 });
  assert.deepEqual(
    slow.map(({ length }) => length),
    [24, 24, 24, 24],
  );
  const heavy = distributeFrames(range(96), 4, { startupSeconds: 1, secondsPerFrame: 100 });
  assert.ok(heavy.length > 12, `${heavy.length} chunks`);
  assert.deepEqual(
    heavy.slice(-4).map(({ length }) => length),
    [1, 1, 1, 1],
  );
  assert.deepEqual(distributeFrames([1, 2], 4), [[1], [2]]);
  assert.deepEqual(distributeFrames([1, 2], 4, { startupSeconds: 0, secondsPerFrame: 0 }), [[1], [2]]);
  assert.deepEqual(distributeFrames([], 4), []);
});

test("frames with different costs: distribution takes far less time than splitting, and little more than the optimum", () => {
  const pace = { startupSeconds: 1, secondsPerFrame: 1 };
  const frames = range(96);
  const split = splitFrames(frames, { by: "chunks", count: 4 });
  const costs: Record<string, (frame: number) => number> = {
    rising: (frame) => 0.05 + (1.95 * (frame - 1)) / 95,
    falling: (frame) => 2 - (1.95 * (frame - 1)) / 95,
    peak: (frame) => (frame > 41 && frame < 61 ? 4 : 0.2),
    even: () => 1,
  };
  for (const [name, cost] of Object.entries(costs))
    for (const dealt of [distributeFrames(frames, 4), distributeFrames(frames, 4, pace)]) {
      const took = seconds(dealt, 4, pace, cost);
      const best = 1 + frames.reduce((sum, frame) => sum + cost(frame), 0) / 4;
      // A peak of twenty times the cost falls on blocks as it happens to lie.
      assert.ok(
        took < (name === "peak" ? 1.2 : 1.15) * best,
        `${name}: ${(took / best).toFixed(2)} of the best`,
      );
      if (name !== "even")
        assert.ok(took < 0.7 * seconds(split, 4, pace, cost), `${name}, against the split`);
    }
});

test("requested chunks are made exactly; movies, and a configured split, are never distributed", () => {
  const frames = (changes: Parameters<typeof aRequest>[0]): string[] =>
    planRender(aRequest({ range: "1-40", ...changes }), someFacts()).chunks.map((chunk) => chunk.frames);
  assert.deepEqual(frames({ split: { by: "chunks", count: 2 } }), ["1-20", "21-40"]);
  assert.deepEqual(frames({ split: { by: "frames", size: 30 } }), ["1-30", "31-40"]);
  assert.deepEqual(frames({ deal: "split", parallel: 2 }), ["1-20", "21-40"]);
  const movie = planRender(aRequest({ order: { by: "ends" } }), someFacts({}, [aWrite({ movie: true })]));
  assert.deepEqual([movie.chunks.length, movie.deal, movie.order], [1, "fixed", { by: "forward" }]);
});

test("orders: what is wanted early starts first", () => {
  const chunks = (order: Order, changes: Parameters<typeof aRequest>[0] = {}): string[] =>
    planRender(aRequest({ range: "1-40", order, ...changes }), someFacts()).chunks.map(
      ({ frames }) => frames,
    );
  assert.deepEqual(chunks({ by: "ends" }, { split: { by: "chunks", count: 2 } }), [
    "1",
    "20",
    "40",
    "2-19",
    "21-39",
  ]);
  assert.deepEqual(chunks({ by: "ends" }, { split: { by: "chunks", count: 1 } }), ["1 20 40", "2-19 21-39"]);
  assert.deepEqual(chunks({ by: "ends" }, { range: "5", parallel: 4 }), ["5"]);
  assert.deepEqual(chunks({ by: "backward" }, { split: { by: "frames", size: 15 } }), [
    "31-40",
    "16-30",
    "1-15",
  ]);
  assert.deepEqual(chunks({ by: "every", step: 10 }, { split: { by: "chunks", count: 1 } }), [
    "1-31x10",
    "2-10 12-20 22-30 32-40",
  ]);
  // Distributed backward, no chunk has a frame that lies behind one of an earlier round.
  const backward = divideFrames(range(100), {
    by: { by: "auto", nukes: 4, pace: null },
    order: { by: "backward" },
  });
  assert.ok(backward.slice(0, 4).flat().includes(100));
  for (let round = 0; round + 4 < backward.length; round += 4)
    assert.ok(
      Math.min(...backward.slice(round, round + 4).flat()) > Math.max(...backward.slice(round + 4).flat()),
      `round ${round / 4}`,
    );
});

test("an order in words", () => {
  for (const order of orders) assert.deepEqual(parseOrder(orderText(order)), order);
  for (const text of ["", "sideways", "every", "every:1", "every:x", "every:2:3", "forward:2", "ends:"])
    assert.equal(parseOrder(text), null, text);
});
