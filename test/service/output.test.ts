/** No place for frames: a full disk, a folder that is gone or read-only, frames that are written by half. Nothing is blamed on a frame. */
import assert from "node:assert/strict";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { RenderEvent } from "../../src/plan/job/events.ts";
import { runJob } from "../run-job.ts";
import { RenderServiceError } from "../../src/render-service/protocol/errors.ts";
import { type EventOf, type Place, eventsOf, fakeJob, nextEvent, place } from "./fake-nuke.ts";
import { smallDisk } from "./small-disk.ts";
import { exitCodeOf, firstBlock } from "../job-facts.ts";

const quick = { NUKE_RENDER_OUTPUT_RETRY_SECONDS: "0.2" };
/** Frames of 150 KB; one that cannot be written is an error, as Nuke tells it, and the end. Waits behind the first one. */
const heavy = `
  for (const f of frames) {
    fs.appendFileSync(path.join(process.cwd(), "tried"), f + "\\n");
    try { fs.writeFileSync(file(f), Buffer.alloc(150 * 1024, f)); }
    catch (error) { complain("[ 4:55.33] ERROR: Write1: " + error.message + "\\n"); total(); process.exit(1); }
    say("Writing " + file(f) + " took 0.01 seconds\\n"); frameLine(f);
    while (process.env.WAITS && !fs.existsSync(path.join(process.cwd(), "go"))) await sleep(20);
  }
  total();`;

const messages = (events: readonly RenderEvent[]): string =>
  eventsOf(events, "message")
    .map(({ text }) => text)
    .join("\n");
const says = (pattern: RegExp) => (event: RenderEvent) =>
  event.type === "message" && pattern.test(event.text);
const outputIn = (folder: string): { outputFile: string; retries: number } => ({
  outputFile: join(folder, "f.%04d.exr"),
  retries: 0,
});

async function allWhole(folder: string, frames: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".exr")).sort();
  assert.equal(names.length, frames);
  for (const [index, name] of names.entries())
    assert.ok((await readFile(join(folder, name))).equals(Buffer.alloc(150 * 1024, index + 1)), name);
}

test("a disk that fills up: the render waits, continues when there is space, and no frame counts as failed", async () => {
  await using here = await place("nbr disk", quick);
  await using disk = await smallDisk(here.frames, 2, "a disk that is full");
  if (disk === null) return;
  const ballast = join(disk.folder, "ballast");
  await writeFile(ballast, Buffer.alloc(1024 * 1024));
  const client = await here.connect();
  const events: RenderEvent[] = [];
  const held = nextEvent(client, says(/The disk of .* is full: \d+ MB free/u));
  const job = fakeJob(here, heavy, { range: "1-10", plan: outputIn(disk.folder) });
  const finished = runJob(client, job, { onEvent: (event) => events.push(event) });
  await held;
  const [status] = await client.jobs();
  assert.deepEqual([firstBlock(status)?.reason, status?.state.kind], ["disk", "running"]);
  // Looked at again, and nothing is started.
  const starts = eventsOf(events, "chunk-started").length;
  await nextEvent(client, ({ type }) => type === "progress");
  assert.equal(eventsOf(events, "chunk-started").length, starts);
  await rm(ballast);
  const { framesDone, outcome, status: end } = await finished;
  assert.deepEqual([framesDone, outcome, firstBlock(end)], [["1-10"], "complete", null]);
  await allWhole(disk.folder, 10);
  assert.match(
    messages(events),
    /continues when the output folder is available again[^]*The output folder is available again/u,
  );
  assert.equal(
    eventsOf(events, "message").filter(({ text }) => text.includes("is full")).length,
    1,
    "said once",
  );
  const tried = (await readFile(join(here.folder, "tried"), "utf8")).trim().split("\n").map(Number);
  assert.ok(tried.length - new Set(tried).size <= 2, `frames were tried ${tried.join(" ")}`);
});

test("a disk that stays full: after a bounded time the job ends, and what is missing is named and can be rendered", async () => {
  await using here = await place("nbr disk", { ...quick, NUKE_RENDER_OUTPUT_WAIT_SECONDS: "0.5" });
  await using disk = await smallDisk(here.frames, 2, "a disk that stays full");
  if (disk === null) return;
  const ballast = join(disk.folder, "ballast");
  await writeFile(ballast, Buffer.alloc(1024 * 1024));
  const client = await here.connect();
  const events: RenderEvent[] = [];
  const job = fakeJob(here, heavy, { range: "1-10", plan: outputIn(disk.folder) });
  const finished = await runJob(client, job, { onEvent: (event) => events.push(event) });
  const done = finished.status.framesDone;
  assert.ok(done > 0 && done < 10);
  assert.deepEqual([finished.framesMissing, exitCodeOf(finished)], [[`${done + 1}-10`], 1]);
  assert.match(messages(events), /abandoned\. The disk of .* is full/u);

  await rm(ballast);
  const [range = ""] = finished.framesMissing;
  const rest = await runJob(client, fakeJob(here, heavy, { range, plan: outputIn(disk.folder) }));
  assert.equal(exitCodeOf(rest), 0);
  await allWhole(disk.folder, 10);
});

/** Starts a job whose Nuke waits behind its first frame. */
async function begin(
  here: Place,
  folder: string,
): Promise<{
  events: RenderEvent[];
  finished: Promise<EventOf<"finished">>;
  held: (pattern: RegExp) => Promise<RenderEvent>;
}> {
  const client = await here.connect();
  const events: RenderEvent[] = [];
  const first = nextEvent(client, ({ type }) => type === "frame-done");
  const job = fakeJob({ ...here, frames: folder }, heavy, {
    range: "1-4",
    env: { WAITS: "yes" },
    plan: outputIn(folder),
  });
  const finished = runJob(client, job, { onEvent: (event) => events.push(event) });
  await first;
  return { events, finished, held: (pattern) => nextEvent(client, says(pattern)) };
}

test("a deleted folder is created again; frames that were in it are rendered again", async () => {
  await using here = await place("nbr folder", quick);
  const { events, finished } = await begin(here, here.frames);
  await rm(here.frames, { recursive: true });
  await writeFile(join(here.folder, "go"), "");
  const end = await finished;
  assert.deepEqual([end.framesDone, end.framesMissing, exitCodeOf(end)], [["1-4"], [], 0]);
  assert.match(
    messages(events),
    /frames no longer exists\. Frames are not counted as failed[^]*was created again\. The frames that were in it are rendered again/u,
  );
});

test("a folder that is gone with the one above it is not made again: the render waits until it is back", async () => {
  await using here = await place("nbr folder", quick);
  const share = join(here.folder, "share", "renders");
  await mkdir(share, { recursive: true });
  const { finished, held } = await begin(here, share);
  const gone = held(/renders no longer exists/u);
  await rm(join(here.folder, "share"), { recursive: true });
  await writeFile(join(here.folder, "go"), "");
  await gone;
  const client = await here.connect();
  const [status] = await client.jobs();
  assert.deepEqual([firstBlock(status)?.reason, status?.running], ["folder", 0]);
  await mkdir(share, { recursive: true });
  const end = await finished;
  assert.deepEqual([end.framesDone, end.framesMissing], [["1-4"], []]);
});

test("a disk that becomes read-only: the render waits until it can be written to", async () => {
  await using here = await place("nbr readonly", quick);
  await using disk = await smallDisk(here.frames, 2, "a disk that becomes read-only");
  if (disk === null) return;
  const { finished, held } = await begin(here, disk.folder);
  const refused = held(/cannot be written to/u);
  await disk.readOnly(true);
  await writeFile(join(here.folder, "go"), "");
  await refused;
  await disk.readOnly(false);
  const end = await finished;
  assert.deepEqual([end.framesDone, exitCodeOf(end)], [["1-4"], 0]);
  await allWhole(disk.folder, 4);
});

test("a held job whose service is killed waits with the next one too, and comes to its end", async () => {
  await using here = await place("nbr held", quick);
  await using disk = await smallDisk(here.frames, 2, "a service killed while a disk is full");
  if (disk === null) return;
  const ballast = join(disk.folder, "ballast");
  await writeFile(ballast, Buffer.alloc(1024 * 1024));
  const client = await here.connect();
  const held = nextEvent(client, says(/is full/u));
  const { job } = await client.submit(fakeJob(here, heavy, { range: "1-10", plan: outputIn(disk.folder) }), {
    watch: true,
  });
  await held;
  const gone = new Promise<void>((resolve) => client.onClosed(resolve));
  process.kill(client.hello.pid, "SIGKILL");
  await gone;
  const next = await here.connect();
  const heldAgain = async (): Promise<void> => {
    while (firstBlock(await next.job(job))?.reason !== "disk")
      await new Promise((resolve) => setImmediate(resolve));
  };
  await heldAgain();
  const over = nextEvent(next, ({ type }) => type === "finished");
  await next.watch({ jobs: "all", lines: false });
  await rm(ballast);
  await over;
  assert.equal(exitCodeOf(await next.job(job)), 0);
  await allWhole(disk.folder, 10);
});

test("a job that cannot be written down is refused, and leaves nothing; there is room again, and it is taken", async () => {
  await using here = await place("nbr state");
  await using disk = await smallDisk(here.state, 1, "a state folder on a full disk");
  if (disk === null) return;
  const client = await here.connect();
  // Before its disk goes.
  await using _ = { [Symbol.asyncDispose]: () => client.shutdown({ force: true }) };
  const ballast = join(disk.folder, "ballast");
  const fill = async (): Promise<void> => {
    for (let size = 256 * 1024; size >= 1; size = Math.floor(size / 2))
      for (;;) {
        const whole = await writeFile(ballast, Buffer.alloc(size), { flag: "a" }).then(
          () => true,
          () => false,
        );
        if (!whole) break;
      }
  };
  await fill();
  const job = fakeJob(here, heavy, { range: "1-2" });
  await assert.rejects(
    client.submit(job, { watch: true }),
    (error) =>
      error instanceof RenderServiceError &&
      error.reason === "state-folder" &&
      /Free some space/u.test(error.message),
  );
  assert.deepEqual([await client.jobs(), await readdir(join(here.state, "jobs"))], [[], []]);
  await rm(ballast);
  assert.equal(exitCodeOf(await runJob(client, job)), 0);
});

test("a Nuke killed in the middle of a file: the half is not taken for a frame, and temporary names are passed over", async () => {
  await using here = await place();
  const client = await here.connect();
  const events: RenderEvent[] = [];
  const code = `
    for (const f of frames) {
      const temporary = file(f) + ".tmp";
      if (f === 3 && !fs.existsSync(temporary)) {
        fs.writeFileSync(temporary, "half"); fs.writeFileSync(file(f), "pict"); say("Writing " + file(f) + " .1.2.3\\n");
        fs.writeFileSync(path.join(out, "half"), String(process.pid)); await sleep(1e6);
      }
      if (f === 4) { fs.writeFileSync(file(f), "pict"); say("Writing " + file(f) + " .1"); process.kill(process.pid, "SIGKILL"); await sleep(1e6); }
      write(f); frameLine(f);
    }
    total();`;
  const job = fakeJob(here, code, { range: "1-5", plan: { retries: 1 } });
  const finished = runJob(client, job, { onEvent: (event) => events.push(event) });
  const pid = async (): Promise<number> => {
    for (;;) {
      const number = Number(await readFile(join(here.frames, "half"), "utf8").catch(() => ""));
      if (number > 0) return number;
    }
  };
  process.kill(await pid(), "SIGKILL");
  const { framesDone, framesMissing, outcome } = await finished;
  assert.deepEqual([framesDone, framesMissing, outcome], [["1-3", "5"], ["4"], "incomplete"]);
  for (const frame of [1, 2, 3, 5])
    assert.equal(await readFile(join(here.frames, `f.000${frame}.exr`), "utf8"), `picture ${frame}`);
  const [failed, ...more] = eventsOf(events, "frame-failed");
  assert.ok(failed?.frame === 4 && more.length === 0);
});
