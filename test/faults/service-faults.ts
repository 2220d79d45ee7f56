/** The service dies. */
import assert from "node:assert/strict";
import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RenderJob } from "../../src/plan/job/job.ts";
import { type Place, fakeJob, place } from "../service/fake-nuke.ts";
import { warmJob } from "../service/fake-warm.ts";
import {
  type Random,
  type Scenario,
  kill,
  over,
  renderedIn,
  requireAccounted,
  steadily,
} from "./scenario.ts";
import { exitCodeOf } from "../job-facts.ts";

const shape = { range: "1-12", chunks: ["1-4", "5-8", "9-12"], parallel: 2 };

/** Killed at any moment, some of them while a job is handed in: what was promised is kept, and no frame is rendered twice. */
async function killAnywhere(random: Random, jobFor: (here: Place) => RenderJob): Promise<void> {
  await using here = await place("nbr fault");
  const asked = { ...jobFor(here), submission: "one and the same" };
  let job: string | null = null;
  for (let kills = 0; ; kills++) {
    const client = await here.connect();
    const submitted: Promise<string | null> =
      job === null ? client.submit(asked).then((answer) => answer.job) : Promise.resolve(job);
    // A service that dies before it has promised has promised nothing.
    const handedIn = submitted.catch(() => null);
    if (kills < 4) {
      await sleep(random() * (kills === 0 ? 60 : 250));
      await kill(client);
      job = (await handedIn) ?? job;
      continue;
    }
    job = await submitted;
    assert.ok(job);
    const status = await over(client, job);
    const jobs = await client.jobs();
    assert.equal(jobs.length, 1, "one that was handed in again is the same job");
    await requireAccounted(here, status, 12);
    assert.equal(exitCodeOf(status), 0);
    const counts = await renderedIn(here);
    for (let frame = 1; frame <= 12; frame++) assert.equal(counts.get(frame), 1, `frame ${frame}`);
    assert.doesNotMatch(await readFile(join(here.state, "service.log"), "utf8"), /unexpected/u);
    return;
  }
}

export const killService: Scenario = (random) =>
  killAnywhere(random, (here) => fakeJob(here, steadily, shape));

/** The same, with Nukes that stay open and take frames over from each other. */
export const killWarmService: Scenario = (random) =>
  killAnywhere(random, (here) =>
    warmJob(here, "await sleep(5 + (frame * 7) % 20); write(frame);", { ...shape, chunks: ["1-6", "7-12"] }),
  );

/** Killed, and its journal cut at any byte, as by a machine that lost power: what the rest tells is true. */
export const cutJournal: Scenario = async (random) => {
  await using here = await place("nbr fault");
  const client = await here.connect();
  const { job } = await client.submit(fakeJob(here, steadily, shape));
  await sleep(random() * 400);
  await kill(client);
  const file = join(here.state, "jobs", job, "journal.jsonl");
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  const accepted = bytes.indexOf(0x0a) + 1;
  await truncate(file, accepted + Math.floor(random() * (bytes.length - accepted + 1)));
  const next = await here.connect();
  const status = await over(next, job);
  await requireAccounted(here, status, 12);
  assert.equal(exitCodeOf(status), 0);
};

/** Told to end, as at a shutdown, at any moment: its jobs wait, and are whole when they are resumed. */
export const endService: Scenario = async (random) => {
  await using here = await place("nbr fault");
  const client = await here.connect();
  const { job } = await client.submit(fakeJob(here, steadily, shape));
  await sleep(random() * 400);
  const gone = new Promise<void>((resolve) => client.onClosed(resolve));
  process.kill(client.hello.pid, "SIGTERM");
  await gone;
  const next = await here.connect();
  const { state } = await next.job(job);
  const interrupted = state.kind === "paused" && state.by === "interruption";
  assert.ok(interrupted || state.kind === "done", state.kind);
  if (interrupted) await next.resume({ job });
  const status = await over(next, job);
  await requireAccounted(here, status, 12);
  assert.equal(exitCodeOf(status), 0);
};

/**
 * The machine's clock is set back or forward an hour while it renders, by what the service and its Nukes see of it: silence, waiting and
 * the age of files are not measured by it.
 */
export const setClock: Scenario = async (random) => {
  await using here = await place("nbr fault", { NUKE_RENDER_SILENCE_SECONDS: "30" });
  const shift = random() < 0.5 ? -3_600_000 : 3_600_000;
  const mark = join(here.folder, "clock is set");
  const preload = join(here.folder, "clock.mjs");
  await writeFile(
    preload,
    `import fs from "node:fs";
     const real = Date.now.bind(Date);
     Date.now = () => real() + (fs.existsSync(${JSON.stringify(mark)}) ? ${shift} : 0);`,
  );
  const runtime = join(here.folder, "node");
  await writeFile(runtime, `#!/bin/sh\nexec "${process.execPath}" --import "${preload}" "$@"\n`, {
    mode: 0o755,
  });
  const client = await here.connect({ runtime: { path: runtime } });
  // Files bear the time of the clock, too.
  const code = steadily.replace(
    "write(f);",
    `write(f);
     if (fs.existsSync(${JSON.stringify(mark)})) {
       const time = (Date.now() + ${shift}) / 1000;
       fs.utimesSync(file(f), time, time);
     }`,
  );
  const { job } = await client.submit(fakeJob(here, code, shape), { watch: true });
  await sleep(random() * 300);
  await writeFile(mark, "");
  const status = await over(client, job);
  await requireAccounted(here, status, 12);
  assert.equal(exitCodeOf(status), 0);
  for (const [frame, times] of await renderedIn(here)) assert.equal(times, 1, `frame ${frame}`);
};
