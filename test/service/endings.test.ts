/** Processes that a Nuke starts and detaches: none survives when the user or the service ends the Nuke. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { RenderServiceClient } from "../../src/render-service/client/client.ts";
import { CHUNK_VARIABLE, JOB_FOLDER_VARIABLE } from "../../src/render-service/process/environment.ts";
import { listProcesses } from "../../src/render-service/process/process-list.ts";
import { type JobShape, type Place, fakeJob, nextEvent, place } from "./fake-nuke.ts";
import { exitCodeOf, isPaused } from "../job-facts.ts";

const linux = process.platform === "linux";

/** Away from parent and group for good: a process that starts its own session, from a parent that ends immediately. */
const escape = `
  const stubborn = 'process.on("SIGTERM",()=>{});setInterval(()=>{},1000)';
  const middle = 'const c = require("node:child_process").spawn(process.execPath, ["-e", process.argv[1]], { stdio: "ignore", detached: true }); c.unref();';
  for (let nth = 0; nth < 2; nth++)
    require("node:child_process").spawnSync(process.execPath, ["-e", middle, stubborn], { stdio: "ignore" });
`;

/** Processes of a place's jobs, by chunk. */
async function alive({ state }: Place): Promise<number[]> {
  const chunks: number[] = [];
  for (const { pid } of (await listProcesses()).values()) {
    const words = (await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "")).split("\0");
    if (!words.some((word) => word.startsWith(`${JOB_FOLDER_VARIABLE}=${join(state, "jobs")}`))) continue;
    chunks.push(Number(words.find((word) => word.startsWith(`${CHUNK_VARIABLE}=`))?.split("=")[1]));
  }
  return chunks.sort((a, b) => a - b);
}

interface Escaped {
  readonly client: RenderServiceClient;
  readonly job: string;
  readonly over: ReturnType<typeof nextEvent>;
}

/** Two chunks at work, each with two processes that have got away. */
async function begin(here: Place, code: string, shape: Partial<JobShape> = {}): Promise<Escaped> {
  const client = await here.connect();
  const begun = new Set<number>();
  const chunks = shape.chunks?.length ?? 2;
  const started = nextEvent(
    client,
    (event) => event.type === "frame-done" && begun.add(event.chunk).size === chunks,
  );
  const over = nextEvent(client, ({ type }) => type === "finished");
  const job = fakeJob(here, `${escape}${code}`, {
    range: "1-4",
    chunks: ["1-2", "3-4"],
    parallel: 2,
    ...shape,
  });
  const { job: id } = await client.submit(job, { watch: true });
  await started;
  return { client, job: id, over };
}

const waits = `write(frames[0]); frameLine(frames[0]); await sleep(1e6);`;
const unlessLinux = { skip: linux ? false : "UNTESTED HERE: marks in the environment (needs /proc)" };

test(
  "cancel, pause and the end of the service: nothing of a Nuke is left that forked twice and took a session",
  unlessLinux,
  async () => {
    await using here = await place("nbr end");
    const first = await begin(here, waits);
    assert.deepEqual(await alive(here), [0, 0, 0, 1, 1, 1]);
    await first.client.cancel({ job: first.job });
    await first.over;
    assert.deepEqual(await alive(here), [], "after cancel");

    const second = await begin(here, waits);
    const still = nextEvent(
      second.client,
      (event) => event.type === "progress" && isPaused(event.status) && event.status.running === 0,
    );
    await second.client.pause({ job: second.job });
    await still;
    assert.deepEqual(await alive(here), [], "after pause");
    await second.client.cancel({ job: second.job });

    const third = await begin(here, waits);
    await third.client.shutdown({ force: true });
    assert.deepEqual(await alive(here), [], "after the service");
  },
);

test(
  "a cancelled chunk takes along what is its own, and leaves its neighbor alone",
  unlessLinux,
  async () => {
    await using here = await place("nbr end");
    const { client, job, over } = await begin(here, waits);
    const ended = nextEvent(client, ({ type }) => type === "chunk-finished");
    await client.cancelChunk({ job, chunk: 0 });
    await ended;
    assert.deepEqual(await alive(here), [1, 1, 1]);
    await client.cancel({ job });
    await over;
    assert.deepEqual(await alive(here), []);
  },
);

test(
  "a launcher that fails or is killed leaves no one behind who would write the frames that come back",
  unlessLinux,
  async () => {
    for (const end of ["process.exit(7)", 'process.kill(process.pid, "SIGKILL")']) {
      await using here = await place("nbr end");
      const code = `write(frames[0]); frameLine(frames[0]); await sleep(300); ${end};`;
      const shape = { range: "1-2", chunks: ["1-2"], plan: { retries: 0 } };
      const { over } = await begin(here, code, shape);
      const event = await over;
      assert.ok(event.type === "finished" && exitCodeOf(event) === 1);
      assert.deepEqual(await alive(here), [], end);
    }
  },
);

test(
  "what a Nuke leaves at work after a whole render may go on, until the job is cancelled",
  unlessLinux,
  async () => {
    await using here = await place("nbr end");
    const code = `
    write(frames[0]); frameLine(frames[0]);
    if (frames[0] === 3) await sleep(1e6);
    write(frames[1]); frameLine(frames[1]); total();`;
    const { client: watcher, job, over } = await begin(here, code);
    const done = async (): Promise<boolean> =>
      (await watcher.job(job)).chunks.some(({ index, verdict }) => index === 0 && verdict === "done");
    while (!(await done())) await nextEvent(watcher, ({ job: its }) => its === job);
    assert.deepEqual(await alive(here), [0, 0, 1, 1, 1], "a post-render program is left alone");
    await watcher.cancel({ job });
    await over;
    assert.deepEqual(await alive(here), []);
  },
);

test("a Nuke that was stopped hears that it is to end", unlessLinux, async () => {
  await using here = await place("nbr end", { NUKE_RENDER_CANCEL_GRACE_SECONDS: "30" });
  const client = await here.connect();
  const started = nextEvent(client, ({ type }) => type === "frame-done");
  const code = `process.on("SIGTERM", () => { fs.writeFileSync(path.join(out, "heard"), ""); process.exit(0); }); ${waits}`;
  const over = nextEvent(client, ({ type }) => type === "finished");
  const { job } = await client.submit(fakeJob(here, code, { range: "1-2" }), { watch: true });
  await started;
  const pid = (await client.job(job)).chunks[0]?.pid;
  assert.ok(pid);
  process.kill(pid, "SIGSTOP");
  await client.cancel({ job });
  await over;
  await writeFile(join(here.frames, "heard"), "", { flag: "r+" });
});
