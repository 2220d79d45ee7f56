/** Nukes that print without end: other jobs, clients and the disk do not feel it. */
import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { RenderEvent } from "../../src/plan/job/events.ts";
import { runJob } from "../run-job.ts";
import { eventsOf, fakeJob, nextEvent, place, renderAll } from "./fake-nuke.ts";
import { processorSeconds, residentMB } from "./service-figures.ts";
import { exitCodeOf } from "../job-facts.ts";

const flood = `
  const piece = "[12:34:56] SomePlugin: reading /mnt/show/shot/textures/rock_0001.exr, level 3\\n".repeat(500);
  for (const f of frames) { for (let i = 0; i < 25; i++) say(piece); write(f); frameLine(f); }
  total();`;

test("a flood of lines: a client that reads along gets the newest, in order; nothing else is lost, and memory does not grow", async () => {
  await using here = await place("nbr flood");
  const client = await here.connect();
  const watcher = await here.connect();
  const seen: RenderEvent[] = [];
  watcher.onEvent((event) => seen.push(event));
  await watcher.watch({ jobs: "all", lines: false });
  const seenOver = nextEvent(watcher, ({ type }) => type === "finished");
  const { pid } = client.hello;
  const linux = process.platform === "linux";
  const before = linux ? processorSeconds(pid) : 0;
  const events: RenderEvent[] = [];
  // 400,000 lines of 80 characters: 32 MB.
  const job = fakeJob(here, flood, { range: "1-32", chunks: ["1-16", "17-32"], parallel: 2 });
  const finished = await runJob(client, job, { onEvent: (event) => events.push(event) });
  assert.deepEqual([finished.framesDone, exitCodeOf(finished)], [["1-32"], 0]);
  await seenOver;
  const lines = eventsOf(events, "lines").flatMap((event) => event.lines);
  assert.ok(lines.length < 200_000, `${lines.length} lines were sent`);
  assert.ok(lines.some((line) => /^… \d+ lines skipped here; the log has them\.$/u.test(line)));
  assert.equal(eventsOf(events, "frame-done").length, 32);
  assert.equal(eventsOf(seen, "lines").length, 0, "who did not ask for lines gets none");
  assert.equal(eventsOf(seen, "frame-done").length, 32);
  if (!linux) return console.log("UNTESTED HERE: what a flood costs the service (read from /proc)");
  const seconds = processorSeconds(pid) - before;
  assert.ok(seconds < 3, `${seconds} s of processor time`);
  assert.ok(residentMB(pid) < 220, `${residentMB(pid)} MB resident`);
});

test("a Nuke that prints as fast as it can keeps to the limit of its log, and its frames are still known", async () => {
  if (process.platform === "win32")
    return console.log("UNTESTED HERE: logs are cut while a Nuke appends to them (POSIX)");
  await using here = await place("nbr flood");
  const client = await here.connect();
  await client.configure({ logCapMB: 1 });
  // A gigabyte, in the largest pieces that go, half of it from a process that has left its Nuke's group.
  const code = `
    const flood = 'const piece = Buffer.from(("x".repeat(99) + "\\\\n").repeat(40000)); for (let i = 0; i < 128; i++) require("node:fs").writeSync(1, piece);';
    const { spawn } = require("node:child_process");
    write(1); frameLine(1);
    for (const detached of [false, true])
      await new Promise((over) => spawn(process.execPath, ["-e", flood], { stdio: ["ignore", 1, 2], detached }).on("close", over));
    write(2); frameLine(2); total();`;
  const over = nextEvent(client, ({ type }) => type === "finished");
  const { job } = await client.submit(fakeJob(here, code, { range: "1-2" }), { watch: true });
  const folder = join(here.state, "jobs", job);
  let most = 0;
  const look = setInterval(() => {
    const blocks = readdirSync(folder).map((name) => {
      const found = statSync(join(folder, name), { throwIfNoEntry: false });
      return (found?.blocks ?? 0) * 512;
    });
    most = Math.max(
      most,
      blocks.reduce((sum, one) => sum + one, 0),
    );
  }, 5);
  const end = await over.finally(() => clearInterval(look));
  assert.ok(end.type === "finished");
  assert.deepEqual([end.framesDone, exitCodeOf(end)], [["1-2"], 0]);
  const MB = 1024 * 1024;
  // What a disk takes between two looks of a service on a busy machine comes on top of the limit.
  assert.ok(most < 4 * MB + 250 * MB, `${Math.round(most / MB)} MB on disk`);
  console.log(`${Math.round(most / MB)} MB on disk at most`);
});

test("a Nuke that prints without end into a log that cannot be cut is ended, with that reason", async () => {
  await using here = await place("nbr flood");
  const client = await here.connect();
  await client.configure({ logCapMB: 1 });
  const code = `
    fs.mkdirSync(path.join(process.env.NUKE_RENDER_JOB_FOLDER, "chunk-001.out.cutting"));
    write(1); frameLine(1);
    const piece = ("x".repeat(99) + "\\n").repeat(1000);
    for (;;) { say(piece); await sleep(1); }`;
  const job = fakeJob(here, code, { range: "1-2", plan: { retries: 0 } });
  const { framesDone, status } = await runJob(client, job);
  assert.deepEqual(framesDone, ["1"]);
  assert.equal(status.chunks[0]?.verdict, "failed");
  assert.match(status.chunks[0]?.reason ?? "", /printed endlessly.*could not be kept within/u);
});

test("finished jobs are forgotten after a time; a service that starts knows after which", async () => {
  await using here = await place("nbr history");
  const client = await here.connect();
  await client.configure({ historyDays: 2 });
  const jobs: string[] = [];
  for (let index = 0; index < 2; index++) {
    const { job } = await runJob(client, fakeJob(here, renderAll, { range: "1" }));
    jobs.push(job);
  }
  const [old = "", young = ""] = jobs;
  const left = join(here.state, "jobs", "left-Write1-abcd");
  await mkdir(left);
  const long = Date.now() / 1000 - 3 * 86_400;
  for (const folder of [left, join(here.state, "jobs", old)]) await utimes(folder, long, long);
  const { job: third } = await runJob(client, fakeJob(here, renderAll, { range: "1" }));
  const known = async (): Promise<string[]> => (await (await here.connect()).jobs()).map(({ job }) => job);
  assert.deepEqual(await known(), [young, third]);
  await utimes(join(here.state, "jobs", young), long, long);
  await client.shutdown({ force: false });
  assert.deepEqual(await known(), [third]);
  assert.deepEqual(readdirSync(join(here.state, "jobs")), [third]);
});

test("a log that is too long loses its middle while its Nuke runs, and a service that comes later reads on", async () => {
  if (process.platform === "win32")
    return console.log("UNTESTED HERE: logs are cut while a Nuke appends to them (POSIX)");
  await using here = await place("nbr log cap");
  const client = await here.connect();
  await client.configure({ logCapMB: 1 });
  const endless = `
    const line = "x".repeat(99) + "\\n";
    const go = path.join(out, "go");
    write(1); frameLine(1);
    for (let i = 0; i < 400; i++) { say(line.repeat(100)); await sleep(2); }
    write(2); frameLine(2);
    while (!fs.existsSync(go)) await sleep(20);
    say("the newest line\\n"); write(3); frameLine(3); total();`;
  const second = nextEvent(client, (event) => event.type === "frame-done" && event.frame === 2);
  const { job } = await client.submit(fakeJob(here, endless, { range: "1-3" }), { watch: true });
  const folder = join(here.state, "jobs", job);
  await second;
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  assert.ok(bytes < 3.5 * 1024 * 1024, `${bytes} bytes are kept of more than 4 MB`);
  const gone = new Promise<void>((resolve) => client.onClosed(resolve));
  process.kill(client.hello.pid, "SIGKILL");
  await gone;

  const next = await here.connect();
  const events: RenderEvent[] = [];
  next.onEvent((event) => events.push(event));
  const over = nextEvent(next, ({ type }) => type === "finished");
  await next.watch({ jobs: "all", lines: true });
  await writeFile(join(here.frames, "go"), "");
  const end = await over;
  assert.ok(end.type === "finished" && exitCodeOf(end) === 0, JSON.stringify(end));
  assert.deepEqual(
    eventsOf(events, "frame-done").map(({ frame }) => frame),
    [3],
    "frames that were told are not told again",
  );
  const read: string[] = [];
  for (let from = 0, more = true; more;) {
    const piece = await next.lines({ job, chunk: 0, from });
    read.push(...piece.lines);
    ({ next: from, more } = piece);
  }
  assert.ok(
    read.some((line) => line.startsWith("Frame 1 ")),
    "its beginning",
  );
  assert.ok(
    read.some((line) => /^… \d+ (?:k|M)B skipped here/u.test(line)),
    "how much is missing",
  );
  assert.ok(read.includes("the newest line") && read.some((line) => line.startsWith("Frame 3 ")), "its end");
});
