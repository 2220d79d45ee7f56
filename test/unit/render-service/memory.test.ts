/** How many Nukes memory allows, and what is remembered of their needs. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { RenderEvent } from "../../../src/plan/job/events.ts";
import { Admission } from "../../../src/render-service/scheduler/admission.ts";
import { FramePeak } from "../../../src/render-service/memory/frame-peak.ts";
import { FrameTimes } from "../../../src/render-service/frames/frame-times.ts";
import { MemoryGate } from "../../../src/render-service/memory/budget.ts";
import { needMB } from "../../../src/render-service/memory/estimate.ts";
import { PressureGuard, readStall } from "../../../src/render-service/memory/pressure.ts";
import { RenderHistory, historySchema } from "../../../src/render-service/memory/history.ts";
import { StateFile } from "../../../src/render-service/storage/state-file.ts";

test("the peak of a frame: its highest sample, or the kernel's peak if that rose in the meantime", () => {
  const peak = new FramePeak();
  assert.equal(peak.frame(), null, "nobody has looked");
  peak.look(100, 120);
  peak.look(400.4, 410);
  peak.look(200, 410);
  assert.equal(peak.frame(), 410);
  assert.equal(peak.frame(), 200, "too short for a look: what was held last");
  peak.look(210, 410);
  assert.equal(peak.frame(), 210, "the mark is of an earlier frame");
  peak.look(220, 600);
  assert.equal(peak.frame(), 600, "a peak between two looks");
});

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

test("a wait for memory is said once, with its numbers, and again with fewer Nukes", () => {
  const events: RenderEvent[] = [];
  const admission = new Admission(1536, { refusal: () => null }, (event) => events.push(event));
  const load = { needMB: 500, measuredMB: 480 };
  const ask = (running: number): boolean =>
    admission.refusal(
      { id: "a", needMB: 500, running },
      Array.from({ length: running }, () => load),
    ) === null;
  assert.deepEqual([ask(0), ask(1), ask(2), ask(3), ask(3)], [true, true, true, false, false]);
  assert.equal(ask(2), true);
  assert.equal(ask(3), false);
  const texts = events.map((event) => (event.type === "message" ? event.text : ""));
  assert.equal(texts.length, 1, "the next chunk in place of one that ended is the same wait");
  assert.match(texts[0] ?? "", /needs about 500 MB; 1\.5 GB of 1\.5 GB in use by 3 Nukes/u);
  assert.equal(admission.refusal({ id: "b", needMB: 9000, running: 0 }, []), null);
  assert.equal(admission.refusal({ id: "b", needMB: 9000, running: 0 }, []), null);
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

test("the history outlives its reader, forgets heavy renders slowly, and a broken file is started again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nbr history "));
  const file = join(folder, "history.json");
  const said: string[] = [];
  const open = (): RenderHistory =>
    new RenderHistory(
      new StateFile({ path: file, schema: historySchema, tell: ({ text }) => said.push(text) }),
      (line) => said.push(line),
    );
  const key = { script: "/p/shot.nk", write: "Write1", demo: false };
  const need = { peakMB: 800, cacheMB: 100, startupSeconds: 2, secondsPerFrame: 1 };
  try {
    const first = open();
    await first.put(key, need);
    await first.put(key, { ...need, peakMB: 400, startupSeconds: null });
    const second = open();
    assert.deepEqual(second.get(key), { ...key, ...need, peakMB: 600 });
    assert.equal(second.get({ ...key, demo: true }), null);
    await Promise.all(
      Array.from({ length: 510 }, (_, index) => second.put({ ...key, write: `W${index}` }, need)),
    );
    const third = open();
    assert.equal(third.get(key), null, "the longest unused has gone");
    assert.equal(third.get({ ...key, write: "W509" })?.peakMB, 800);
    assert.deepEqual(said, []);
    await writeFile(file, `{"version":1,"renders":[{"script":7}]}`);
    const broken = open();
    assert.equal(broken.get(key), null);
    assert.equal(said.length, 1);
    await broken.put(key, need);
    assert.match(await readFile(file, "utf8"), /shot\.nk/u);
  } finally {
    await rm(folder, { recursive: true });
  }
});

const easy = { sumMB: 900, budgetMB: 1000, freeMB: 5000, floorMB: 500, stalledPercent: 0 };

test("over the budget the newest is evicted immediately; pressure that others may have caused has to last", () => {
  const guard = new PressureGuard();
  assert.equal(guard.look(easy, 3, false), "go-on");
  assert.equal(guard.refusal(3), null);
  const over = { ...easy, sumMB: 1001 };
  assert.equal(guard.look(over, 3, false), "shed");
  assert.match(guard.refusal(3) ?? "", /all Nukes together use 1 GB/u);
  assert.equal(guard.look(over, 3, true), "hold", "one is on its way out");
  assert.equal(guard.look(over, 1, false), "hold", "one alone goes on");
  assert.equal(guard.refusal(0), null, "and one may always start");

  const low = { ...easy, freeMB: 400 };
  assert.equal(guard.look(easy, 3, false), "go-on");
  assert.deepEqual(
    [0, 900, 1000, 1100].map((now) => guard.look(low, 3, false, now)),
    ["hold", "hold", "shed", "hold"],
  );
  const slow = { ...easy, stalledPercent: 15 };
  assert.equal(guard.look(slow, 3, false, 1200), "hold");
  assert.equal(guard.look(slow, 3, false, 9000), "hold", "stalls that are bearable end nobody");
  assert.equal(guard.look({ ...easy, stalledPercent: 40 }, 3, false, 9100), "shed");
  assert.equal(guard.look({ ...easy, stalledPercent: null }, 3, false, 9200), "go-on");
});

test("after a loss one fewer runs, until memory has been at ease for a while", () => {
  const guard = new PressureGuard();
  guard.lost(2);
  guard.look(easy, 2, false, 0);
  assert.match(guard.refusal(2) ?? "", /evicted/u);
  assert.equal(guard.refusal(1), null);
  guard.look(easy, 2, false, 29_000);
  assert.notEqual(guard.refusal(2), null);
  guard.look(easy, 2, false, 31_000);
  assert.equal(guard.refusal(2), null);
  assert.notEqual(guard.refusal(3), null);
  guard.look(easy, 2, false, 62_000);
  assert.equal(guard.refusal(9), null, "with room to spare the bound is gone");
});

test("the kernel's pressure figures are read, and their absence is none", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nbr psi "));
  const file = join(folder, "memory");
  await writeFile(
    file,
    "some avg10=9.00 avg60=1.00 avg300=0.00 total=1\nfull avg10=3.25 avg60=0 avg300=0 total=1\n",
  );
  assert.equal(readStall(file), 3.25);
  assert.equal(readStall(join(folder, "none")), null);
  await rm(folder, { recursive: true });
});
