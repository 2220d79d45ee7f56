/** Files of the service or of a job that are damaged: the service goes on, no frame is lost unsaid, and nothing renders unobserved. */
import assert from "node:assert/strict";
import { mkdir, readFile, readdir, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { JobStatus } from "../../src/plan/job/events.ts";
import type { RenderServiceClient } from "../../src/render-service/client/client.ts";
import { runJob } from "../run-job.ts";
import { isAlive, listProcesses } from "../../src/render-service/process/process-list.ts";
import { fakeJob, nextEvent, place, renderAll } from "./fake-nuke.ts";
import { exitCodeOf } from "../job-facts.ts";
import { stateWord } from "../../src/cli/status-json.ts";

const linux = process.platform === "linux";

/** What a power cut, a full disk or a stray command leaves. */
const damages: Readonly<Record<string, (file: string) => Promise<void>>> = {
  "cut in its first line": (file) => truncate(file, 40),
  empty: (file) => truncate(file, 0),
  garbage: async (file) => {
    const bytes = await readFile(file);
    bytes.fill(0x80, 0, Math.min(200, bytes.length));
    await writeFile(file, bytes);
  },
  "of another shape": (file) => writeFile(file, "[]\n"),
  "a folder": async (file) => {
    await rm(file);
    await mkdir(join(file, "inner"), { recursive: true });
  },
  gone: (file) => rm(file),
};

async function kill(client: RenderServiceClient): Promise<void> {
  const gone = new Promise<void>((resolve) => client.onClosed(resolve));
  process.kill(client.hello.pid, "SIGKILL");
  await gone;
}

const half = `write(frames[0]); frameLine(frames[0]); await sleep(1e6);`;

/** Two Nukes at work, each behind its first of six frames; twelve more wait. Then the service is killed. */
async function killed(
  here: Awaited<ReturnType<typeof place>>,
): Promise<{ job: string; folder: string; pids: number[] }> {
  const client = await here.connect();
  let frames = 0;
  const both = nextEvent(client, ({ type }) => type === "frame-done" && ++frames === 2);
  const chunks = ["1-6", "7-12", "13-24"];
  const { job } = await client.submit(fakeJob(here, half, { range: "1-24", chunks, parallel: 2 }), {
    watch: true,
  });
  await both;
  const pids = (await client.job(job)).chunks.flatMap(({ pid }) => pid ?? []);
  await kill(client);
  return { job, folder: join(here.state, "jobs", job), pids };
}

const damagedFiles: readonly (readonly [string, string, RegExp])[] = [
  ["journal.jsonl", "cut in its first line", /first line of its journal/u],
  ["journal.jsonl", "garbage", /first line of its journal/u],
  ["journal.jsonl", "a folder", /its journal cannot be read/u],
  ["journal.jsonl", "gone", /its journal is gone/u],
  ["environment.json", "a folder", /its saved environment is missing/u],
  ["environment.json", "gone", /its saved environment is missing/u],
];

for (const [file, damage, why] of damagedFiles)
  test(`a job whose ${file} is ${damage} is listed as damaged, with all its frames, and nothing of it runs`, async () => {
    await using here = await place("nbr damage");
    const { job, folder, pids } = await killed(here);
    await damages[damage]?.(join(folder, file));
    const next = await here.connect();
    const check = ({
      state,
      damaged,
      doneRanges,
      missingRanges,
      framesDone,
      frameCount,
    }: JobStatus): void => {
      assert.equal(stateWord(state), "interrupted");
      assert.match(damaged ?? "", why);
      assert.deepEqual(
        [doneRanges, missingRanges],
        [
          ["1", "7"],
          ["2-6", "8-24"],
        ],
      );
      assert.deepEqual([framesDone, frameCount], [2, 24]);
    };
    check(await next.job(job));
    const list = await listProcesses();
    if (linux) for (const pid of pids) assert.ok(!list.has(pid), "its Nukes were ended");
    const notices = await next.notices();
    assert.ok(notices.some(({ text }) => text.includes(job) && /missing: 2–6, 8–24/u.test(text)));
    await assert.rejects(next.resume({ job }), { reason: "damaged-job" });
    // The service is as usable as ever, and the next one knows as much.
    const other = await runJob(next, fakeJob(here, renderAll, { range: "101-103" }));
    assert.equal(exitCodeOf(other), 0);
    await kill(next);
    const third = await here.connect();
    check(await third.job(job));
    await third.forget({ job });
    assert.ok(!(await readdir(join(here.state, "jobs"))).includes(job));
  });

test("a job that had not begun and has lost its journal is listed, and all its frames are named", async () => {
  await using here = await place("nbr damage");
  const client = await here.connect();
  await client.configure({ maxParallel: 1 });
  await client.submit(fakeJob(here, half, { range: "1-2" }));
  const { job } = await client.submit(fakeJob(here, renderAll, { range: "11-20" }));
  await kill(client);
  await rm(join(here.state, "jobs", job, "journal.jsonl"));
  const next = await here.connect();
  const { state, damaged, doneRanges, missingRanges } = await next.job(job);
  assert.deepEqual(
    [stateWord(state), damaged, doneRanges, missingRanges],
    ["interrupted", "its journal is gone.", [], ["11-20"]],
  );
});

test("frames that no one can read, in words that look right: the job is listed, and the service starts", async () => {
  await using here = await place("nbr damage");
  const { job, folder } = await killed(here);
  const garble = async (name: string): Promise<void> => {
    const text = await readFile(join(folder, name), "utf8");
    await writeFile(join(folder, name), text.replaceAll('"frames":"1-24"', '"frames":"1-x"'));
  };
  await garble("journal.jsonl");
  const next = await here.connect();
  const status = await next.job(job);
  assert.match(status.damaged ?? "", /its journal cannot be read/u);
  assert.deepEqual(
    [status.doneRanges, status.missingRanges],
    [
      ["1", "7"],
      ["2-6", "8-24"],
    ],
    "by the copy",
  );
  await kill(next);
  await garble("job.json");
  await rm(join(folder, "damaged.json"));
  const third = await here.connect();
  assert.deepEqual((await third.job(job)).doneRanges, ["1", "7"], "by the rest");
});

test("a damaged job is closed by a cancel; what is known of it is kept", async () => {
  await using here = await place("nbr damage");
  const { job, folder } = await killed(here);
  await truncate(join(folder, "journal.jsonl"), 0);
  const next = await here.connect();
  const over = nextEvent(next, ({ type }) => type === "finished");
  await next.watch({ jobs: [job], lines: false });
  await next.cancel({ job });
  const event = await over;
  assert.ok(event.type === "finished");
  assert.deepEqual(
    [event.framesDone, event.framesMissing, exitCodeOf(event)],
    [["1", "7"], ["2-6", "8-24"], 130],
  );
  await next.shutdown({ force: false });
  const third = await here.connect();
  assert.deepEqual((await third.job(job)).state, { kind: "done", outcome: "cancelled" });
});

test("where nothing tells what was to be rendered, its Nukes' logs name the frames", async () => {
  await using here = await place("nbr damage");
  const { job, folder } = await killed(here);
  await rm(join(folder, "journal.jsonl"));
  await truncate(join(folder, "job.json"), 12);
  const next = await here.connect();
  const status = await next.job(job);
  assert.deepEqual([stateWord(status.state), status.doneRanges], ["interrupted", ["1", "7"]]);
});

for (const damage of ["cut in its first line", "of another shape", "a folder"])
  test(`a finished job whose status is ${damage} is still known, from its journal`, async () => {
    await using here = await place("nbr damage");
    const client = await here.connect();
    const code = `if (frames[0] === 1) { write(1); frameLine(1); } process.exit(1);`;
    const { job } = await runJob(client, fakeJob(here, code, { range: "1-3", plan: { retries: 0 } }));
    const before = await client.job(job);
    assert.deepEqual([before.doneRanges, before.missingRanges], [["1"], ["2-3"]]);
    await client.shutdown({ force: false });
    await damages[damage]?.(join(here.state, "jobs", job, "status.json"));
    const next = await here.connect();
    const over = async (): Promise<JobStatus> => {
      const status = await next.job(job);
      if (status.state.kind === "done") return status;
      await nextEvent(next, ({ type }) => type === "finished" || type === "progress");
      return over();
    };
    await next.watch({ jobs: [job], lines: false });
    const { state, doneRanges, missingRanges } = await over();
    const outcome = { kind: "done", outcome: "abandoned" };
    assert.deepEqual([state, doneRanges, missingRanges], [outcome, ["1"], ["2-3"]]);
    assert.match(
      (await next.notices()).map(({ text }) => text).join("\n"),
      /status\.json (?:is damaged|belongs to another job)/u,
    );
  });

for (const damage of ["a folder", "gone", "garbage"])
  test(`logs of Nukes that are ${damage}: no frame is lost, and no Nuke goes on unobserved`, async () => {
    await using here = await place("nbr damage");
    const { job, folder, pids } = await killed(here);
    const nukes = pids.flatMap((pid) => pid);
    const list = await listProcesses();
    const before = nukes.flatMap((pid) => list.get(pid) ?? []);
    for (const name of ["chunk-001.out", "chunk-001.err", "chunk-002.out"])
      await damages[damage]?.(join(folder, name));
    const next = await here.connect();
    assert.equal((await next.job(job)).state.kind, "running");
    const over = nextEvent(next, ({ type }) => type === "finished");
    await next.watch({ jobs: [job], lines: false });
    await next.cancel({ job });
    const event = await over;
    assert.ok(event.type === "finished");
    assert.deepEqual(
      [event.framesDone, event.framesMissing],
      [
        ["1", "7"],
        ["2-6", "8-24"],
      ],
    );
    assert.ok(!before.some((nuke) => isAlive(nuke)));
  });

const stateFiles = [
  "keeping.json",
  "limits.json",
  "history.json",
  "service.lock",
  "service.sock",
  "service.log",
];
for (const damage of ["empty", "of another shape", "a folder"])
  test(`every file of the state folder is ${damage}: the service starts, renders, says so and ends`, async () => {
    await using here = await place("nbr damage");
    const first = await here.connect();
    await first.configure({ historyDays: 3, maxParallel: 2 });
    await runJob(first, fakeJob(here, renderAll, { range: "1-2" }));
    await kill(first);
    for (const name of stateFiles) {
      const file = join(here.state, name);
      await rm(file, { force: true });
      await writeFile(file, "");
      await damages[damage]?.(file);
      const old = Date.now() / 1000 - 60;
      await utimes(file, old, old);
    }
    const next = await here.connect();
    const { outcome } = await runJob(next, fakeJob(here, renderAll, { range: "1-2" }));
    assert.equal(outcome, "complete");
    const said = (await next.notices()).map(({ text }) => text).join("\n");
    for (const name of ["keeping.json", "limits.json", "history.json"])
      assert.match(said, new RegExp(`${name} is damaged .* set aside`, "u"));
    // What cannot be removed keeps it from nothing.
    await next.configure({ maxParallel: 3 });
    await rm(join(here.state, "limits.json"));
    await rm(join(here.state, "service.sock"));
    for (const name of ["limits.json", "service.sock"])
      await mkdir(join(here.state, name, "inner"), { recursive: true });
    await next.shutdown({ force: false });
    assert.ok(!(await readdir(here.state)).includes("service.lock"));
  });

test("a file where the folder of all jobs should be is set aside", async () => {
  await using here = await place("nbr damage");
  await mkdir(here.state, { recursive: true, mode: 0o700 });
  await writeFile(join(here.state, "jobs"), "no folder");
  const client = await here.connect();
  assert.equal(exitCodeOf(await runJob(client, fakeJob(here, renderAll, { range: "1" }))), 0);
});
