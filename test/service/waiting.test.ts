/** Jobs that wait for others: they start when those are over, and not at all when those did not end well. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { RenderEvent } from "../../src/plan/job/events.ts";
import type { RenderServiceClient } from "../../src/render-service/client/client.ts";
import { type EventOf, type Place, eventsOf, fakeJob, nextEvent, place, renderAll } from "./fake-nuke.ts";
import { exitCodeOf } from "../job-facts.ts";

function end(client: RenderServiceClient, job: string): Promise<EventOf<"finished">> {
  return new Promise((resolve) => {
    const listener = client.onEvent((event) => {
      if (event.type !== "finished" || event.job !== job) return;
      listener.dispose();
      resolve(event);
    });
  });
}

/** Renders when the file `go` is there. */
const onSign = `while (!fs.existsSync(path.join(out, "go"))) await sleep(20); ${renderAll}`;
const sign = (folder: string): string => `fs.writeFileSync(path.join(${JSON.stringify(folder)}, "go"), "")`;
/** On any machine: here one render waits for what another one does. */
const roomForTwo = (): Promise<Place> => place("nbr service", { NUKE_RENDER_MAX_PARALLEL: "2" });

test("a job starts when those it waits for have ended well, later jobs before it; what waits says so", async () => {
  await using here = await roomForTwo();
  const client = await here.connect();
  await client.configure({ maxParallel: 2 });
  const events: RenderEvent[] = [];
  client.onEvent((event) => events.push(event));
  const { job: first } = await client.submit(fakeJob(here, onSign, { range: "1-2" }), { watch: true });
  const { job: second } = await client.submit(
    { ...fakeJob(here, renderAll, { range: "11-12", plan: { write: "Write2" } }), after: [first] },
    { watch: true },
  );
  const { job: third } = await client.submit(
    { ...fakeJob(here, renderAll, { range: "21-22", plan: { write: "Write3" } }), after: [first, second] },
    { watch: true },
  );
  const waiting = await client.job(third);
  assert.equal(waiting.state.kind, "queued");
  assert.deepEqual(waiting.waitsFor, [
    { job: first, write: "Write1" },
    { job: second, write: "Write2" },
  ]);
  const ends = [first, second, third].map((job) => end(client, job));
  // This one waits for no other, and gives the signal.
  const { job: other } = await client.submit(
    fakeJob(here, `${renderAll} ${sign(here.frames)};`, { range: "31" }),
    { watch: true },
  );
  assert.deepEqual(
    (await Promise.all(ends)).map((end) => [exitCodeOf(end), end.status.waitsFor]),
    [
      [0, []],
      [0, []],
      [0, []],
    ],
  );
  const order = events.flatMap((event) =>
    event.type === "chunk-started" || event.type === "finished" ? [`${event.type} ${event.job}`] : [],
  );
  const at = (what: string): number => order.indexOf(what);
  assert.ok(at(`chunk-started ${other}`) < at(`finished ${first}`));
  assert.ok(at(`finished ${first}`) < at(`chunk-started ${second}`));
  assert.ok(at(`finished ${second}`) < at(`chunk-started ${third}`));
  // What is over already is not waited for.
  const late = await client.submit(
    { ...fakeJob(here, renderAll, { range: "41" }), after: [first] },
    { watch: true },
  );
  assert.equal(exitCodeOf(await end(client, late.job)), 0);
});

test("when what is waited for leaves frames missing, those that wait are closed with their frames named, one after another", async () => {
  await using here = await roomForTwo();
  const client = await here.connect();
  const events: RenderEvent[] = [];
  client.onEvent((event) => events.push(event));
  const bad = `while (!fs.existsSync(path.join(out, "go"))) await sleep(20); complain("no such file\\n"); process.exit(1);`;
  const shape = { range: "1-3", plan: { retries: 0 } };
  const { job: first } = await client.submit(fakeJob(here, bad, shape), { watch: true });
  const { job: second } = await client.submit(
    { ...fakeJob(here, renderAll, { range: "11-12" }), after: [first] },
    { watch: true },
  );
  const { job: third } = await client.submit(
    { ...fakeJob(here, renderAll, { range: "21-22" }), after: [second] },
    { watch: true },
  );
  const ends = [second, third].map((job) => end(client, job));
  await client.submit(fakeJob(here, `${renderAll} ${sign(here.frames)};`, { range: "31" }), { watch: true });
  for (const [at, missing] of [["11-12"], ["21-22"]].entries()) {
    const ended = await ends[at];
    assert.ok(ended);
    assert.deepEqual([exitCodeOf(ended), ended.framesMissing], [1, missing]);
    assert.deepEqual(
      ended.status.chunks.map(({ verdict, pid }) => [verdict, pid]),
      [["not-started", null]],
    );
  }
  const told = eventsOf(events, "message").filter((event) => event.job === second);
  assert.match(
    told.at(-1)?.text ?? "",
    /Not rendered\. It depends on Write1 \(.*\), .*3 test pictures missing/u,
  );
  assert.ok(!existsSync(join(here.frames, "f.0011.exr")));
  // Who comes later is told the same.
  const late = await client.submit(
    { ...fakeJob(here, renderAll, { range: "41" }), after: [first] },
    { watch: true },
  );
  const closed = await client.job(late.job);
  if (closed.state.kind !== "done") assert.equal(exitCodeOf(await end(client, late.job)), 1);
  assert.deepEqual((await client.job(late.job)).missingRanges, ["41"]);
});

test("what waits can be cancelled, what is waited for too; waiting for an unknown job is refused", async () => {
  await using here = await roomForTwo();
  const client = await here.connect();
  const forever = fakeJob(here, "await sleep(1e6);", { range: "1-3" });
  const started = nextEvent(client, ({ type }) => type === "chunk-started");
  const { job: first } = await client.submit(forever, { watch: true });
  await started;
  const after = { ...fakeJob(here, renderAll, { range: "11-12" }), after: [first] };
  const { job: second } = await client.submit(after, { watch: true });
  const { job: third } = await client.submit(after, { watch: true });
  const secondEnds = end(client, second);
  await client.cancel({ job: second });
  assert.equal(exitCodeOf(await secondEnds), 130);
  const thirdEnds = end(client, third);
  await client.cancel({ job: first });
  const ended = await thirdEnds;
  assert.deepEqual([exitCodeOf(ended), ended.framesMissing], [1, ["11-12"]]);
  await assert.rejects(client.submit({ ...after, after: ["nobody"] }), {
    reason: "unknown-job",
    message: /cannot wait for nobody/u,
  });
});

test("the service is killed while a job waits: the next one keeps the order", async () => {
  await using here = await roomForTwo();
  const client = await here.connect();
  const begun = nextEvent(client, ({ type }) => type === "chunk-started");
  const { job: first } = await client.submit(fakeJob(here, onSign, { range: "1-2" }), { watch: true });
  await begun;
  const { job: second } = await client.submit(
    { ...fakeJob(here, renderAll, { range: "11-12", plan: { write: "Write2" } }), after: [first] },
    { watch: true },
  );
  const gone = new Promise<void>((resolve) => void client.onClosed(resolve));
  process.kill(client.hello.pid, "SIGKILL");
  await gone;
  const next = await here.connect();
  const order: string[] = [];
  next.onEvent((event) => {
    if (event.type === "chunk-started" || event.type === "finished") order.push(`${event.type} ${event.job}`);
  });
  const ends = [first, second].map((job) => end(next, job));
  await next.watch({ jobs: "all", lines: false });
  assert.deepEqual((await next.job(second)).waitsFor, [{ job: first, write: "Write1" }]);
  await next.submit(fakeJob(here, `${renderAll} ${sign(here.frames)};`, { range: "31" }));
  assert.deepEqual((await Promise.all(ends)).map(exitCodeOf), [0, 0]);
  assert.ok(order.indexOf(`finished ${first}`) < order.indexOf(`chunk-started ${second}`));
});
