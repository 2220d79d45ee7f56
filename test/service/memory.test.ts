/** The service and the memory of this machine: Nukes that really take it. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { RenderEvent } from "../../src/plan/job/events.ts";
import { runJob } from "../run-job.ts";
import { eventsOf, fakeJob, nextEvent, place, renderAll } from "./fake-nuke.ts";
import { exitCodeOf } from "../job-facts.ts";

/** Takes 150 MB, and waits until it was sampled. */
const heavy = `
  const held = Buffer.alloc(150 * 1024 * 1024, 1);
  for (const f of frames) { write(f); frameLine(f); await sleep(700); }
  if (held[5] === 0) complain("lost"); total();`;
const shape = { range: "1-8", chunks: ["1", "2", "3", "4", "5", "6", "7", "8"], parallel: 8 };
/** The plan estimates 900 MB for each Nuke. */
const reckoned = (budgetMB: number) => ({
  memory: { parallel: 8, cacheMB: 800, allowanceMB: 100, sumMB: 7200, budgetMB, freeMB: 9000, fits: false },
});
/** By their starts and ends: progress is told ten times a second at most. */
const mostAtOnce = (events: readonly RenderEvent[]): number => {
  let [now, most] = [0, 0];
  for (const { type } of events) {
    if (type === "chunk-started") most = Math.max(most, ++now);
    if (type === "chunk-finished") now--;
  }
  return most;
};
const texts = (events: readonly RenderEvent[], severity: string): string[] =>
  eventsOf(events, "message").flatMap((event) => (event.severity === severity ? [event.text] : []));

test("Nukes start as memory allows: few by the plan's estimate, more when they need less; the next render knows", async () => {
  await using here = await place();
  const client = await here.connect();
  await client.configure({ budgetMB: 1100 });
  const events: RenderEvent[] = [];
  const job = fakeJob(here, heavy, { ...shape, plan: reckoned(1100) });
  const first = await runJob(client, job, { onEvent: (event) => events.push(event) });
  assert.deepEqual([first.framesDone, exitCodeOf(first)], [["1-8"], 0]);
  const starts = events.flatMap((event, index) => (event.type === "chunk-started" ? [index] : []));
  const firstDone = events.findIndex(({ type }) => type === "frame-done");
  assert.ok((starts[0] ?? 0) < firstDone && (starts[1] ?? 0) > firstDone, "the second knew the first's need");
  assert.ok(mostAtOnce(events) > 1 && mostAtOnce(events) < 8, `${mostAtOnce(events)} at once`);
  assert.ok(first.status.peakMB <= 1100, `${first.status.peakMB} MB`);
  assert.match(texts(events, "info")[0] ?? "", /needs about 900 MB; 900 MB of 1\.1 GB in use by 1 Nuke/u);
  const history: unknown = JSON.parse(await readFile(join(here.state, "history.json"), "utf8"));
  assert.match(JSON.stringify(history), /"write":"Write1","demo":true,"peakMB":(?:1[6-9]|2[0-4])\d/u);

  events.length = 0;
  const second = await runJob(client, job, { onEvent: (event) => events.push(event) });
  assert.equal(exitCodeOf(second), 0);
  const before = events.findIndex(({ type }) => type === "frame-done");
  const atOnce = events.slice(0, before).filter(({ type }) => type === "chunk-started").length;
  assert.ok(atOnce >= 4, `${atOnce} before the first frame`);
  assert.ok(second.status.peakMB <= 1100, `${second.status.peakMB} MB`);
});

test("a Nuke that is over the budget by itself runs, alone and with a warning; a budget that grows lets more in", async () => {
  await using here = await place();
  const client = await here.connect();
  await client.configure({ budgetMB: 300 });
  const events: RenderEvent[] = [];
  // Waits until a second Nuke runs, which the first has to see.
  const code = `
    fs.writeFileSync(path.join(out, "here" + frames[0]), "");
    const both = () => ["here1", "here2"].every((name) => fs.existsSync(path.join(out, name)));
    while (!both()) await sleep(20);
    for (const f of frames) { write(f); frameLine(f); } total();`;
  const job = fakeJob(here, code, { range: "1-2", chunks: ["1", "2"], parallel: 2, plan: reckoned(300) });
  const grown: Promise<void>[] = [];
  const finished = await runJob(client, job, {
    onEvent: (event) => {
      events.push(event);
      if (texts(events, "info").length > 0 && grown.length === 0)
        grown.push(client.configure({ budgetMB: 4000 }));
    },
  });
  await Promise.all(grown);
  assert.equal(exitCodeOf(finished), 0);
  assert.equal(mostAtOnce(events), 2);
  assert.match(
    texts(events, "warning")[0] ?? "",
    /needs about 900 MB, more than the budget of 300 MB for all Nukes.*without other Nukes/u,
  );
  assert.equal(texts(events, "info").length, 1);
});

test("the heaviest frame is known, also by the next service", async () => {
  await using here = await place();
  const client = await here.connect();
  const code = `
    for (const f of frames) {
      // Memory that is taken in the moment a frame ends may be either frame's.
      while (f === 2 && !fs.existsSync(path.join(out, "heavy"))) await sleep(20);
      const held = f === 2 ? Buffer.alloc(200 * 1024 * 1024, 1) : null;
      await sleep(1500); write(f); frameLine(f);
      if (held && held[5] === 0) complain("lost");
    }
    while (!fs.existsSync(path.join(out, "go"))) await sleep(20);
    total();`;
  const second = nextEvent(client, (event) => event.type === "frame-done" && event.frame === 2);
  const peaks: (number | null)[] = [];
  client.onEvent((event) => {
    if (event.type !== "frame-done") return;
    peaks.push(event.peakMB);
    if (event.frame === 1) writeFileSync(join(here.frames, "heavy"), "");
  });
  await client.submit(fakeJob(here, code, { range: "1-2" }), { watch: true });
  await second;
  const [light = 0, heavy = 0] = peaks;
  assert.ok((light ?? 0) > 0 && (heavy ?? 0) > (light ?? 0) + 150, JSON.stringify(peaks));
  const gone = new Promise<void>((resolve) => client.onClosed(resolve));
  process.kill(client.hello.pid, "SIGKILL");
  await gone;
  const next = await here.connect();
  const over = nextEvent(next, ({ type }) => type === "finished");
  await next.watch({ jobs: "all", lines: false });
  writeFileSync(join(here.frames, "go"), "");
  const end = await over;
  assert.ok(end.type === "finished");
  assert.deepEqual(end.status.heaviest, { frame: 2, peakMB: heavy });
});

test("over the budget the newest Nuke is evicted; its frames are requeued, and only those", async () => {
  if (process.platform !== "linux")
    return console.log("UNTESTED HERE: real memory pressure (looks are rarer)");
  await using here = await place();
  const client = await here.connect();
  await client.configure({ budgetMB: 500 });
  const events: RenderEvent[] = [];
  // Light at first, so all are admitted; the second frames are heavy, and each is only done when no Nuke was evicted in the meantime.
  const code = `
    write(frames[0]); frameLine(frames[0]);
    const until = path.join(out, "heavy");
    fs.writeFileSync(path.join(out, "ready" + frames[0]), "");
    while (fs.readdirSync(out).filter((name) => name.startsWith("ready")).length < 3) await sleep(20);
    const held = Buffer.alloc(300 * 1024 * 1024, 1);
    await sleep(900);
    for (const f of frames.slice(1)) { write(f); frameLine(f); }
    if (held[5] === 0) complain("lost"); total();`;
  const light = {
    memory: { parallel: 3, cacheMB: 50, allowanceMB: 50, sumMB: 300, budgetMB: 500, freeMB: 900, fits: true },
  };
  const job = fakeJob(here, code, {
    range: "1-6",
    chunks: ["1-2", "3-4", "5-6"],
    parallel: 3,
    plan: light,
  });
  const finished = await runJob(client, job, { onEvent: (event) => events.push(event) });
  assert.deepEqual([finished.framesDone, exitCodeOf(finished)], [["1-6"], 0]);
  const { chunks } = finished.status;
  const gave = chunks.filter(({ verdict }) => verdict === "evicted");
  assert.ok(gave.length >= 1 && chunks[0]?.verdict === "done", JSON.stringify(chunks, null, 1));
  assert.match(gave[0]?.reason ?? "", /1 of 2 frames are on disk/u);
  const later = chunks.filter(({ from }) => from !== null);
  assert.deepEqual(
    later.map(({ frames, from }) => [frames, from]).slice(0, 1),
    [["6", 2]],
    "the youngest one's second frame",
  );
  const framesDone = eventsOf(events, "frame-done").map(({ frame }) => frame);
  assert.equal(new Set(framesDone).size, framesDone.length, "none is rendered twice that was finished");
  assert.match(texts(events, "warning").join("\n"), /evicted to free memory: all Nukes together use/u);
  assert.match(texts(events, "info").join("\n"), /Frame 6 of chunk 3 is requeued until memory is free/u);
  assert.equal(
    chunks.reduce((sum, chunk) => sum + chunk.framesDone, 0),
    6,
  );
});

test("free memory under the floor: one Nuke is left, and it finishes everything", async () => {
  await using here = await place("nbr floor", { NUKE_RENDER_FREE_FLOOR_MB: "100000000" });
  const client = await here.connect();
  const events: RenderEvent[] = [];
  // The first waits until the other one is blocked.
  const code = `
    while (!fs.existsSync(path.join(out, "held"))) await sleep(20);
    ${renderAll}`;
  const job = fakeJob(here, code, { range: "1-4", chunks: ["1-2", "3-4"], parallel: 2 });
  const finished = await runJob(client, job, {
    onEvent: (event) => {
      events.push(event);
      if (texts(events, "info").some((text) => text.startsWith("Waiting for memory")))
        writeFileSync(join(here.frames, "held"), "");
    },
  });
  assert.deepEqual([finished.framesDone, exitCodeOf(finished)], [["1-4"], 0]);
  assert.match(texts(events, "info").join("\n"), /Waiting for memory: only .* is free/u);
});

test("a Nuke killed by SIGKILL among others counts as pressure: its frames come back, none has failed", async () => {
  await using here = await place();
  const client = await here.connect();
  const events: RenderEvent[] = [];
  const code = `
    write(frames[0]); frameLine(frames[0]);
    const mark = path.join(out, "killed");
    if (frames[0] === 1) while (!fs.existsSync(mark)) await sleep(20);
    else if (!fs.existsSync(mark)) { fs.writeFileSync(mark, ""); process.kill(process.pid, "SIGKILL"); await sleep(1e6); }
    if (frames[0] === 1) await sleep(500);
    for (const f of frames.slice(1)) { write(f); frameLine(f); }
    total();`;
  const job = fakeJob(here, code, { range: "1-6", chunks: ["1-3", "4-6"], parallel: 2 });
  const finished = await runJob(client, job, { onEvent: (event) => events.push(event) });
  assert.deepEqual([finished.framesDone, exitCodeOf(finished)], [["1-6"], 0]);
  assert.deepEqual(
    finished.status.chunks.map(({ frames, verdict, from }) => [frames, verdict, from]),
    [
      ["1-3", "done", null],
      ["4-6", "crash", null],
      ["5-6", "done", 1],
    ],
  );
  assert.equal(eventsOf(events, "frame-failed").length, 0);
});
