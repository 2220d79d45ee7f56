/** What people change of jobs while they wait or run: nothing that runs is ended for it, no frame is lost or rendered twice, and a killed service forgets none of it. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { RenderEvent } from "../../src/plan/job/events.ts";
import { distributeFrames } from "../../src/plan/frames/distribute.ts";
import { formatFrames } from "../../src/plan/frames/frames.ts";
import type { RenderServiceClient } from "../../src/render-service/client/client.ts";
import { eventsOf, fakeJob, nextEvent, pauseWhole, place, renderAll } from "./fake-nuke.ts";
import { exitCodeOf } from "../job-facts.ts";

/** Each Nuke waits for the file `go-` with its first frame. */
const onCommand = `while (!fs.existsSync(path.join(out, "go-" + frames[0]))) await sleep(10); ${renderAll}`;

function record(client: RenderServiceClient): RenderEvent[] {
  const events: RenderEvent[] = [];
  client.onEvent((event) => events.push(event));
  return events;
}

function startOf(client: RenderServiceClient, frames: string): Promise<RenderEvent> {
  return nextEvent(client, (event) => event.type === "chunk-started" && event.frames === frames);
}

function endOf(
  client: RenderServiceClient,
  job?: string,
): Promise<Extract<RenderEvent, { type: "finished" }>> {
  return nextEvent(
    client,
    (event) => event.type === "finished" && (job === undefined || event.job === job),
  ).then((event) => {
    assert.ok(event.type === "finished");
    return event;
  });
}

test("frames are redistributed once a start of Nuke is known to take longer than they do; each is rendered once", async () => {
  await using here = await place();
  const client = await here.connect();
  const events = record(client);
  const singles = Array.from({ length: 20 }, (_, index) => String(21 + index));
  const slowStart = `await sleep(500); for (const f of frames) { await sleep(5); write(f); frameLine(f); } total();`;
  const end = endOf(client);
  await client.submit(
    fakeJob(here, slowStart, {
      range: "1-40",
      chunks: ["1-10", "11-20", ...singles],
      parallel: 2,
      plan: { deal: "auto" },
    }),
    { watch: true },
  );
  const { outcome, framesDone, status } = await end;
  assert.deepEqual([outcome, framesDone], ["complete", ["1-40"]]);
  const frames = eventsOf(events, "frame-done").map(({ frame }) => frame);
  assert.equal(frames.length, 40);
  assert.equal(new Set(frames).size, 40, "a frame was rendered twice");
  // One round for two Nukes in place of twenty starts.
  assert.deepEqual(
    status.chunks.map(({ index, count }) => [index, count]),
    [
      [0, 10],
      [1, 10],
      [2, 10],
      [3, 10],
    ],
  );
  assert.ok(
    eventsOf(events, "message").some(({ text }) =>
      /^20 queued frames are redistributed into 2 chunks: Nuke takes \d s to start and 0\.\d s for a frame\.$/u.test(
        text,
      ),
    ),
    JSON.stringify(eventsOf(events, "message")),
  );
  // The next render of this Write is distributed like that from the start.
  const again = endOf(client);
  await client.submit(
    fakeJob(here, slowStart, {
      range: "1-40",
      chunks: distributeFrames(
        Array.from({ length: 40 }, (_, at) => at + 1),
        2,
      ).map((part) => formatFrames(part)),
      parallel: 2,
      plan: { deal: "auto" },
    }),
    { watch: true },
  );
  const second = await again;
  assert.deepEqual(
    second.status.chunks.map(({ count }) => count),
    [20, 20],
  );
  assert.deepEqual(second.framesDone, ["1-40"]);
});

test("a service that is killed after a redistribution renders every frame once, whatever its chunk", async () => {
  await using here = await place();
  const first = await here.connect();
  const before = record(first);
  // The redistributed chunk renders its first two frames and then waits.
  const code = `
    await sleep(frames[0] === 5 ? 0 : 300);
    for (const f of frames) {
      fs.appendFileSync(path.join(out, "rendered"), f + "\\n"); await sleep(5); write(f); frameLine(f);
      while (f === 6 && !fs.existsSync(path.join(out, "go"))) await sleep(10);
    }
    total();`;
  const chunks = ["1-4", ...Array.from({ length: 8 }, (_, index) => String(5 + index))];
  const stuck = nextEvent(first, (event) => event.type === "frame-done" && event.frame === 6);
  const { job } = await first.submit(fakeJob(here, code, { range: "1-12", chunks, plan: { deal: "auto" } }), {
    watch: true,
  });
  await stuck;
  const dealt = eventsOf(before, "chunk-started").map(({ frames }) => frames);
  assert.deepEqual(dealt, ["1-4", "5-12"]);
  const gone = new Promise<void>((resolve) => void first.onClosed(resolve));
  process.kill(first.hello.pid, "SIGKILL");
  await gone;
  const second = await here.connect();
  const over = endOf(second, job);
  writeFileSync(join(here.frames, "go"), "");
  await second.watch({ jobs: "all", lines: false });
  const end = await over;
  assert.deepEqual([exitCodeOf(end), end.framesDone], [0, ["1-12"]]);
  const rendered = readFileSync(join(here.frames, "rendered"), "utf8").trim().split("\n");
  assert.deepEqual(
    rendered.map(Number),
    Array.from({ length: 12 }, (_, index) => index + 1),
  );
});

test("a job of higher priority takes the next free Nuke, and one that is put first the one after; nothing is ended", async () => {
  await using here = await place();
  const client = await here.connect();
  const events = record(client);
  await client.configure({ maxParallel: 1 });
  const submit = (range: string, chunks: string[], priority = 50): Promise<{ job: string }> =>
    client.submit(fakeJob(here, onCommand, { range, chunks, plan: { priority } }), { watch: true });
  const started = startOf(client, "1");
  const first = await submit("1-2", ["1", "2"]);
  await started;
  const second = await submit("11", ["11"], 40);
  const third = await submit("21", ["21"]);
  const fourth = await submit("31", ["31"]);
  await client.setPriority({ job: fourth.job, priority: 60 });
  await client.renderNext({ job: third.job });
  assert.deepEqual((await client.job(third.job)).priority, 60);
  const over = Promise.all([first, second, third, fourth].map(({ job }) => endOf(client, job)));
  for (const frame of [1, 2, 11, 21, 31]) writeFileSync(join(here.frames, `go-${frame}`), "");
  for (const { outcome } of await over) assert.equal(outcome, "complete");
  assert.deepEqual(
    eventsOf(events, "chunk-started").map(({ frames }) => frames),
    ["1", "21", "31", "2", "11"],
  );
  await client.setPriority({ job: first.job, priority: 1 });
  await assert.rejects(client.setPriority({ job: "nobody", priority: 1 }), { reason: "unknown-job" });
  await assert.rejects(client.setPriority({ job: first.job, priority: 101 }), { reason: "bad-message" });
});

test("more Nukes at once start at once; fewer end with their chunks, and none is killed", async () => {
  await using here = await place();
  const client = await here.connect();
  const events = record(client);
  const one = startOf(client, "1");
  const { job } = await client.submit(
    fakeJob(here, onCommand, { range: "1-6", chunks: ["1", "2", "3", "4", "5", "6"], parallel: 1 }),
    { watch: true },
  );
  await one;
  const more = Promise.all([startOf(client, "2"), startOf(client, "3")]);
  await client.setParallel({ job, parallel: 3 });
  await more;
  await client.setParallel({ job, parallel: 1 });
  const status = await client.job(job);
  assert.deepEqual([status.parallel, status.running], [1, 3]);
  const over = endOf(client);
  // The others wait until the three have ended.
  for (const frame of [4, 5, 6, 1, 2, 3]) writeFileSync(join(here.frames, `go-${frame}`), "");
  const end = await over;
  assert.deepEqual([exitCodeOf(end), end.framesDone], [0, ["1-6"]]);
  assert.ok(end.status.chunks.every(({ verdict }) => verdict === "done"));
  let running = 0;
  for (const event of events) {
    if (event.type === "chunk-finished") running--;
    if (event.type !== "chunk-started") continue;
    running++;
    if (Number(event.frames) > 3) assert.equal(running, 1, `chunk ${event.chunk + 1} came too early`);
  }
});

test("a cancelled chunk ends, or never starts; the others go on, and its frames are named missing", async () => {
  await using here = await place();
  const client = await here.connect();
  const running = startOf(client, "1-3");
  const { job } = await client.submit(
    fakeJob(here, onCommand, { range: "1-9", chunks: ["1-3", "4-6", "7-9"] }),
    { watch: true },
  );
  await running;
  await client.cancelChunk({ job, chunk: 1 });
  await assert.rejects(client.cancelChunk({ job, chunk: 7 }), { reason: "unknown-chunk" });
  const over = endOf(client);
  const last = startOf(client, "7-9");
  await client.cancelChunk({ job, chunk: 0 });
  await last;
  writeFileSync(join(here.frames, "go-7"), "");
  const end = await over;
  assert.deepEqual([exitCodeOf(end), end.framesDone, end.framesMissing], [1, ["7-9"], ["1-6"]]);
  assert.deepEqual(
    end.status.chunks.map(({ verdict }) => verdict),
    ["cancelled", "cancelled", "done"],
  );
  assert.match(end.status.chunks[1]?.reason ?? "", /before it started/u);
});

test("the last chunk that waits is cancelled: the job is over", async () => {
  await using here = await place();
  const client = await here.connect();
  const begun = startOf(client, "1-2");
  const { job } = await client.submit(fakeJob(here, onCommand, { range: "1-4", chunks: ["1-2", "3-4"] }), {
    watch: true,
  });
  await begun;
  await pauseWhole(client, job);
  const over = endOf(client);
  const waiting = (await client.job(job)).chunks.filter(({ state }) => state === "waiting");
  assert.ok(waiting.length >= 1);
  for (const { index } of waiting) await client.cancelChunk({ job, chunk: index });
  const end = await over;
  assert.deepEqual([exitCodeOf(end), end.framesMissing], [1, ["1-4"]]);
});

test("a service that is killed forgets nothing of it: priority, Nukes at once, cancelled chunks, the budget that was set", async () => {
  await using here = await place();
  const first = await here.connect();
  const begun = startOf(first, "1-2");
  const { job } = await first.submit(
    fakeJob(here, onCommand, { range: "1-8", chunks: ["1-2", "3-4", "5-6", "7-8"] }),
    { watch: true },
  );
  await begun;
  await first.setPriority({ job, priority: 70 });
  await first.cancelChunk({ job, chunk: 2 });
  await first.configure({ heldBudgetMB: 777 });
  await first.setParallel({ job, parallel: 2 });
  const gone = new Promise<void>((resolve) => void first.onClosed(resolve));
  process.kill(first.hello.pid, "SIGKILL");
  await gone;

  const second = await here.connect();
  assert.notEqual(second.hello.pid, first.hello.pid);
  const over = endOf(second);
  await second.watch({ jobs: "all", lines: false });
  const status = await second.job(job);
  assert.deepEqual([status.priority, status.parallel], [70, 2]);
  // What a job is submitted with does not change what was set.
  await second.configure({ budgetMB: 500 });
  assert.deepEqual((await second.limits()).budgetMB, 777);
  for (const frame of [1, 3, 7]) writeFileSync(join(here.frames, `go-${frame}`), "");
  const end = await over;
  assert.deepEqual([end.framesDone, end.framesMissing], [["1-4", "7-8"], ["5-6"]]);

  await second.shutdown({ force: false });
  const third = await here.connect();
  assert.equal((await third.limits()).budgetHeld, false, "it holds until the service ends in order");
});
