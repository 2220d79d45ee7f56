/** Nukes that stay open between frames: every frame once, whichever Nuke renders it, and nothing left running. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { JobStatus, RenderEvent } from "../../src/plan/job/events.ts";
import type { RenderServiceClient } from "../../src/render-service/client/client.ts";
import { runJob } from "../run-job.ts";
import { listProcesses } from "../../src/render-service/process/process-list.ts";
import { type EventOf, type Place, eventsOf, nextEvent, place } from "./fake-nuke.ts";
import { warmJob } from "./fake-warm.ts";
import { exitCodeOf, isPaused } from "../job-facts.ts";

async function numbersIn(here: Place, name: string): Promise<number[]> {
  const text = await readFile(join(here.frames, name), "utf8");
  return text
    .trim()
    .split("\n")
    .map(Number)
    .sort((a, b) => a - b);
}

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

async function noneLeft(here: Place): Promise<void> {
  const list = await listProcesses();
  for (const pid of await numbersIn(here, "nukes")) assert.ok(!list.has(pid), `${pid} still runs`);
}

/** Renders a job to its end; returns all its events and the last one. */
async function render(
  client: RenderServiceClient,
  job: Parameters<typeof runJob>[1],
): Promise<{ events: RenderEvent[]; end: EventOf<"finished"> }> {
  const events: RenderEvent[] = [];
  const end = await runJob(client, job, { onEvent: (event) => events.push(event) });
  return { events, end };
}

/** Frames of all chunks, as they ended. */
const counted = ({ chunks }: JobStatus): number => chunks.reduce((sum, { count }) => sum + count, 0);
const verdicts = ({ chunks }: JobStatus): string[] =>
  chunks.flatMap(({ count, verdict }) => (count > 0 ? [verdict ?? ""] : []));

test("each Nuke is started once; who is free takes over what others have not begun", async () => {
  await using here = await place();
  const client = await here.connect();
  // The second Nuke stays at its first frame until everything but what it has in its hands is rendered.
  const code = `if (frame === 5) for (const f of ["1", "2", "3", "4", "7", "8"]) await until("f.000" + f + ".exr"); write(frame);`;
  const job = warmJob(here, code, { range: "1-8", chunks: ["1-4", "5-8"], parallel: 2 });
  const { events, end } = await render(client, job);
  assert.deepEqual([end.framesDone, exitCodeOf(end)], [["1-8"], 0]);
  assert.deepEqual(await numbersIn(here, "rendered"), range(1, 8), "no frame twice");
  assert.equal(eventsOf(events, "chunk-started").length, 2);
  assert.deepEqual(
    end.status.chunks.map(({ frames, count, framesDone, verdict }) => [frames, count, framesDone, verdict]),
    [
      ["1-4 7-8", 6, 6, "done"],
      ["5-6", 2, 2, "done"],
    ],
  );
  assert.ok(!eventsOf(events, "lines").some(({ lines }) => lines.some((line) => line.includes("@@nuke"))));
  await noneLeft(here);
});

test("chunks that wait are taken over: with room for one Nuke, one is started", async () => {
  await using here = await place();
  const client = await here.connect();
  const shape = { range: "1-60", chunks: ["1-20", "21-40", "41-60"], parallel: 1 };
  const { events, end } = await render(client, warmJob(here, "write(frame);", shape));
  assert.deepEqual([end.framesDone, exitCodeOf(end)], [["1-60"], 0]);
  assert.deepEqual(await numbersIn(here, "rendered"), range(1, 60));
  assert.equal(eventsOf(events, "chunk-started").length, 1);
  assert.equal(counted(end.status), 60);
  assert.deepEqual(
    end.status.chunks.map(({ count, verdict }) => [count, verdict]),
    [
      [60, "done"],
      [0, "done"],
      [0, "done"],
    ],
  );
  await noneLeft(here);
});

test("a frame that fails is tried again by a Nuke that is open; one that always fails is named", async () => {
  await using here = await place();
  const client = await here.connect();
  const code = `if (frame === 3 && once("once")) throw new Error("Blur1: not yet"); if (frame === 5) throw new Error("Read1: gone"); write(frame);`;
  const { events, end } = await render(client, warmJob(here, code, { range: "1-8" }));
  assert.deepEqual([end.framesDone, end.framesMissing, exitCodeOf(end)], [["1-4", "6-8"], ["5"], 1]);
  assert.deepEqual(await numbersIn(here, "rendered"), [1, 2, 3, 3, 4, 5, 5, 5, 6, 7, 8]);
  assert.equal(eventsOf(events, "chunk-started").length, 1, "no other Nuke was started for it");
  assert.deepEqual(
    eventsOf(events, "frame-failed").map(({ frame, message }) => [frame, message]),
    [
      [3, "Blur1: not yet"],
      [5, "Read1: gone"],
      [5, "Read1: gone"],
      [5, "Read1: gone"],
    ],
  );
  assert.match(
    end.status.chunks[0]?.reason ?? "",
    /Read1: gone \(1 frame is not on disk\)/u,
    JSON.stringify(end.status.chunks, null, 1),
  );
  assert.equal(counted(end.status), 8);
  await noneLeft(here);
});

test("a frame without a file has failed, whatever was reported; without a word of it the file counts", async () => {
  await using here = await place();
  const client = await here.connect();
  const code = `if (frame === 2) return; if (frame === 3) return fs.writeFileSync(path.join(out, "f.0003.exr"), "unsaid"); write(frame);`;
  const job = warmJob(here, code, {
    range: "1-4",
    plan: { retries: 0, outputFile: join(here.frames, "f.%04d.exr") },
  });
  const { end } = await render(client, job);
  assert.deepEqual([end.framesDone, end.framesMissing, exitCodeOf(end)], [["1", "3-4"], ["2"], 1]);
  await noneLeft(here);
});

test("a script that is broken for every frame ends the job", async () => {
  await using here = await place();
  const client = await here.connect();
  const { end } = await render(
    client,
    warmJob(here, `throw new Error("Read1: gone");`, { range: "1-200", chunks: ["1-100", "101-200"] }),
  );
  assert.deepEqual([exitCodeOf(end), end.framesMissing], [1, ["1-200"]]);
  assert.ok((await numbersIn(here, "rendered")).length < 80);
  await noneLeft(here);
});

test("a crash costs the frame at work, which is tried again; the others are rendered once", async () => {
  await using here = await place();
  const client = await here.connect();
  const code = `if (frame === 4 && once("once")) process.kill(process.pid, "SIGSEGV"); await sleep(5); write(frame);`;
  const { end } = await render(
    client,
    warmJob(here, code, { range: "1-12", chunks: ["1-6", "7-12"], parallel: 2 }),
  );
  assert.deepEqual([end.framesDone, exitCodeOf(end)], [["1-12"], 0]);
  assert.deepEqual(await numbersIn(here, "rendered"), [1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  assert.ok(verdicts(end.status).includes("crash"));
  await noneLeft(here);
});

test("paused, no Nuke is open; resumed, nothing is rendered twice that was done; cancelled, none is left", async () => {
  await using here = await place();
  const client = await here.connect();
  const events: RenderEvent[] = [];
  client.onEvent((event) => events.push(event));
  const begun = nextEvent(client, (event) => event.type === "frame-done" && event.frame === 3);
  const code = `if (frame === 4) await until("go"); if (frame === 7) await until("never"); write(frame);`;
  const { job } = await client.submit(warmJob(here, code, { range: "1-9" }), { watch: true });
  await begun;
  const still = nextEvent(
    client,
    (e) => e.type === "progress" && isPaused(e.status) && e.status.running === 0,
  );
  await client.pause({ job });
  await still;
  await noneLeft(here);
  const third = nextEvent(client, (event) => event.type === "frame-done" && event.frame === 6);
  await client.resume({ job });
  await writeFile(join(here.frames, "go"), "");
  await third;
  const over = nextEvent(client, ({ type }) => type === "finished");
  await client.cancel({ job });
  const end = await over;
  assert.ok(end.type === "finished");
  assert.deepEqual([exitCodeOf(end), end.framesDone, end.framesMissing], [130, ["1-6"], ["7-9"]]);
  const rendered = await numbersIn(here, "rendered");
  assert.deepEqual(
    rendered.filter((frame) => frame < 7),
    [1, 2, 3, 4, 4, 5, 6],
    "only the one at work",
  );
  const done = eventsOf(events, "frame-done").map(({ frame }) => frame);
  assert.deepEqual(done, range(1, 6));
  await noneLeft(here);
});

test("an evicted Nuke ends after its frame; the other one renders its remaining frames", async () => {
  if (process.platform !== "linux")
    return console.log("UNTESTED HERE: real memory pressure (looks are rarer)");
  // It has twice the grace to finish its frame.
  await using here = await place("nbr room", { NUKE_RENDER_CANCEL_GRACE_SECONDS: "5" });
  const client = await here.connect();
  await client.configure({ budgetMB: 500 });
  // Both are let in, then take 300 MB each; the frame at work when that is seen is finished.
  const code = `
    once("ready" + frame);
    while (fs.readdirSync(out).filter((name) => name.startsWith("ready")).length < 2) await sleep(10);
    if (!globalThis.held) { globalThis.held = Buffer.alloc(300 * 1024 * 1024, 1); await sleep(1800); }
    write(frame);`;
  const light = {
    memory: { parallel: 2, cacheMB: 50, allowanceMB: 50, sumMB: 200, budgetMB: 500, freeMB: 900, fits: true },
  };
  const job = warmJob(here, code, { range: "1-8", chunks: ["1-4", "5-8"], parallel: 2, plan: light });
  const { events, end } = await render(client, job);
  assert.deepEqual([end.framesDone, exitCodeOf(end)], [["1-8"], 0]);
  assert.deepEqual(await numbersIn(here, "rendered"), range(1, 8), "also the frame at work was not lost");
  assert.deepEqual(verdicts(end.status).slice(0, 2), ["done", "evicted"]);
  assert.equal(eventsOf(events, "chunk-started").length, 2, "its frames went to the one that was open");
  await noneLeft(here);
});

test("more Nukes are wanted: another one is started and takes its share", async () => {
  await using here = await place();
  const client = await here.connect();
  const events: RenderEvent[] = [];
  client.onEvent((event) => events.push(event));
  // From frame 5 on each waits for a second Nuke.
  const code = `
    const nukes = () => fs.readFileSync(path.join(out, "nukes"), "utf8").trim().split("\\n").length;
    while (frame > 5 && nukes() < 2) await sleep(10);
    await sleep(20); write(frame);`;
  const begun = nextEvent(client, (event) => event.type === "frame-done" && event.frame === 2);
  const { job } = await client.submit(warmJob(here, code, { range: "1-400" }), { watch: true });
  await begun;
  const over = nextEvent(client, ({ type }) => type === "finished");
  await client.setParallel({ job, parallel: 2 });
  const end = await over;
  assert.ok(end.type === "finished");
  assert.deepEqual([end.framesDone, exitCodeOf(end)], [["1-400"], 0]);
  assert.deepEqual(await numbersIn(here, "rendered"), range(1, 400));
  assert.equal(eventsOf(events, "chunk-started").length, 2);
  assert.equal(counted(end.status), 400);
  await noneLeft(here);
});

test("killed with its Nukes open, twice: the next service goes on with them, and no frame is lost or rendered twice", async () => {
  await using here = await place();
  const first = await here.connect();
  const kill = async (client: RenderServiceClient): Promise<void> => {
    const gone = new Promise<void>((resolve) => client.onClosed(resolve));
    process.kill(client.hello.pid, "SIGKILL");
    await gone;
  };
  // Each service sees the same: frames are done, one has failed, the next ones wait for it to be killed.
  const code = `
    if (frame === 2 && once("once")) throw new Error("Blur1: not yet");
    if (frame === 4 || frame === 12) await until("killed1");
    if (frame === 6 || frame === 14) await until("killed2");
    write(frame);`;
  const shape = { range: "1-16", chunks: ["1-8", "9-16"], parallel: 2 };
  const both = (client: RenderServiceClient, count: number): Promise<RenderEvent> =>
    nextEvent(client, (event) => event.type === "progress" && event.status.framesDone >= count);
  const enough = both(first, 5);
  const { job } = await first.submit(warmJob(here, code, shape), { watch: true });
  await enough;
  await kill(first);
  await writeFile(join(here.frames, "killed1"), "");

  const second = await here.connect();
  const more = both(second, 8);
  await second.watch({ jobs: "all", lines: false });
  await more;
  await kill(second);
  await writeFile(join(here.frames, "killed2"), "");

  const third = await here.connect();
  const over = nextEvent(third, ({ type }) => type === "finished");
  await third.watch({ jobs: "all", lines: false });
  const end = await over;
  assert.ok(end.type === "finished");
  assert.deepEqual([end.job, end.framesDone, exitCodeOf(end)], [job, ["1-16"], 0]);
  assert.deepEqual(await numbersIn(here, "rendered"), [1, 2, ...range(2, 16)]);
  assert.equal((await numbersIn(here, "nukes")).length, 2, "no other Nuke was started");
  assert.equal(counted(end.status), 16);
  await noneLeft(here);
});
