/** A service that is killed: what it had promised is kept by the next one. */
import assert from "node:assert/strict";
import { appendFile, readFile, readdir, writeFile, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { JobStatus, RenderEvent } from "../../src/plan/job/events.ts";
import type { RenderServiceClient } from "../../src/render-service/client/client.ts";
import { type ProcessInfo, isAlive, listProcesses } from "../../src/render-service/process/process-list.ts";
import { type EventOf, type JobShape, type Place, fakeJob, place } from "./fake-nuke.ts";
import { exitCodeOf } from "../job-facts.ts";
import { stateWord } from "../../src/cli/status-json.ts";

/** Notes every frame it renders; behind the first frame of a range it waits to be let go. */
const noted = `
  for (const f of frames) {
    fs.appendFileSync(path.join(out, "rendered"), f + "\\n");
    write(f); frameLine(f);
    while (!fs.existsSync(path.join(out, "go"))) await sleep(20);
  }
  total();`;

async function kill(client: RenderServiceClient): Promise<void> {
  const gone = new Promise<void>((resolve) => client.onClosed(resolve));
  process.kill(client.hello.pid, "SIGKILL");
  await gone;
}

/** Collects a client's events; `until` resolves when enough have come. */
function collect(client: RenderServiceClient): {
  events: RenderEvent[];
  until: (enough: (events: readonly RenderEvent[]) => boolean) => Promise<void>;
} {
  const events: RenderEvent[] = [];
  return {
    events,
    until: (enough) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!enough(events)) return;
          listener.dispose();
          resolve();
        };
        const listener = client.onEvent((event) => {
          events.push(event);
          look();
        });
      }),
  };
}

async function gone(process: ProcessInfo): Promise<void> {
  while (isAlive(process)) await sleep(20);
}

const framesIn = (events: readonly RenderEvent[]): number[] =>
  events.flatMap((event) => (event.type === "frame-done" ? [event.frame] : []));
const isFinished = (event: RenderEvent): event is EventOf<"finished"> => event.type === "finished";

async function finish(
  here: Place,
  client: RenderServiceClient,
): Promise<EventOf<"finished"> & { readonly told: number[] }> {
  const { events, until } = collect(client);
  const over = until((all) => all.some(isFinished));
  await client.watch({ jobs: "all", lines: false });
  await writeFile(join(here.frames, "go"), "");
  await over;
  const finished = events.find(isFinished);
  assert.ok(finished);
  return { ...finished, told: framesIn(events).sort((a, b) => a - b) };
}

/** Resolves with how a job ended, whether it is over already or not. */
async function over(client: RenderServiceClient, job: string): Promise<JobStatus> {
  const { until, events } = collect(client);
  const ended = (event: RenderEvent): boolean =>
    (event.type === "progress" || event.type === "finished") &&
    event.job === job &&
    event.status.state.kind === "done";
  const done = until((all) => all.some(ended));
  await client.watch({ jobs: [job], lines: false });
  await done;
  assert.ok(events.some(ended));
  return client.job(job);
}

const pidsIn = (events: readonly RenderEvent[]): number[] =>
  events.flatMap((event) => (event.type === "chunk-started" ? [event.pid] : []));

async function renderedIn(here: Place): Promise<number[]> {
  const text = await readFile(join(here.frames, "rendered"), "utf8");
  return text
    .trim()
    .split("\n")
    .map(Number)
    .sort((a, b) => a - b);
}

const journalOf = (here: Place, job: string): string => join(here.state, "jobs", job, "journal.jsonl");

/** Starts a job and waits for a number of frames. */
async function begin(
  here: Place,
  shape: JobShape,
  frames: number,
): Promise<{ client: RenderServiceClient; job: string; nukes: ProcessInfo[]; events: RenderEvent[] }> {
  const client = await here.connect();
  const { events, until } = collect(client);
  const enough = until((all) => framesIn(all).length === frames);
  const { job } = await client.submit(fakeJob(here, noted, shape), { watch: true });
  await enough;
  const list = await listProcesses();
  return { client, job, nukes: pidsIn(events).flatMap((pid) => list.get(pid) ?? []), events };
}

test("killed in the middle, twice: its Nukes are taken over, and no frame is rendered twice", async () => {
  await using here = await place();
  const shape = { range: "1-8", chunks: ["1-4", "5-8"], parallel: 2 };
  const { client: first, job, nukes } = await begin(here, shape, 2);
  assert.equal(nukes.length, 2);
  await kill(first);
  assert.ok(
    nukes.every((nuke) => isAlive(nuke)),
    "Nukes outlive their service",
  );

  const second = await here.connect();
  const status = await second.job(job);
  assert.deepEqual([status.state.kind, status.framesDone, status.running], ["running", 2, 2]);
  assert.deepEqual(
    new Set(status.chunks.map(({ pid }) => pid)),
    new Set(nukes.map(({ pid }) => pid)),
    "the very same Nukes",
  );
  await kill(second);

  const third = await here.connect();
  const finished = await finish(here, third);
  assert.ok(!nukes.some((nuke) => isAlive(nuke)));
  assert.deepEqual([finished.job, finished.framesDone, exitCodeOf(finished)], [job, ["1-8"], 0]);
  assert.deepEqual(
    finished.status.chunks.map(({ verdict }) => verdict),
    ["done", "done"],
  );
  assert.deepEqual(finished.told, [2, 3, 4, 6, 7, 8], "nobody is told twice");
  assert.deepEqual(await renderedIn(here), [1, 2, 3, 4, 5, 6, 7, 8]);
  const kept = await readdir(join(here.state, "jobs", job));
  assert.ok(
    kept.includes("status.json") && !kept.includes("environment.json"),
    "its environment is not kept",
  );
  assert.ok((await third.lines({ job, chunk: 0 })).lines.some((line) => line.startsWith("Frame 3 ")));
});

test("killed before the start of a Nuke was recorded: it is still found and taken over", async () => {
  if (process.platform !== "linux") return console.log("UNTESTED HERE: unrecorded Nukes (needs /proc)");
  await using here = await place();
  const { client, job, nukes } = await begin(here, { range: "1-3" }, 1);
  await kill(client);
  const lines = (await readFile(journalOf(here, job), "utf8")).split("\n");
  const starting = lines.findIndex((line) => line.includes('"is":"starting"'));
  await writeFile(journalOf(here, job), `${lines.slice(0, starting + 1).join("\n")}\n{"is":"star`);
  const next = await here.connect();
  assert.ok(nukes.every((nuke) => isAlive(nuke)));
  const finished = await finish(here, next);
  assert.deepEqual([finished.framesDone, exitCodeOf(finished)], [["1-3"], 0]);
  assert.deepEqual(await renderedIn(here), [1, 2, 3]);
});

test("a Nuke that ended while no service ran: what it had done counts, the rest is rendered", async () => {
  await using here = await place();
  const { client, nukes } = await begin(here, { range: "1-4" }, 1);
  await kill(client);
  for (const { pid } of nukes) process.kill(pid, "SIGKILL");
  const next = await here.connect();
  const finished = await finish(here, next);
  assert.deepEqual([finished.framesDone, exitCodeOf(finished)], [["1-4"], 0]);
  assert.deepEqual(await renderedIn(here), [1, 2, 3, 4]);
  assert.deepEqual(
    finished.status.chunks.map(({ verdict }) => verdict),
    ["unobserved", "done"],
  );
  assert.deepEqual(finished.told, [2, 3, 4]);
});

test("a movie whose Nuke ended well while no service ran is not rendered again", async () => {
  await using here = await place();
  const client = await here.connect();
  const code = `fs.writeFileSync(path.join(out, "all.mov"), "movie");
    for (const f of frames) { say("Writing " + path.join(out, "all.mov") + " took 0.01 seconds\\n"); frameLine(f); }
    fs.appendFileSync(path.join(out, "rendered"), "1\\n");
    while (!fs.existsSync(path.join(out, "go"))) await sleep(20);
    total();`;
  const { until, events } = collect(client);
  const enough = until((all) => all.some((e) => e.type === "progress" && e.status.framesDone === 3));
  const { job } = await client.submit(fakeJob(here, code, { range: "1-3", movie: true }), { watch: true });
  await enough;
  const nuke = (await listProcesses()).get(pidsIn(events)[0] ?? 0);
  assert.ok(nuke);
  await kill(client);
  await writeFile(join(here.frames, "go"), "");
  await gone(nuke);
  const next = await here.connect();
  const finished = await over(next, job);
  assert.deepEqual([finished.doneRanges, exitCodeOf(finished)], [["1-3"], 0]);
  assert.deepEqual(await renderedIn(here), [1]);
});

test("a cancelled job whose service was killed stays cancelled", async () => {
  await using here = await place();
  const { client, job, nukes } = await begin(here, { range: "1-4", chunks: ["1-2", "3-4"] }, 1);
  process.kill(client.hello.pid, "SIGSTOP");
  const answered = client.cancel({ job }).catch(() => undefined);
  process.kill(client.hello.pid, "SIGCONT");
  await answered;
  await kill(client);
  const next = await here.connect();
  const status = await over(next, job);
  assert.deepEqual([exitCodeOf(status), status.doneRanges, status.missingRanges], [130, ["1"], ["2-4"]]);
  assert.ok(!nukes.some((nuke) => isAlive(nuke)));
});

test("after a restart of the machine a job is interrupted, and continues when it is resumed", async () => {
  if (process.platform !== "linux") return console.log("UNTESTED HERE: restarts (needs a boot id)");
  await using here = await place();
  const { client, job, nukes } = await begin(here, { range: "1-3" }, 1);
  await kill(client);
  for (const { pid } of nukes) process.kill(pid, "SIGKILL");
  const text = await readFile(journalOf(here, job), "utf8");
  await writeFile(journalOf(here, job), text.replaceAll(/"boot":"[^"]*"/gu, `"boot":"another"`));
  const next = await here.connect();
  const { until } = collect(next);
  const quiet = until((all) => all.some((e) => e.type === "progress" && e.status.running === 0));
  await next.watch({ jobs: "all", lines: false });
  await quiet;
  const status = await next.job(job);
  assert.deepEqual([stateWord(status.state), status.framesDone, status.running], ["interrupted", 1, 0]);
  await kill(next);
  const again = await here.connect();
  assert.equal(stateWord((await again.job(job)).state), "interrupted", "also with the next service");
  await writeFile(join(here.frames, "go"), "");
  const ended = over(again, job);
  await again.resume({ job });
  const { state, doneRanges } = await ended;
  assert.deepEqual([state, doneRanges], [{ kind: "done", outcome: "complete" }, ["1-3"]]);
  assert.deepEqual(await renderedIn(here), [1, 2, 3]);
});

test("a service that is asked to end, as when the machine is shut down, keeps its jobs", async () => {
  await using here = await place();
  const { client, job, nukes } = await begin(here, { range: "1-3" }, 1);
  const gone = new Promise<void>((resolve) => client.onClosed(resolve));
  process.kill(client.hello.pid, "SIGTERM");
  await gone;
  assert.ok(!nukes.some((nuke) => isAlive(nuke)), "its Nukes end with it");
  const next = await here.connect();
  assert.equal(stateWord((await next.job(job)).state), "interrupted");
  await writeFile(join(here.frames, "go"), "");
  const ended = over(next, job);
  await next.resume({ job });
  assert.deepEqual((await ended).doneRanges, ["1-3"]);
  assert.deepEqual(await renderedIn(here), [1, 2, 3]);
});

test("a folder whose journal never got its name is that of a job that was never accepted", async () => {
  await using here = await place();
  const { client, job, nukes } = await begin(here, { range: "1-3" }, 1);
  await kill(client);
  for (const { pid } of nukes) process.kill(pid, "SIGKILL");
  const never = join(here.state, "jobs", "never-Write1-0000");
  await mkdir(never);
  await rename(journalOf(here, job), join(never, "journal.jsonl.new"));
  await rm(join(here.state, "jobs", job), { recursive: true });
  const next = await here.connect();
  assert.deepEqual(await next.jobs(), []);
  assert.deepEqual(await readdir(join(here.state, "jobs")), []);
});

test("unreadable lines do not keep a job from finishing", async () => {
  await using here = await place();
  const { client, job } = await begin(here, { range: "1-3" }, 1);
  await kill(client);
  await appendFile(journalOf(here, job), `\0\0\0\n{"is":"unheard of"}\n{"is":"done"`);
  const next = await here.connect();
  const finished = await finish(here, next);
  assert.deepEqual([finished.framesDone, exitCodeOf(finished)], [["1-3"], 0]);
  assert.deepEqual(await renderedIn(here), [1, 2, 3]);
});
