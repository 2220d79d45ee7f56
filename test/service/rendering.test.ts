/** The render service with real processes: what becomes of frames, chunks and jobs. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { test } from "node:test";
import type { RenderEvent } from "../../src/plan/events.ts";
import { runJob } from "../../src/render-service/client.ts";
import { eventsOf, fakeJob, place, renderAll } from "./fake-nuke.ts";

test("a split render: chunks in parallel, every frame on disk, a status that says so", async () => {
  await using here = await place();
  const client = await here.connect();
  const events: RenderEvent[] = [];
  const code = `for (const f of frames) { await sleep(150); write(f); frameLine(f); } total();`;
  const job = fakeJob(here, code, { range: "1-8", chunks: ["1-2", "3-4", "5-6", "7-8"], parallel: 4 });
  const finished = await runJob(client, job, { onEvent: (event) => events.push(event) });
  assert.deepEqual(finished.framesDone, ["1-8"]);
  assert.deepEqual(finished.framesMissing, []);
  assert.equal(finished.exitCode, 0);
  assert.equal(events[0]?.type, "queued");
  assert.equal(eventsOf(events, "frame-done").length, 8);
  const lastStart = events.findLastIndex(({ type }) => type === "chunk-started");
  const firstEnd = events.findIndex(({ type }) => type === "chunk-finished");
  assert.ok(lastStart < firstEnd, "all four started before one ended");
  assert.equal(finished.status.folder, here.frames);
  assert.ok(
    finished.status.chunks.every(({ peakMB }) => peakMB > 10),
    "memory was seen",
  );
  assert.ok(finished.status.peakMB > 80, `four Nodes at once take more than ${finished.status.peakMB} MB`);
  client.dispose();
});
