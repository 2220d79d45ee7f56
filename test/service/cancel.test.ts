/** Ending renders: no process is left, and what is done is told. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { RenderEvent } from "../../src/plan/job/events.ts";
import { runJob } from "../run-job.ts";
import { isAlive, listProcesses } from "../../src/render-service/process/process-list.ts";
import { eventsOf, fakeJob, nextEvent, place, renderAll } from "./fake-nuke.ts";
import { exitCodeOf } from "../job-facts.ts";

/** Processes that have this text in their command line or environment. */
async function processesWith(text: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await listProcesses()).keys()) {
    const parts = await Promise.all(
      ["cmdline", "environ"].map((name) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "")),
    );
    if (parts.join(" ").includes(text)) found.push(pid);
  }
  return found;
}

test("cancel halfway: finished frames are told, waiting chunks never start", async () => {
  await using here = await place();
  const client = await here.connect();
  const events: RenderEvent[] = [];
  const stop = new AbortController();
  const code = `write(frames[0]); frameLine(frames[0]); await sleep(1e6);`;
  const shape = { range: "1-6", chunks: ["1-2", "3-4", "5-6"], parallel: 2 };
  const finished = await runJob(client, fakeJob(here, code, shape), {
    signal: stop.signal,
    onEvent: (event) => {
      events.push(event);
      if (eventsOf(events, "frame-done").length === 2) stop.abort();
    },
  });
  assert.equal(exitCodeOf(finished), 130);
  assert.deepEqual(
    [finished.framesDone, finished.framesMissing],
    [
      ["1", "3"],
      ["2", "4-6"],
    ],
  );
  assert.equal(eventsOf(events, "chunk-started").length, 2);
  assert.ok(eventsOf(events, "progress").some(({ status }) => status.state.kind === "cancelling"));
  const { chunks } = finished.status;
  assert.ok(chunks.every(({ verdict, state }) => verdict === "cancelled" && state === "finished"));
  assert.match(chunks[0]?.reason ?? "", /1 of 2 frames/u);
  assert.equal(eventsOf(events, "frame-failed").length, 0);
});

test("a tree that ignores SIGTERM, with children in and out of its group: nothing is left", async () => {
  if (process.platform !== "linux") return console.log("UNTESTED HERE: whole process trees (needs /proc)");
  await using here = await place();
  const client = await here.connect();
  const mark = `NBR_MARK=${Date.now()}`;
  const stubborn = `process.on("SIGTERM",()=>{});setInterval(()=>{},1000);`;
  const code = `
    process.on("SIGTERM", () => {});
    const { spawn } = require("node:child_process");
    const child = (code, options) => spawn(process.execPath, ["-e", code], { stdio: "ignore", ...options });
    child(${JSON.stringify(stubborn)});
    child(${JSON.stringify(stubborn)}, { detached: true }).unref();
    const grandchild = ${JSON.stringify(`require("node:child_process").spawn(process.execPath,["-e",${JSON.stringify(stubborn)}],{stdio:"ignore",detached:true});${stubborn}`)};
    child(grandchild, { detached: true }).unref();
    await sleep(400);
    write(frames[0]); frameLine(frames[0]);
    await sleep(1e6);`;
  const job = fakeJob(here, code, { range: "1-2", env: { NBR_MARK: mark.slice(9) } });
  const done = nextEvent(client, ({ type }) => type === "frame-done");
  const ended = nextEvent(client, ({ type }) => type === "finished");
  const { job: id } = await client.submit(job, { watch: true });
  await done;
  assert.equal((await processesWith(mark)).length, 5, "Nuke, two children, a grandchild and its parent");
  await client.cancel({ job: id });
  await ended;
  assert.deepEqual(await processesWith(mark), [], "at the moment of the finished event");
  assert.deepEqual((await client.job(id)).doneRanges, ["1"]);
});

test("a wrapper that is killed does not leave its Nuke behind", async () => {
  if (process.platform !== "linux") return console.log("UNTESTED HERE: killed wrappers (needs /proc)");
  await using here = await place();
  const client = await here.connect();
  const mark = `NBR_MARK=${Date.now()}-w`;
  const code = `
    require("node:child_process").spawn(process.execPath, ["-e", "setInterval(()=>{},1000)"], { stdio: "ignore" });
    await sleep(300);
    process.kill(process.pid, "SIGKILL");`;
  const finished = await runJob(
    client,
    fakeJob(here, code, { range: "1", env: { NBR_MARK: mark.slice(9) } }),
  );
  assert.equal(finished.status.chunks[0]?.verdict, "crash");
  assert.match(finished.status.chunks[0]?.reason ?? "", /SIGKILL/u);
  assert.deepEqual(await processesWith(mark), []);
});

test("cancelling a job that waits for its turn ends it at once; cancelling a finished one does nothing", async () => {
  await using here = await place();
  const client = await here.connect();
  await client.configure({ maxParallel: 1 });
  const long = fakeJob(here, `write(1); frameLine(1); await sleep(1e6);`, { range: "1" });
  const started = nextEvent(client, ({ type }) => type === "chunk-started");
  const first = await client.submit(long, { watch: true });
  await started;
  const ended = nextEvent(client, ({ type }) => type === "finished");
  const second = await client.submit(fakeJob(here, renderAll, { range: "1-3" }), { watch: true });
  assert.equal((await client.job(second.job)).state.kind, "queued");
  await client.cancel(second);
  const event = await ended;
  assert.ok(event.type === "finished" && event.job === second.job);
  assert.deepEqual([exitCodeOf(event), event.framesMissing], [130, ["1-3"]]);
  await client.cancel(second);
  assert.equal(exitCodeOf(await client.job(second.job)), 130);
  await assert.rejects(client.cancel({ job: "nobody" }), { reason: "unknown-job" });
  await assert.rejects(client.forget(first), { reason: "job-running" });
  await client.forget(second);
  await assert.rejects(client.job(second.job), { reason: "unknown-job" });
});

test("an orderly stop refuses while jobs run; by force it takes their Nukes along", async () => {
  await using here = await place();
  const client = await here.connect();
  const started = nextEvent(client, ({ type }) => type === "chunk-started");
  await client.submit(fakeJob(here, `await sleep(1e6);`, { range: "1" }), { watch: true });
  const event = await started;
  assert.ok(event.type === "chunk-started");
  await assert.rejects(client.shutdown({ force: false }), { reason: "busy" });
  const nuke = (await listProcesses()).get(event.pid);
  assert.ok(nuke);
  await client.shutdown({ force: true });
  assert.ok(!isAlive(nuke));
  await assert.rejects(client.jobs(), { reason: "service-gone" });
  // The next service still knows how it ended.
  const next = await here.connect();
  const [status] = await next.jobs();
  assert.deepEqual([status?.job, exitCodeOf(status), status?.state.kind], [event.job, 130, "done"]);
});

test("SIGTERM to the service ends its Nukes with it", async () => {
  await using here = await place();
  const client = await here.connect();
  const started = nextEvent(client, ({ type }) => type === "chunk-started");
  const gone = new Promise<void>((resolve) => client.onClosed(resolve));
  await client.submit(fakeJob(here, `await sleep(1e6);`, { range: "1" }), { watch: true });
  const event = await started;
  assert.ok(event.type === "chunk-started");
  const nuke = (await listProcesses()).get(event.pid);
  assert.ok(nuke);
  process.kill(client.hello.pid, "SIGTERM");
  await gone;
  assert.ok(!isAlive(nuke));
  await assert.rejects(readFile(join(here.state, "service.lock")), { code: "ENOENT" });
});
