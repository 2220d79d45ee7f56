/** The disk becomes full or read-only at some moment, and recovers at another; or it stays so. */
import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fakeJob, place } from "../service/fake-nuke.ts";
import { smallDisk } from "../service/small-disk.ts";
import { type Scenario, over, requireAccounted } from "./scenario.ts";
import { exitCodeOf } from "../job-facts.ts";

const quick = { NUKE_RENDER_OUTPUT_RETRY_SECONDS: "0.1", NUKE_RENDER_OUTPUT_WAIT_SECONDS: "20" };
const MB = 1024 * 1024;
const shape = { range: "1-12", chunks: ["1-4", "5-8", "9-12"], parallel: 2 };

/** A frame that cannot be written is an error, as Nuke tells it, and the end. */
const heavy = `
  for (const f of frames) {
    await sleep(5 + (f * 7) % 20);
    try { fs.writeFileSync(file(f), Buffer.alloc(100 * 1024, f)); }
    catch (error) { complain("[ 4:55.33] ERROR: Write1: " + error.message + "\\n"); total(); process.exit(1); }
    say("Writing " + file(f) + " took 0.01 seconds\\n"); frameLine(f);
  }
  total();`;

async function withDisk(
  random: () => number,
  trouble: (disk: { folder: string; readOnly(on: boolean): Promise<void> }) => Promise<() => Promise<void>>,
): Promise<void> {
  await using here = await place("nbr fault", quick);
  await using disk = await smallDisk(here.frames, 4, "frames on a disk that is full or read-only");
  if (disk === null) return;
  const client = await here.connect();
  const plan = { outputFile: join(disk.folder, "f.%04d.exr"), retries: 0 };
  const { job } = await client.submit(fakeJob(here, heavy, { ...shape, plan }), { watch: true });
  const ended = over(client, job);
  await sleep(random() * 300);
  const mend = await trouble(disk);
  await sleep(random() * 600);
  await mend();
  const status = await ended;
  await requireAccounted(here, status, 12);
  assert.equal(exitCodeOf(status), 0, status.missingRanges.join(" "));
}

export const fillDisk: Scenario = (random) =>
  withDisk(random, async ({ folder }) => {
    const ballast = join(folder, "ballast");
    // As much as there is room for.
    await writeFile(ballast, Buffer.alloc(4 * MB)).catch(() => undefined);
    return () => rm(ballast, { force: true });
  });

export const readOnlyDisk: Scenario = (random) =>
  withDisk(random, async (disk) => {
    // Refused while a file is being written; tried until it is not.
    while (
      await disk.readOnly(true).then(
        () => false,
        () => true,
      )
    )
      await sleep(2);
    return () => disk.readOnly(false);
  });

/** The disk of the service itself is full: journals and logs cannot be written, and the frames are still rendered. */
export const fillState: Scenario = async (random) => {
  await using here = await place("nbr fault", quick);
  await using disk = await smallDisk(here.state, 3, "a state folder on a disk that is full");
  if (disk === null) return;
  const client = await here.connect();
  const { job } = await client.submit(fakeJob(here, heavy, shape), { watch: true });
  const ended = over(client, job);
  await sleep(random() * 300);
  const ballast = join(disk.folder, "ballast");
  await writeFile(ballast, Buffer.alloc(3 * MB)).catch(() => undefined);
  await sleep(random() * 600);
  await rm(ballast, { force: true });
  const status = await ended;
  await requireAccounted(here, status, 12);
  assert.equal(exitCodeOf(status), 0, status.missingRanges.join(" "));
  // Before its disk is taken away, and with it the way to find it.
  await client.shutdown({ force: true });
};
