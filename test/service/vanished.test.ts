/** Frames that are removed while their job renders: the service knows that they were its own. */
import assert from "node:assert/strict";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { RenderEvent } from "../../src/plan/job/events.ts";
import { runJob } from "../run-job.ts";
import { type Place, eventsOf, fakeJob, nextEvent, place } from "./fake-nuke.ts";
import { exitCodeOf } from "../job-facts.ts";

const noted = `
  for (const f of frames) {
    write(f); frameLine(f);
    fs.appendFileSync(path.join(process.cwd(), "rendered"), f + "\\n");
    while (f === 3 && !fs.existsSync(path.join(process.cwd(), "go"))) await sleep(20);
  }
  total();`;

/** Resolves in a Nuke when the service has a frame of its chunk for done. */
const known = `
  const known = async (frame) => {
    const journal = path.join(process.env.NUKE_RENDER_JOB_FOLDER, "journal.jsonl");
    const line = '"is":"done","chunk":' + process.env.NUKE_RENDER_CHUNK + ',"frame":' + frame + ",";
    while (!fs.readFileSync(journal, "utf8").includes(line)) await sleep(20);
  };`;

const rendered = async ({ folder }: Place): Promise<number[]> =>
  (await readFile(join(folder, "rendered"), "utf8")).trim().split("\n").map(Number);
const exrs = async ({ frames }: Place): Promise<number> =>
  (await readdir(frames)).filter((name) => name.endsWith(".exr")).length;

test("frames that were removed are rendered again at the end, and only they", async () => {
  await using here = await place("nbr vanished");
  const client = await here.connect();
  const events: RenderEvent[] = [];
  const third = nextEvent(client, (event) => event.type === "frame-done" && event.frame === 3);
  const finished = runJob(client, fakeJob(here, noted, { range: "1-4" }), {
    onEvent: (event) => events.push(event),
  });
  await third;
  for (const frame of [1, 2]) await rm(join(here.frames, `f.000${frame}.exr`));
  await writeFile(join(here.folder, "go"), "");
  const end = await finished;
  assert.deepEqual([end.framesDone, end.framesMissing, exitCodeOf(end)], [["1-4"], [], 0]);
  assert.deepEqual(await rendered(here), [1, 2, 3, 4, 1, 2]);
  assert.equal(await exrs(here), 4);
  const said = eventsOf(events, "message").map(({ text }) => text);
  assert.ok(
    said.includes("The files of frames 1–2 are gone or changed since. Rendering them again."),
    said.join("\n"),
  );
  assert.equal(end.status.chunks[1]?.from, 0);
});

test("a frame that is removed again and again is named in the end, with that reason", async () => {
  await using here = await place("nbr vanished");
  const client = await here.connect();
  const events: RenderEvent[] = [];
  // Someone tidies up behind every Nuke.
  const tidied = `${known}${noted.replace("f === 3", "false")} await known(2); fs.rmSync(file(2));`;
  const job = fakeJob(here, tidied, { range: "1-3" });
  const end = await runJob(client, job, { onEvent: (event) => events.push(event) });
  assert.deepEqual([end.framesDone, end.framesMissing, exitCodeOf(end)], [["1", "3"], ["2"], 1]);
  assert.deepEqual(await rendered(here), [1, 2, 3, 2, 2]);
  const [failed] = eventsOf(events, "frame-failed");
  assert.match(
    failed?.message ?? "",
    /missing or changed at the end of the render\. It was rendered again 2 times\./u,
  );
});

test("a service that is killed while it renders frames again counts on", async () => {
  await using here = await place("nbr vanished");
  const client = await here.connect();
  const code = `${known}
    for (const f of frames) { write(f); frameLine(f); fs.appendFileSync(path.join(process.cwd(), "rendered"), f + "\\n"); }
    total();
    if (frames.length === 2) { await known(1); fs.rmSync(file(1)); return; }
    while (!fs.existsSync(path.join(process.cwd(), "go"))) await sleep(20);`;
  let chunks = 0;
  const again = nextEvent(
    client,
    (event) => event.type === "frame-done" && event.chunk === 1 && ++chunks === 1,
  );
  const { job } = await client.submit(fakeJob(here, code, { range: "1-2" }), { watch: true });
  await again;
  const gone = new Promise<void>((resolve) => client.onClosed(resolve));
  process.kill(client.hello.pid, "SIGKILL");
  await gone;
  const next = await here.connect();
  const over = nextEvent(next, ({ type }) => type === "finished");
  await next.watch({ jobs: [job], lines: false });
  await writeFile(join(here.folder, "go"), "");
  const end = await over;
  assert.ok(end.type === "finished");
  assert.deepEqual([end.framesDone, exitCodeOf(end), end.status.framesDone], [["1-2"], 0, 2]);
  assert.deepEqual(await rendered(here), [1, 2, 1]);
});
