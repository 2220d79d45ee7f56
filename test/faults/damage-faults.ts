/** Files of the service and of its jobs are damaged, at any moment, also while the service is killed. */
import assert from "node:assert/strict";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseFrames } from "../../src/plan/frames/frames.ts";
import type { JobStatus } from "../../src/plan/job/events.ts";
import type { RenderServiceClient } from "../../src/render-service/client/client.ts";
import { runJob } from "../run-job.ts";
import { type Place, fakeJob, place, renderAll } from "../service/fake-nuke.ts";
import { warmJob } from "../service/fake-warm.ts";
import {
  type Random,
  type Scenario,
  kill,
  over,
  requireAccounted,
  requireNothingLeft,
  steadily,
} from "./scenario.ts";
import { exitCodeOf } from "../job-facts.ts";

const PLANNED = 24;
const shape = { range: `1-${PLANNED}`, chunks: ["1-8", "9-16", "17-24"], parallel: 2 };

/** What is left of a file. */
const damages: readonly ((file: string, random: Random) => void)[] = [
  (file) => truncateSync(file, 0),
  (file, random) => truncateSync(file, Math.floor(random() * lstatSync(file).size)),
  (file, random) => {
    const bytes = readFileSync(file);
    const from = Math.floor(random() * bytes.length);
    for (let at = from; at < Math.min(bytes.length, from + 64); at++) bytes[at] = Math.floor(random() * 256);
    writeFileSync(file, bytes);
  },
  (file) => writeFileSync(file, "[]"),
  (file) => rmSync(file),
  (file) => {
    rmSync(file);
    mkdirSync(join(file, "inner"), { recursive: true });
  },
];

/** Damages one file of the state folder, or of a job, that is there now. */
function damageOne(here: Place, random: Random): string {
  const folders = [here.state, ...jobFolders(here)];
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      // A service's own log is written by the client that starts it; a socket and what was set aside are no files of state.
      .filter((one) => one.isFile() && !one.name.includes(".damaged-"))
      .map(({ name }) => join(folder, name)),
  );
  const file = files[Math.floor(random() * files.length)];
  if (file === undefined) return "nothing";
  try {
    damages[Math.floor(random() * damages.length)]?.(file, random);
    const old = Date.now() / 1000 - 60;
    if (file.endsWith("service.lock")) utimesSync(file, old, old);
    if (lstatSync(file).isFile()) chmodSync(file, 0o600);
  } catch {
    // It went in that very moment.
  }
  return file;
}

function jobFolders({ state }: Place): string[] {
  try {
    const jobs = join(state, "jobs");
    return readdirSync(jobs, { withFileTypes: true })
      .filter((one) => one.isDirectory() && !one.name.startsWith("."))
      .map(({ name }) => join(jobs, name));
  } catch {
    return [];
  }
}

/** Each damage at a different moment, before and after a kill of the service. */
export const damageState: Scenario = async (random) => {
  // A Nuke that is open and whose log was removed is never heard again: the watchdog ends it.
  await using here = await place("nbr fault", { NUKE_RENDER_SILENCE_SECONDS: "5" });
  const damaged: string[] = [];
  let client = await here.connect();
  await client.configure({ historyDays: 5, maxParallel: 2 });
  const asked =
    random() < 0.3
      ? warmJob(here, "await sleep(5 + (frame * 7) % 20); write(frame);", {
          ...shape,
          chunks: ["1-12", "13-24"],
        })
      : fakeJob(here, steadily, shape);
  const { job } = await client.submit(asked);
  for (let times = 0; times < 3; times++) {
    await sleep(random() * 150);
    if (random() < 0.5) damaged.push(damageOne(here, random));
    await kill(client);
    if (random() < 0.7) damaged.push(damageOne(here, random));
    client = await here.connect();
  }
  const status = await settled(client, job);
  const what = `after damage to ${damaged.map((file) => file.slice(here.state.length + 1)).join(", ")}`;
  assert.ok(status, `the job is listed ${what}`);
  if (status.state.kind === "done") await requireAccounted(here, status, PLANNED);
  else requireNamed(status, what);
  // The service is as good as ever.
  const other = await runJob(client, fakeJob(here, renderAll, { range: "101-103" }));
  assert.equal(exitCodeOf(other), 0, what);
  if (status.state.kind !== "done") await client.cancel({ job });
  await client.shutdown({ force: true });
  await requireNothingLeft(here);
};

/** How a job ended, or that it cannot go on. */
async function settled(client: RenderServiceClient, job: string): Promise<JobStatus | undefined> {
  const known = (await client.jobs()).find((one) => one.job === job);
  if (known === undefined || known.damaged !== null) return known;
  return over(client, job);
}

/** Frames of a damaged job: those that are named as done are on disk, and all of the plan are named where anything tells the plan. */
function requireNamed({ damaged, doneRanges, missingRanges, frameCount }: JobStatus, what: string): void {
  assert.ok(damaged, what);
  const frames = (ranges: readonly string[]): readonly number[] =>
    ranges.length === 0 ? [] : parseFrames(ranges.join(" ")).frames;
  const named = [...frames(doneRanges), ...frames(missingRanges)];
  assert.equal(new Set(named).size, named.length, what);
  assert.equal(named.length, frameCount, what);
  assert.ok(frameCount === PLANNED || what.includes("job.json"), `${frameCount} frames are named ${what}`);
}
