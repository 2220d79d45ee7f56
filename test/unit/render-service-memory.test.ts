/** How many Nukes memory allows, and what is remembered of their needs. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { RenderEvent } from "../../src/plan/events.ts";
import { Admission } from "../../src/render-service/admission.ts";
import { FrameTimes } from "../../src/render-service/frame-times.ts";
import { MemoryGate } from "../../src/render-service/memory-gate.ts";
import { needMB } from "../../src/render-service/memory-need.ts";
import { RenderHistory } from "../../src/render-service/render-history.ts";

test("a Nuke is admitted when what runs and its need fit; each counts for the larger of need and measure", () => {
  const gate = new MemoryGate(1000);
  assert.deepEqual(gate.judge([], 400), { admitted: true, takenMB: 0, overBudget: false });
  const two = [
    { needMB: 300, measuredMB: 10 },
    { needMB: 100, measuredMB: 300 },
  ];
  assert.deepEqual(gate.judge(two, 400), { admitted: true, takenMB: 600, overBudget: false });
  assert.equal(gate.judge(two, 401).admitted, false);
  assert.deepEqual(gate.judge([], 5000), { admitted: true, takenMB: 0, overBudget: true }, "one always may");
});

test("what a Nuke needs: earlier renders, then what is seen, then cache and allowance", () => {
  const plan = { cacheMB: 1000, allowanceMB: 2000 };
  const past = { peakMB: 800, cacheMB: 1000, startupSeconds: null, secondsPerFrame: null };
  assert.equal(needMB({ ...plan, seenMB: 0, past: null }), 3000);
  assert.equal(needMB({ ...plan, seenMB: 400, past: null }), 400 * 1.15);
  assert.equal(needMB({ ...plan, seenMB: 0, past }), 800 * 1.05);
  assert.equal(needMB({ ...plan, seenMB: 400, past }), 800 * 1.05, "the frames so far may be the light ones");
  assert.equal(needMB({ ...plan, seenMB: 900, past }), 900 * 1.15);
  assert.equal(needMB({ ...plan, cacheMB: 4000, seenMB: 0, past }), 800 * 1.05, "it did not fill its cache");
  const full = { ...past, peakMB: 1800 };
  assert.equal(needMB({ ...plan, cacheMB: 4000, seenMB: 0, past: full }), 4800 * 1.05);
});

test("a hold is said once, with its numbers, and again when it holds fewer", () => {
  const events: RenderEvent[] = [];
  const admission = new Admission(1536, (event) => events.push(event));
  const load = { needMB: 500, measuredMB: 480 };
  const ask = (running: number): boolean =>
    admission.admits(
      { id: "a", needMB: 500, running },
      Array.from({ length: running }, () => load),
    );
  assert.deepEqual([ask(0), ask(1), ask(2), ask(3), ask(3)], [true, true, true, false, false]);
  assert.equal(ask(2), true);
  assert.equal(ask(3), false);
  const texts = events.map((event) => (event.type === "message" ? event.text : ""));
  assert.equal(texts.length, 1, "the next chunk in place of one that ended is the same hold");
  assert.match(texts[0] ?? "", /need 500 MB, and 3 Nukes at work count for 1\.5 GB of the 1\.5 GB/u);
  assert.equal(admission.admits({ id: "b", needMB: 9000, running: 0 }, []), true);
  assert.equal(admission.admits({ id: "b", needMB: 9000, running: 0 }, []), true);
  const warnings = events.filter((event) => event.type === "message" && event.severity === "warning");
  assert.equal(warnings.length, 1);
});

test("start-up and frame times are told apart", () => {
  const times = new FrameTimes(1000);
  times.frame(6000);
  assert.deepEqual([times.startupSeconds, times.secondsPerFrame], [null, null]);
  times.frame(7000);
  times.frame(10_000);
  assert.deepEqual([times.startupSeconds, times.secondsPerFrame, times.recent], [3, 2, [5, 1, 3]]);
});

test("the history outlives its reader, forgets heavy renders slowly, and a broken file is begun anew", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nbr history "));
  const file = join(folder, "history.json");
  const said: string[] = [];
  const open = (): Promise<RenderHistory> => RenderHistory.open(file, (line) => said.push(line));
  const key = { script: "/p/shot.nk", write: "Write1", demo: false };
  const need = { peakMB: 800, cacheMB: 100, startupSeconds: 2, secondsPerFrame: 1 };
  try {
    const first = await open();
    await first.put(key, need);
    await first.put(key, { ...need, peakMB: 400, startupSeconds: null });
    const second = await open();
    assert.deepEqual(second.get(key), { ...key, ...need, peakMB: 600 });
    assert.equal(second.get({ ...key, demo: true }), null);
    await Promise.all(
      Array.from({ length: 510 }, (_, index) => second.put({ ...key, write: `W${index}` }, need)),
    );
    const third = await open();
    assert.equal(third.get(key), null, "the longest unused has gone");
    assert.equal(third.get({ ...key, write: "W509" })?.peakMB, 800);
    assert.deepEqual(said, []);
    await writeFile(file, `{"version":1,"renders":[{"script":7}]}`);
    const broken = await open();
    assert.equal(broken.get(key), null);
    assert.equal(said.length, 1);
    await broken.put(key, need);
    assert.match(await readFile(file, "utf8"), /shot\.nk/u);
  } finally {
    await rm(folder, { recursive: true });
  }
});
