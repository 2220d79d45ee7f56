/** One file, one writer: no two jobs write the same file unless a user decided so, and a submit that is repeated is one job. */
import assert from "node:assert/strict";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { RenderJob } from "../../src/plan/job/job.ts";
import type { RenderServiceClient } from "../../src/render-service/client/client.ts";
import { submitJob } from "../../src/render-service/client/submit-job.ts";
import { OutputConflictError } from "../../src/render-service/protocol/errors.ts";
import { type JobShape, type Place, fakeJob, nextEvent, pauseWhole, place, renderAll } from "./fake-nuke.ts";
import { dieBeforeAnswer } from "./dying-service.ts";
import { exitCodeOf } from "../job-facts.ts";

/** Waits with its first frame for the file `go`. */
const onCommand = `while (!fs.existsSync(path.join(out, "go"))) await sleep(10); ${renderAll}`;

function jobOf(here: Place, shape: Partial<JobShape> = {}, code = onCommand): RenderJob {
  const plan = { outputFile: join(here.frames, "f.%04d.exr"), ...shape.plan };
  return fakeJob(here, code, { range: "1-4", ...shape, plan });
}

async function refused(submit: Promise<unknown>): Promise<OutputConflictError> {
  return submit.then(
    () => assert.fail("it was accepted"),
    (error: unknown) => {
      assert.ok(error instanceof OutputConflictError, String(error));
      assert.equal(error.reason, "being-rendered");
      return error;
    },
  );
}

async function endOf(client: RenderServiceClient, job: string): Promise<number> {
  const end = nextEvent(
    client,
    (event) =>
      event.job === job &&
      (event.type === "finished" || (event.type === "progress" && event.status.state.kind === "done")),
  );
  await client.watch({ jobs: [job], lines: false });
  const event = await end;
  assert.ok(event.type === "finished" || event.type === "progress");
  return exitCodeOf(event.status) ?? -1;
}

async function go(here: Place): Promise<void> {
  await writeFile(join(here.frames, "go"), "");
}

test("a second render of the same frames is refused, with the job, the frames and what can be done", async () => {
  await using here = await place();
  const client = await here.connect();
  const { job } = await client.submit(jobOf(here));
  const { message, conflicts } = await refused(client.submit(jobOf(here, { range: "3-9" })));
  assert.deepEqual(
    conflicts.map((one) => [one.job, one.frames, one.elsewhere]),
    [[job, "3-4", null]],
  );
  for (const way of [`nbr ps ${job}`, `--after ${job}`, `nbr cancel ${job}`, "--ignore being-rendered"])
    assert.ok(message.includes(way), message);
  assert.equal((await client.jobs()).length, 1);
  assert.equal((await readdir(join(here.state, "jobs"))).length, 1, "nothing is left of the refused one");
  const other = await client.submit(jobOf(here, { range: "5-9" }));
  const elsewhere = jobOf(here, { plan: { outputFile: join(here.folder, "other", "f.%04d.exr") } });
  await client.submit(elsewhere);
  await go(here);
  assert.equal(await endOf(client, job), 0);
  assert.equal(await endOf(client, other.job), 0);
  await client.submit(jobOf(here));
});

test("through a link, another spelling and another Write it is the same file", async () => {
  await using here = await place();
  const client = await here.connect();
  await client.submit(jobOf(here));
  await symlink(here.frames, join(here.folder, "linked"));
  const plan = {
    outputFile: join("linked", "f.####.exr"),
    write: "Write2",
    script: join(here.folder, "b.nk"),
  };
  const { conflicts } = await refused(client.submit(jobOf(here, { plan })));
  assert.deepEqual(
    conflicts.map(({ frames }) => frames),
    ["1-4"],
  );
});

test("of twelve renders that are submitted at once, over several connections, one is accepted", async () => {
  await using here = await place();
  const clients = await Promise.all(Array.from({ length: 4 }, () => here.connect()));
  const results = await Promise.allSettled(
    Array.from({ length: 12 }, (_, index) => {
      const client = clients[index % clients.length];
      assert.ok(client);
      return client.submit(jobOf(here));
    }),
  );
  const accepted = results.filter(({ status }) => status === "fulfilled");
  assert.equal(accepted.length, 1);
  const [client] = clients;
  const jobs = (await client?.jobs()) ?? [];
  assert.equal(jobs.length, 1);
  for (const result of results)
    if (result.status === "rejected") {
      assert.ok(result.reason instanceof OutputConflictError, String(result.reason));
      assert.deepEqual(
        result.reason.conflicts.map(({ job }) => job),
        [jobs[0]?.job],
      );
    }
});

test("one that waits for the other, also by way of a third, is accepted; and one that ignores it", async () => {
  await using here = await place();
  const client = await here.connect();
  const first = await client.submit(jobOf(here));
  const second = await client.submit({ ...jobOf(here), after: [first.job] });
  const third = await client.submit({ ...jobOf(here), after: [second.job] });
  const { conflicts } = await refused(client.submit({ ...jobOf(here), after: [second.job] }));
  assert.deepEqual(
    conflicts.map(({ job }) => job),
    [third.job],
  );
  const anyway = await client.submit({ ...jobOf(here), ignore: ["being-rendered"] });
  await go(here);
  for (const { job } of [first, second, third, anyway]) assert.equal(await endOf(client, job), 0);
});

test("a cancelled render gives its files free when it is over", async () => {
  await using here = await place();
  const client = await here.connect();
  const { job } = await client.submit(jobOf(here));
  await client.cancel({ job });
  assert.equal(await endOf(client, job), 130);
  await client.submit(jobOf(here));
});

test("paused and interrupted renders keep their files, and go on only when nothing else writes them", async () => {
  await using here = await place();
  const first = await here.connect();
  const { job } = await first.submit(jobOf(here), { watch: true });
  await pauseWhole(first, job);
  await refused(first.submit(jobOf(here)));
  const gone = new Promise<void>((resolve) => first.onClosed(resolve));
  process.kill(first.hello.pid, "SIGTERM");
  await gone;

  const client = await here.connect();
  await refused(client.submit(jobOf(here)));
  const other = await client.submit({ ...jobOf(here), ignore: ["being-rendered"] });
  const { conflicts, message } = await refused(client.resume({ job }));
  assert.deepEqual(
    conflicts.map((one) => one.job),
    [other.job],
  );
  assert.match(message, new RegExp(`nbr resume ${job} --ignore being-rendered`, "u"));
  await go(here);
  assert.equal(await endOf(client, other.job), 0);
  await client.resume({ job });
  assert.equal(await endOf(client, job), 0);
});

test("names that only Nuke can tell: the same Write of the same script is refused", async () => {
  await using here = await place();
  const client = await here.connect();
  const unknown = (write: string): RenderJob => {
    const { ignore: _, ...job } = fakeJob(here, onCommand, { range: "1-4", plan: { write } });
    return job;
  };
  await client.submit(unknown("Write1"));
  await refused(client.submit(unknown("Write1")));
  await client.submit(unknown("Write2"));
});

test("a submit that is repeated is the same job, while it renders, when it is over and for the next service", async () => {
  await using here = await place();
  const first = await here.connect();
  const asked = { ...jobOf(here), submission: "this one and no other" };
  const [one, two] = await Promise.all([first.submit(asked), first.submit(asked)]);
  assert.equal(one.job, two.job);
  await go(here);
  assert.equal(await endOf(first, one.job), 0);
  await first.shutdown({ force: false });

  const second = await here.connect();
  const told = nextEvent(second, ({ type }) => type === "finished");
  const three = await second.submit(asked, { watch: true });
  assert.equal(three.job, one.job);
  const end = await told;
  assert.ok(end.type === "finished" && exitCodeOf(end) === 0 && end.job === one.job);
  assert.equal((await second.jobs()).length, 1);
  await second.forget(one);
  assert.notEqual((await second.submit(asked)).job, one.job, "a job that is forgotten is rendered again");
});

test("a submit that was refused may be handed in again under its name", async () => {
  await using here = await place();
  const client = await here.connect();
  const { job } = await client.submit(jobOf(here));
  const again = { ...jobOf(here), submission: "again" };
  await refused(client.submit(again));
  await go(here);
  assert.equal(await endOf(client, job), 0);
  await client.submit(again);
});

test("a service that dies between accepting and answering: the submit is repeated and there is one job", async () => {
  await using here = await place();
  await mkdir(here.folder, { recursive: true });
  const runtime = await dieBeforeAnswer(here.folder);
  const pids = new Set<number>();
  let open: RenderServiceClient | null = null;
  const connect = async (): Promise<RenderServiceClient> => {
    open ??= await here.connect({ runtime });
    const client = open;
    client.onClosed(() => (open = open === client ? null : open));
    pids.add(client.hello.pid);
    return client;
  };
  const { job, client } = await submitJob(connect, jobOf(here, {}, renderAll), { watch: true });
  assert.equal(pids.size, 2, "the first service died");
  assert.equal(await endOf(client, job), 0);
  assert.deepEqual(
    (await client.jobs()).map((one) => one.job),
    [job],
  );
});
