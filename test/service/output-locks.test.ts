/** Lock files next to frames: other machines and users are told who renders them, and no lock file ever stands in the way for good. */
import assert from "node:assert/strict";
import { existsSync, watch } from "node:fs";
import { chmod, mkdir, readFile, readdir, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as z from "zod/mini";
import type { RenderJob } from "../../src/plan/job/job.ts";
import type { RenderServiceClient } from "../../src/render-service/client/client.ts";
import { OutputConflictError } from "../../src/render-service/protocol/errors.ts";
import { type JobShape, type Place, fakeJob, nextEvent, place, renderAll } from "./fake-nuke.ts";

const onCommand = `while (!fs.existsSync(path.join(out, "go"))) await sleep(10); ${renderAll}`;
const quick = { NUKE_RENDER_LOCK_HEARTBEAT_SECONDS: "0.1" };
const lockSchema = z.object({
  host: z.string(),
  user: z.string(),
  pid: z.int(),
  job: z.string(),
  started: z.number(),
  version: z._default(z.string(), ""),
});

function jobOf(here: Pick<Place, "folder" | "frames">, shape: Partial<JobShape> = {}): RenderJob {
  const plan = { outputFile: join(here.frames, "f.%04d.exr"), ...shape.plan };
  return fakeJob(here, onCommand, { range: "1-4", ...shape, plan });
}

function lockOf({ frames }: Pick<Place, "frames">): string {
  return join(frames, ".f.#.exr.nbr-lock");
}

async function contents(file: string): Promise<z.infer<typeof lockSchema>> {
  return lockSchema.parse(JSON.parse(await readFile(file, "utf8")));
}

/** A lock of another machine, refreshed `age` seconds ago. */
async function foreignLock(here: Place, age: number, more: object | string = {}): Promise<void> {
  const record = {
    host: "render-17",
    user: "ana",
    pid: 1,
    job: "comp-Write1-0001",
    started: Date.now() - 60_000,
  };
  const text = typeof more === "string" ? more : JSON.stringify({ ...record, ...more });
  await writeFile(lockOf(here), text);
  const time = (await stat(lockOf(here))).mtimeMs / 1000 - age;
  await utimes(lockOf(here), time, time);
}

async function refused(submit: Promise<unknown>): Promise<OutputConflictError> {
  return submit.then(
    () => assert.fail("it was accepted"),
    (error: unknown) => {
      assert.ok(error instanceof OutputConflictError, String(error));
      return error;
    },
  );
}

function finish(client: RenderServiceClient, here: Place, job: string): Promise<unknown> {
  const end = nextEvent(client, (event) => event.type === "finished" && event.job === job);
  return client
    .watch({ jobs: [job], lines: false })
    .then(() => writeFile(join(here.frames, "go"), ""))
    .then(() => end);
}

/** Resolves when `fits` holds; looked at whenever something in the folder moves. */
async function until(folder: string, fits: () => Promise<boolean>): Promise<void> {
  const watcher = watch(folder);
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        fits().then((holds) => holds && resolve(), reject);
      };
      watcher.on("change", look);
      // A change that was before the watch began.
      timer = setInterval(look, 200);
      look();
    });
  } finally {
    watcher.close();
    clearInterval(timer);
  }
}

test("a render has a lock file next to its frames that says who renders, as long as it is not over", async () => {
  await using here = await place("nbr locks", quick);
  const client = await here.connect();
  const { job } = await client.submit(jobOf(here));
  const lock = await contents(lockOf(here));
  assert.deepEqual([lock.host, lock.pid, lock.job], [hostname(), client.hello.pid, job]);
  assert.equal(lock.version, client.hello.version);
  assert.ok(Math.abs(lock.started - Date.now()) < 60_000);
  const { mtimeMs } = await stat(lockOf(here));
  await until(here.frames, async () => (await stat(lockOf(here))).mtimeMs > mtimeMs);
  await finish(client, here, job);
  assert.deepEqual(
    (await readdir(here.frames)).filter((name) => name.startsWith(".")),
    [],
  );
  const cancelled = await client.submit(jobOf(here, { range: "8-9" }), { watch: true });
  assert.ok(existsSync(lockOf(here)));
  const end = nextEvent(client, ({ type }) => type === "finished");
  await client.cancel(cancelled);
  await end;
  assert.ok(!existsSync(lockOf(here)));
});

test("renders of other frames of one pattern share the lock file; the last one removes it", async () => {
  await using here = await place("nbr locks", quick);
  const client = await here.connect();
  const first = await client.submit(jobOf(here));
  const second = await client.submit(jobOf(here, { range: "5-6" }));
  await client.watch({ jobs: [first.job], lines: false });
  const end = nextEvent(client, ({ type }) => type === "finished");
  await client.cancel(first);
  await end;
  assert.equal((await contents(lockOf(here))).job, second.job);
  await finish(client, here, second.job);
  assert.ok(!existsSync(lockOf(here)));
});

test("another machine that renders the same frames: refused, with host, user, time and how to go on", async () => {
  await using here = await place("nbr locks");
  await foreignLock(here, 0);
  const client = await here.connect();
  const { message, conflicts } = await refused(client.submit(jobOf(here)));
  assert.match(message, /ana on render-17/u);
  assert.match(message, /since \d{4}-\d\d-\d\d \d\d:\d\d/u);
  assert.match(message, /--ignore being-rendered/u);
  assert.doesNotMatch(message, /--after|nbr cancel/u);
  assert.equal(conflicts[0]?.elsewhere?.host, "render-17");
  assert.deepEqual(await client.jobs(), []);
  const { job } = await client.submit({ ...jobOf(here), ignore: ["being-rendered"] });
  await finish(client, here, job);
  assert.equal(
    (await contents(lockOf(here)).catch(() => null))?.job ?? "comp-Write1-0001",
    "comp-Write1-0001",
  );
});

test("another machine that renders other frames of the pattern is no reason to refuse", async () => {
  await using here = await place("nbr locks");
  const theirs = {
    job: "comp-Write1-0001",
    name: "f.####.exr",
    frames: "100-200",
    script: "",
    write: "Write1",
  };
  await foreignLock(here, 0, { version: "1.0.0", outputs: [theirs] });
  const client = await here.connect();
  await client.submit(jobOf(here));
  const { conflicts } = await refused(client.submit(jobOf(here, { range: "199-300" })));
  assert.deepEqual(
    conflicts.map(({ frames }) => frames),
    ["199-200"],
  );
});

test("what a lock file says is not taken on trust: fresh it holds, old it does not, and it prints nothing", async () => {
  await using here = await place("nbr locks", quick);
  const client = await here.connect();
  const hostile = [
    "",
    "{",
    "[]",
    JSON.stringify({ host: "evil\u001b]52;c;AAAA\u0007", pid: 1 }),
    `{"host":"${"x".repeat(100_000)}","pid":1}`,
    JSON.stringify({
      host: "h",
      pid: 1,
      outputs: [{ frames: "1-999999999 ".repeat(2000), name: "f.%04d.exr" }],
    }),
    "[".repeat(50_000),
  ];
  for (const text of hostile) {
    await foreignLock(here, 0, text);
    const { message } = await refused(client.submit(jobOf(here)));
    assert.ok(message.includes(lockOf(here)));
    // oxlint-disable-next-line no-control-regex -- that is what it is about
    assert.doesNotMatch(message, /[\u0000-\u0009\u000b-\u001f]/u);
    await foreignLock(here, 3600, text);
    const { job } = await client.submit(jobOf(here), { watch: true });
    const end = nextEvent(client, ({ type }) => type === "finished");
    await client.cancel({ job });
    await end;
  }
});

test("left over: a machine not heard of for long, and a process of this one that is gone", async () => {
  await using here = await place("nbr locks", quick);
  const client = await here.connect();
  const leftovers: readonly [number, object][] = [
    [3600, {}],
    [0, { host: hostname(), pid: 2 ** 22 + 1 }],
    [0, { host: hostname(), pid: process.pid, process: "another start of it" }],
  ];
  for (const [age, record] of leftovers) {
    await foreignLock(here, age, record);
    const { job } = await client.submit(jobOf(here), { watch: true });
    assert.equal((await contents(lockOf(here))).job, job);
    const end = nextEvent(client, ({ type }) => type === "finished");
    await client.cancel({ job });
    await end;
    assert.ok(!existsSync(lockOf(here)));
  }
  await foreignLock(here, 3600, { host: hostname(), pid: process.pid });
  const { conflicts } = await refused(client.submit(jobOf(here)));
  assert.equal(conflicts[0]?.elsewhere?.host, hostname(), "a process that lives, however long it was silent");
});

test("two users' services on one machine: the second is told; one that was killed takes its own over", async () => {
  await using here = await place("nbr locks", quick);
  await using other = await place("nbr locks", quick);
  const first = await here.connect();
  const second = await other.connect();
  const { job } = await first.submit(jobOf(here));
  const theirs = { folder: other.folder, frames: here.frames };
  const { conflicts } = await refused(second.submit(jobOf(theirs)));
  assert.deepEqual(
    conflicts.map((one) => [one.job, one.frames, one.elsewhere?.host]),
    [[job, "1-4", hostname()]],
  );
  await second.submit(jobOf(theirs, { range: "5-6" }));

  const gone = new Promise<void>((resolve) => first.onClosed(resolve));
  process.kill(first.hello.pid, "SIGKILL");
  await gone;
  // Its Nukes outlive it, and go on writing.
  if (process.platform === "linux") await refused(second.submit(jobOf(theirs)));
  const next = await here.connect();
  await until(
    here.frames,
    async () => (await contents(lockOf(here)).catch(() => null))?.pid === next.hello.pid,
  );
  await refused(second.submit(jobOf(theirs)));
});

test("a place that takes no lock stops no render", async () => {
  if (process.platform === "win32" || process.getuid?.() === 0)
    return console.log("UNTESTED HERE: a folder that cannot be written to (POSIX, not root)");
  await using here = await place("nbr locks", quick);
  const client = await here.connect();
  await chmod(here.frames, 0o555);
  const { job } = await client.submit(jobOf(here));
  assert.match(await readFile(join(here.state, "service.log"), "utf8"), /nbr-lock could not be created/u);
  await chmod(here.frames, 0o755);
  await until(here.frames, () => Promise.resolve(existsSync(lockOf(here))));
  await finish(client, here, job);
});

test("a folder where the lock file should be stops no render, and is left alone", async () => {
  await using here = await place("nbr locks", quick);
  await mkdir(join(lockOf(here), "something"), { recursive: true });
  const client = await here.connect();
  const { job } = await client.submit(jobOf(here));
  await finish(client, here, job);
  assert.ok(existsSync(join(lockOf(here), "something")));
});

test("a folder that is made later is locked then", async () => {
  await using here = await place("nbr locks", quick);
  const client = await here.connect();
  const later = join(here.folder, "later");
  const { job } = await client.submit(jobOf(here, { plan: { outputFile: join(later, "f.%04d.exr") } }));
  assert.ok(!existsSync(later), "no folder is made for a lock");
  await mkdir(later);
  await until(later, () => Promise.resolve(existsSync(lockOf({ frames: later }))));
  await finish(client, here, job);
  assert.deepEqual(await readdir(later), []);
});

test("without lock files where that was said", async () => {
  await using here = await place("nbr locks", quick);
  await foreignLock(here, 0);
  const client = await here.connect();
  const { job } = await client.submit({ ...jobOf(here), outputLocks: false });
  assert.equal((await contents(lockOf(here)).catch(() => null))?.job ?? "", "comp-Write1-0001");
  await finish(client, here, job);
});
