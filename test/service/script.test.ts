/** Scripts that are saved, removed or cannot be copied while they render: no frames of two versions without a word. */
import assert from "node:assert/strict";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";
import { commandLine } from "../../src/plan/command-line.ts";
import type { RenderEvent } from "../../src/plan/job/events.ts";
import { parseFrames } from "../../src/plan/frames/frames.ts";
import type { RenderJob } from "../../src/plan/job/job.ts";
import type { WhileRendering } from "../../src/plan/request.ts";
import type { RenderServiceClient } from "../../src/render-service/client/client.ts";
import { RenderServiceError } from "../../src/render-service/protocol/errors.ts";
import { type Place, eventsOf, fakeJob, nextEvent, place } from "./fake-nuke.ts";
import { smallDisk } from "./small-disk.ts";
import { exitCodeOf, firstBlock, isPaused } from "../job-facts.ts";

/** Reads the script once, as Nuke does, writes its text as every frame, and waits after each frame to be let go (see `letGo`). */
const showsScript = (go: string): string => `
  const text = fs.readFileSync(script, "utf8");
  for (const f of frames) {
    fs.writeFileSync(file(f), text); say("Writing " + file(f) + " took 0.01 seconds\\n"); frameLine(f);
    while (!fs.existsSync(path.join(out, ${go}))) await sleep(20);
  }
  total();`;

/** Four chunks of one frame, one after the other, of a script that is there. */
async function scriptJob(
  here: Place,
  whileRendering: WhileRendering,
  { script, each = false }: { script?: string; each?: boolean } = {},
): Promise<RenderJob> {
  const path = script ?? join(here.folder, "shot.nk");
  if (script === undefined) await writeFile(path, "version 1");
  const { plan, env } = fakeJob(here, showsScript(each ? '"go" + f' : '"go"'), {
    range: "1-4",
    chunks: ["1", "2", "3", "4"],
  });
  const command = { ...plan.command, after: [path, ...plan.command.after] };
  const chunks = plan.chunks.map((chunk) => ({
    ...chunk,
    argv: commandLine(command, parseFrames(chunk.frames).frames, new Set()),
  }));
  return { env, plan: { ...plan, script: path, command, chunks, whileRendering } };
}

const texts = (here: Place): Promise<string[]> =>
  Promise.all([1, 2, 3, 4].map((frame) => readFile(join(here.frames, `f.000${frame}.exr`), "utf8")));
/** Lets the Nuke of one frame go on, where each waits for its own word; otherwise all of them. */
const letGo = (here: Place, frame: number | "" = ""): Promise<void> =>
  writeFile(join(here.frames, `go${frame}`), "");
const save = (here: Place): Promise<void> => writeFile(join(here.folder, "shot.nk"), "version 2, saved");
const copiesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.includes(".rendering-"));
const isOver = (event: RenderEvent): boolean => event.type === "finished";
const says = (pattern: RegExp) => (event: RenderEvent) =>
  event.type === "message" && pattern.test(event.text);

async function start(
  client: RenderServiceClient,
  job: RenderJob,
): Promise<{ id: string; events: RenderEvent[]; over: Promise<RenderEvent> }> {
  const events: RenderEvent[] = [];
  client.onEvent((event) => events.push(event));
  const first = nextEvent(client, ({ type }) => type === "frame-done");
  const over = nextEvent(client, isOver);
  const { job: id } = await client.submit(job, { watch: true });
  await first;
  return { id, events, over };
}

async function kill(client: RenderServiceClient): Promise<void> {
  const gone = new Promise<void>((resolve) => client.onClosed(resolve));
  process.kill(client.hello.pid, "SIGKILL");
  await gone;
}

const argvOf = (events: readonly RenderEvent[]): string[] =>
  eventsOf(events, "chunk-started").map(({ argv }) => argv.join(" "));

test("copy: Nukes read the script itself while it is as it was, with the very words of the plan", async () => {
  await using here = await place();
  const client = await here.connect();
  const job = await scriptJob(here, "copy");
  const { over, events } = await start(client, job);
  await letGo(here);
  await over;
  assert.deepEqual(
    argvOf(events),
    job.plan.chunks.map(({ argv }) => argv.join(" ")),
  );
  assert.deepEqual(await copiesIn(here.folder), []);
  assert.deepEqual(eventsOf(events, "message"), []);
});

test("copy: saved while it renders, and its service killed, all frames are of one version; no copy is left", async () => {
  await using here = await place();
  const client = await here.connect();
  const { id } = await start(client, await scriptJob(here, "copy"));
  assert.deepEqual(await copiesIn(here.folder), []);
  await save(here);
  await kill(client);
  const next = await here.connect();
  const events: RenderEvent[] = [];
  next.onEvent((event) => events.push(event));
  const over = nextEvent(next, isOver);
  const second = nextEvent(next, ({ type }) => type === "chunk-started");
  await next.watch({ jobs: "all", lines: false });
  await letGo(here);
  await second;
  await over;
  assert.deepEqual(await texts(here), ["version 1", "version 1", "version 1", "version 1"]);
  assert.equal(argvOf(events).length, 3);
  for (const words of argvOf(events))
    assert.match(words, /\/\.shot\.rendering-[0-9a-f]{8}\.nk /u, "hidden, and next to the script");
  const told = eventsOf(events, "message").filter(({ text }) =>
    text.includes("a copy of the earlier version"),
  );
  assert.equal(told.length, 1);
  assert.deepEqual(await copiesIn(here.folder), []);
  assert.ok(!(await readdir(join(here.state, "jobs", id))).includes("script.nk"));
  const status = await next.job(id);
  assert.deepEqual([basename(status.script), exitCodeOf(status)], ["shot.nk", 0]);
  assert.deepEqual(await readFile(join(here.folder, "shot.nk"), "utf8"), "version 2, saved");
});

test("copy: saved at the moment a Nuke reads it, that Nuke is ended and its frames are rendered again", async () => {
  await using here = await place();
  const client = await here.connect();
  const job = await scriptJob(here, "copy");
  // What it reads, it reads late, and tells nothing of it before its first frame.
  const late = (argv: readonly string[]): string[] =>
    argv.map((word) =>
      word.replace(
        "(async () => {",
        `(async () => { say("Nuke\\n"); while (!fs.existsSync(path.join(out, "read"))) await sleep(20);`,
      ),
    );
  const plan = {
    ...job.plan,
    command: { ...job.plan.command, before: late(job.plan.command.before) },
    chunks: job.plan.chunks.map((chunk) => ({ ...chunk, argv: late(chunk.argv) })),
  };
  const events: RenderEvent[] = [];
  client.onEvent((event) => events.push(event));
  const speaks = nextEvent(client, ({ type }) => type === "lines");
  const over = nextEvent(client, isOver);
  await client.submit({ ...job, plan }, { watch: true, lines: true });
  await speaks;
  await save(here);
  await writeFile(join(here.frames, "read"), "");
  await letGo(here);
  await over;
  assert.deepEqual(await texts(here), ["version 1", "version 1", "version 1", "version 1"]);
  assert.ok(eventsOf(events, "message").some(({ text }) => /saved while this Nuke read it/u.test(text)));
  assert.deepEqual(eventsOf(events, "frame-failed"), []);
  assert.deepEqual(
    eventsOf(events, "frame-done")
      .map(({ frame }) => frame)
      .sort((a, b) => a - b),
    [1, 2, 3, 4],
    "each is told once",
  );
});

test("copy: a removed copy is created again, and a missing script does no harm", async () => {
  await using here = await place();
  const client = await here.connect();
  const { over } = await start(client, await scriptJob(here, "copy", { each: true }));
  await rm(join(here.folder, "shot.nk"));
  for (const frame of [2, 3, 4]) {
    const done = nextEvent(client, (event) => event.type === "frame-done" && event.frame === frame);
    await letGo(here, frame - 1);
    await done;
    // The Nuke of this frame waits now, with what it has read; the next one has to find a copy again.
    const copies = await copiesIn(here.folder);
    assert.equal(copies.length, 1, `next to frame ${frame}`);
    await rm(join(here.folder, copies[0] ?? ""));
  }
  await letGo(here, 4);
  await over;
  assert.deepEqual(await texts(here), ["version 1", "version 1", "version 1", "version 1"]);
});

test("hold: after a save, no more Nukes are started until it is resumed, also by the next service", async () => {
  await using here = await place();
  const client = await here.connect();
  const { id, events } = await start(client, await scriptJob(here, "hold"));
  assert.deepEqual(await copiesIn(here.folder), []);
  await save(here);
  const paused = nextEvent(
    client,
    says(/shot\.nk was saved during the render; frame 1 is from the earlier version/u),
  );
  await letGo(here);
  await paused;
  const status = await client.job(id);
  assert.deepEqual([isPaused(status), firstBlock(status)?.reason, status.framesDone], [true, "script", 1]);
  await kill(client);

  const next = await here.connect();
  const kept = await next.job(id);
  assert.deepEqual([isPaused(kept), firstBlock(kept)?.reason, kept.framesDone], [true, "script", 1]);
  const over = nextEvent(next, isOver);
  next.onEvent((event) => events.push(event));
  await next.watch({ jobs: "all", lines: false });
  await next.resume({ job: id });
  await over;
  assert.deepEqual(await texts(here), ["version 1", ...Array.from({ length: 3 }, () => "version 2, saved")]);
  assert.equal(eventsOf(events, "message").filter(({ text }) => text.includes("was saved")).length, 2);
});

test("hold: saved without a change, it is the same script", async () => {
  await using here = await place();
  const client = await here.connect();
  const { over, events } = await start(client, await scriptJob(here, "hold"));
  await writeFile(join(here.folder, "shot.nk"), "version 1");
  await letGo(here);
  await over;
  assert.equal(eventsOf(events, "message").length, 0);
});

test("go-on: after a save, it says so and renders the rest from the saved version", async () => {
  await using here = await place();
  const client = await here.connect();
  const { over, events } = await start(client, await scriptJob(here, "go-on"));
  await save(here);
  await letGo(here);
  await over;
  assert.deepEqual((await texts(here)).slice(0, 2), ["version 1", "version 2, saved"]);
  const messages = eventsOf(events, "message");
  assert.equal(messages.length, 1, "once");
  assert.match(messages[0]?.text ?? "", /frame 1 is from the earlier version\. The remaining frames/u);
});

test("a script that is gone holds the render until it is back; it can be cancelled too", async () => {
  await using here = await place();
  const client = await here.connect();
  const { id, over } = await start(client, await scriptJob(here, "hold"));
  await rm(join(here.folder, "shot.nk"));
  const held = nextEvent(client, says(/shot\.nk no longer exists/u));
  await letGo(here);
  await held;
  const status = await client.job(id);
  assert.deepEqual([isPaused(status), firstBlock(status)?.reason, status.running], [false, "script", 0]);
  await writeFile(join(here.folder, "shot.nk"), "version 1");
  await over;
  assert.equal(exitCodeOf(await client.job(id)), 0);

  await rm(join(here.frames, "go"));
  const again = await start(client, await scriptJob(here, "hold"));
  await rm(join(here.folder, "shot.nk"));
  const heldAgain = nextEvent(client, says(/shot\.nk no longer exists/u));
  await letGo(here);
  await heldAgain;
  await client.cancel({ job: again.id });
  await again.over;
  const cancelled = await client.job(again.id);
  assert.deepEqual(
    [exitCodeOf(cancelled), cancelled.missingRanges, firstBlock(cancelled)],
    [130, ["2-4"], null],
  );
});

test("a script that is not there is refused at once, and leaves nothing", async () => {
  await using here = await place();
  const client = await here.connect();
  const job = await scriptJob(here, "copy");
  await rm(join(here.folder, "shot.nk"));
  await assert.rejects(
    client.submit(job, { watch: true }),
    (error) =>
      error instanceof RenderServiceError &&
      error.reason === "bad-plan" &&
      /no longer exists/u.test(error.message),
  );
  assert.deepEqual(await readdir(join(here.state, "jobs")), []);
});

test("a folder that takes no copy: as long as the script is as it was, none is needed", async () => {
  await using here = await place();
  await using disk = await smallDisk(join(here.folder, "show"), 2, "scripts on a read-only disk");
  if (disk === null) return;
  const script = join(disk.folder, "shot.nk");
  await writeFile(script, "version 1");
  const client = await here.connect();
  const { id, over } = await start(client, await scriptJob(here, "copy", { script }));
  await writeFile(script, "version 2, saved");
  await disk.readOnly(true);
  const asked = nextEvent(client, says(/was saved during the render; frame 1 is from the earlier version/u));
  await letGo(here);
  await asked;
  const status = await client.job(id);
  assert.deepEqual([isPaused(status), firstBlock(status)?.reason], [true, "script"], "somebody is asked");
  await disk.readOnly(false);
  await client.resume({ job: id });
  await over;
  assert.deepEqual(new Set((await texts(here)).slice(1)).size, 1);
});

test("a copy that a killed service left before it had noted its job is removed by the next one", async () => {
  await using here = await place();
  const [copy, other] = [join(here.folder, ".shot.rendering-0123abcd.nk"), join(here.folder, "precious.nk")];
  for (const [job, noted] of [
    ["shot-a", copy],
    ["shot-b", other],
  ] as const) {
    await writeFile(noted, "text");
    await mkdir(join(here.state, "jobs", job), { recursive: true });
    await writeFile(join(here.state, "jobs", job, "script-copy"), noted);
  }
  const client = await here.connect();
  assert.deepEqual(await client.jobs(), []);
  assert.deepEqual(await copiesIn(here.folder), []);
  assert.equal(await readFile(other, "utf8"), "text", "only copies of ours");
});

for (const [name, damage] of Object.entries<(file: string) => Promise<void>>({
  garbage: (file) => writeFile(file, "versiom 1"),
  empty: (file) => writeFile(file, ""),
  gone: (file) => rm(file),
}))
  test(`copy: kept text that is ${name} is not rendered from; the render waits for a word`, async () => {
    await using here = await place();
    const client = await here.connect();
    const { id, over } = await start(client, await scriptJob(here, "copy"));
    const folder = join(here.state, "jobs", id);
    await damage(join(folder, "script.nk"));
    await writeFile(join(folder, "script-copy"), join(here.folder, "some other file"));
    const waits = nextEvent(client, says(/shot\.nk was saved during the render.*No more Nukes are started/u));
    await save(here);
    await letGo(here);
    await waits;
    assert.deepEqual((await readdir(here.folder)).sort(), ["frames", "shot.nk", "state"]);
    await client.resume({ job: id });
    await over;
    assert.deepEqual((await texts(here)).slice(1), Array<string>(3).fill("version 2, saved"));
  });
