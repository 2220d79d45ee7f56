/** Nukes that fail, crash, get no license or go silent: a bad frame costs one frame, and nothing goes on forever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RenderEvent } from "../../src/plan/job/events.ts";
import { runJob } from "../run-job.ts";
import { eventsOf, fakeJob, place, renderAll } from "./fake-nuke.ts";
import { exitCodeOf } from "../job-facts.ts";

const messages = (events: readonly RenderEvent[]): string =>
  eventsOf(events, "message")
    .map(({ text }) => text)
    .join("\n");
/** How often this line was reached before, over all Nukes of a job. */
const times = `const before = fs.readdirSync(out).filter((name) => name.startsWith("time")).length; fs.writeFileSync(path.join(out, "time" + before), "");`;

test("a crash in the middle: what was done stays, the frame at work is rendered alone, the others go on", async () => {
  await using here = await place();
  const client = await here.connect();
  const events: RenderEvent[] = [];
  const code = `
    for (const f of frames) {
      if (f === 3 && !fs.existsSync(path.join(out, "crashed"))) {
        fs.writeFileSync(path.join(out, "crashed"), "");
        fs.writeFileSync(file(3), "half"); say("Writing " + file(3) + " .1.3");
        process.kill(process.pid, "SIGSEGV"); await sleep(1e6);
      }
      write(f); frameLine(f);
    }
    total();`;
  const finished = await runJob(client, fakeJob(here, code, { range: "1-6" }), {
    onEvent: (event) => events.push(event),
  });
  assert.deepEqual([finished.framesDone, exitCodeOf(finished)], [["1-6"], 0]);
  assert.deepEqual(
    finished.status.chunks.map(({ frames, verdict, framesDone }) => [frames, verdict, framesDone]),
    [
      ["1-6", "crash", 2],
      ["4-6", "done", 3],
      ["3", "done", 1],
    ],
  );
  assert.equal(finished.status.framesDone, 6);
  assert.equal(eventsOf(events, "frame-failed").length, 0, "it has not failed for good");
  assert.match(messages(events), /Frame 3 of chunk 1 is rendered again alone \(try 2 of 3\)/u);
  assert.match(messages(events), /Frames 4–6 of chunk 1 are rendered by another Nuke/u);
});

test("a Nuke that always dies in the same frame costs that frame, told once", async () => {
  await using here = await place();
  const client = await here.connect();
  const events: RenderEvent[] = [];
  const code = `
    for (const f of frames) {
      if (f === 2) { process.kill(process.pid, "SIGKILL"); await sleep(1e6); }
      write(f); frameLine(f);
    }
    total();`;
  const finished = await runJob(client, fakeJob(here, code, { range: "1-3", plan: { retries: 1 } }), {
    onEvent: (event) => events.push(event),
  });
  assert.deepEqual([finished.framesMissing, exitCodeOf(finished)], [["2"], 1]);
  assert.equal(eventsOf(events, "chunk-started").length, 3);
  const [failed, ...more] = eventsOf(events, "frame-failed");
  assert.ok(failed?.frame === 2 && more.length === 0);
  assert.match(failed.message, /SIGKILL/u, "alone on the machine it is no pressure of ours");
  assert.equal(finished.status.progress, 2 / 3);
});

test("no license: the job is held and asks again; when there is one, everything is rendered", async () => {
  await using here = await place("nbr license", { NUKE_RENDER_LICENSE_WAIT_SECONDS: "20" });
  const client = await here.connect();
  const events: RenderEvent[] = [];
  // Two licenses refused, one given; then a second one refused once more.
  const code = `${times}
    if (before < 2 || before === 3) { say("A license for nuke was not found\\nFOUNDRY LICENSE ERROR REPORT\\n"); process.exit(100); }
    ${renderAll}`;
  const job = fakeJob(here, code, { range: "1-8", chunks: ["1-2", "3-4", "5-6", "7-8"] });
  const finished = await runJob(client, job, { onEvent: (event) => events.push(event) });
  assert.deepEqual([finished.framesDone, exitCodeOf(finished)], [["1-8"], 0]);
  assert.equal(eventsOf(events, "frame-failed").length, 0);
  assert.equal(eventsOf(events, "chunk-started").length, 7);
  assert.match(messages(events), /got no license\. The next attempt is in 0 s; attempts end after 20 s/u);
});

test("no license at all: after a bounded time the job ends with exit code 3, and few Nukes were started", async () => {
  await using here = await place();
  const client = await here.connect();
  const events: RenderEvent[] = [];
  const job = fakeJob(here, `process.exit(100);`, {
    range: "1-40",
    chunks: ["1-10", "11-20", "21-30", "31-40"],
    parallel: 4,
  });
  const finished = await runJob(client, job, { onEvent: (event) => events.push(event) });
  assert.deepEqual([finished.framesMissing, exitCodeOf(finished)], [["1-40"], 3]);
  const starts = eventsOf(events, "chunk-started").length;
  assert.ok(starts >= 5 && starts <= 10, `${starts} Nukes were started`);
  assert.ok(
    finished.status.chunks.every(({ verdict, state }) => verdict === "license" && state === "finished"),
  );
  assert.match(messages(events), /The job was abandoned\. Nuke got no license/u);
});

test("a job that waits for a license can be cancelled", async () => {
  await using here = await place("nbr license", {
    NUKE_RENDER_LICENSE_RETRY_SECONDS: "1000",
    NUKE_RENDER_LICENSE_WAIT_SECONDS: "1000",
  });
  const client = await here.connect();
  const stop = new AbortController();
  const finished = await runJob(client, fakeJob(here, `process.exit(100);`, { range: "1-4" }), {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === "message" && event.text.includes("The next attempt is in")) stop.abort();
    },
  });
  assert.deepEqual([exitCodeOf(finished), finished.framesMissing], [130, ["1-4"]]);
});

test("a Nuke that goes silent, also one that was stopped, is ended; its frames are rendered by another", async () => {
  await using here = await place("nbr silence", { NUKE_RENDER_SILENCE_SECONDS: "1.5" });
  const client = await here.connect();
  const events: RenderEvent[] = [];
  const hang = (how: string): string => `
    for (const f of frames) {
      const mark = path.join(out, "hung" + f);
      if ((f === 2 || f === 5) && !fs.existsSync(mark)) { fs.writeFileSync(mark, ""); ${how} await sleep(1e6); }
      write(f); frameLine(f);
    }
    total();`;
  const stops = `if (f === 5) process.kill(process.pid, "SIGSTOP");`;
  const job = fakeJob(here, hang(stops), { range: "1-6", chunks: ["1-3", "4-6"], parallel: 2 });
  const finished = await runJob(client, job, { onEvent: (event) => events.push(event) });
  assert.deepEqual([finished.framesDone, exitCodeOf(finished)], [["1-6"], 0]);
  const hung = finished.status.chunks.filter(({ verdict }) => verdict === "hung");
  assert.deepEqual(
    hung.map(({ frames, framesDone }) => [frames, framesDone]),
    [
      ["1-3", 1],
      ["4-6", 1],
    ],
  );
  assert.match(hung[0]?.reason ?? "", /printed nothing for .* and was stopped; 1 of 3 frames/u);
});

test("a script that cannot be rendered at all does not start a Nuke for each of its frames", async () => {
  await using here = await place();
  const client = await here.connect();
  const events: RenderEvent[] = [];
  const code = `complain("[ 4:55.33] ERROR: Write7: there is no such node\\n"); total(); process.exit(1);`;
  const job = fakeJob(here, code, { range: "1-100" });
  const finished = await runJob(client, job, { onEvent: (event) => events.push(event) });
  assert.deepEqual([finished.framesMissing, exitCodeOf(finished)], [["1-100"], 1]);
  assert.equal(eventsOf(events, "chunk-started").length, 6);
  assert.match(
    messages(events),
    /The job was abandoned\. No frame could be rendered.*there is no such node/u,
  );
});
