/** Pausing: no Nuke is at work, nothing that is done is done again, and all of it is rendered in the end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RenderEvent } from "../../src/plan/job/events.ts";
import { eventsOf, fakeJob, nextEvent, pauseWhole, place, renderAll } from "./fake-nuke.ts";
import { exitCodeOf, isPaused } from "../job-facts.ts";

const slow = "for (const f of frames) { await sleep(60); write(f); frameLine(f); } total();";

test("a paused job has no Nuke; resumed, it renders what is left and nothing twice", async () => {
  await using here = await place();
  const client = await here.connect();
  const events: RenderEvent[] = [];
  client.onEvent((event) => events.push(event));
  const begun = nextEvent(client, ({ type }) => type === "frame-done");
  const { job } = await client.submit(
    fakeJob(here, slow, { range: "1-40", chunks: ["1-20", "21-40"], parallel: 2 }),
    { watch: true },
  );
  await begun;
  await pauseWhole(client, job);
  const paused = await client.job(job);
  assert.deepEqual([paused.state.kind, isPaused(paused), paused.running], ["paused", true, 0]);
  assert.ok(paused.framesDone > 0 && paused.framesDone < 40);
  // Another job is not held up by it.
  const other = nextEvent(client, (event) => event.type === "finished" && event.job !== job);
  await client.submit(fakeJob(here, renderAll, { range: "101-102" }), { watch: true });
  const ended = await other;
  assert.ok(ended.type === "finished" && exitCodeOf(ended) === 0);
  assert.equal((await client.job(job)).framesDone, paused.framesDone);

  const over = nextEvent(client, (event) => event.type === "finished" && event.job === job);
  await client.resume({ job });
  const end = await over;
  assert.ok(end.type === "finished");
  assert.deepEqual([exitCodeOf(end), end.framesDone, isPaused(end.status)], [0, ["1-40"], false]);
  const done = eventsOf(events, "frame-done").filter((event) => event.job === job);
  assert.equal(new Set(done.map(({ frame }) => frame)).size, done.length, "a frame was rendered twice");
  const verdicts = end.status.chunks.map(({ verdict }) => verdict);
  assert.deepEqual(verdicts.slice(0, 2), ["paused", "paused"]);
  assert.ok(verdicts.slice(2).every((verdict) => verdict === "done"));
});

test("a paused job can be cancelled; pausing what is over does nothing; what is not there is told", async () => {
  await using here = await place();
  const client = await here.connect();
  const started = nextEvent(client, ({ type }) => type === "chunk-started");
  const { job } = await client.submit(fakeJob(here, "await sleep(1e6);", { range: "1-3" }), { watch: true });
  await started;
  await client.pause({ job });
  const over = nextEvent(client, ({ type }) => type === "finished");
  await client.cancel({ job });
  const end = await over;
  assert.ok(end.type === "finished");
  assert.deepEqual([exitCodeOf(end), end.framesMissing], [130, ["1-3"]]);
  await client.pause({ job });
  assert.equal(isPaused(await client.job(job)), false);
  await assert.rejects(client.resume({ job: "nobody" }), { reason: "unknown-job" });
});
