/** What every fault ends with: frames on disk = frames planned, or the missing ones named; no process left. */
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Random as Numbers } from "../../scripts/lib/random.ts";
import type { JobStatus, RenderEvent } from "../../src/plan/job/events.ts";
import type { RenderServiceClient } from "../../src/render-service/client/client.ts";
import { JOB_FOLDER_VARIABLE } from "../../src/render-service/process/environment.ts";
import { listProcesses } from "../../src/render-service/process/process-list.ts";
import type { Place } from "../service/fake-nuke.ts";
import { exitCodeOf } from "../job-facts.ts";

/** A number from 0 to 1, the same ones for the same seed. */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  const source = new Numbers(seed);
  return () => source.below(1_000_000) / 1_000_000;
}

/** Renders for real; throws when what it promises is not so. Every moment is taken from `random`. */
export type Scenario = (random: Random) => Promise<void>;

/** Each frame takes some milliseconds, and is written down when its file is whole. */
export const steadily = `
  for (const f of frames) {
    await sleep(5 + (f * 7) % 20);
    write(f);
    fs.appendFileSync(path.join(out, "rendered"), f + "\\n");
    frameLine(f);
  }
  total();`;

/** How often each frame was rendered. */
export async function renderedIn({ frames }: Place): Promise<ReadonlyMap<number, number>> {
  const text = await readFile(join(frames, "rendered"), "utf8").catch(() => "");
  const counts = new Map<number, number>();
  for (const frame of text.trim().split("\n").filter(Boolean).map(Number))
    counts.set(frame, (counts.get(frame) ?? 0) + 1);
  return counts;
}

export async function kill(client: RenderServiceClient): Promise<void> {
  const gone = new Promise<void>((resolve) => client.onClosed(resolve));
  process.kill(client.hello.pid, "SIGKILL");
  await gone;
}

/** Resolves when a job is over, also when it is already; rejects when the service goes. */
export function over(client: RenderServiceClient, job: string): Promise<JobStatus> {
  return new Promise((resolve, reject) => {
    const take = (event: RenderEvent): void => {
      if (event.type !== "progress" && event.type !== "finished") return;
      if (event.job === job && event.status.state.kind === "done") resolve(event.status);
    };
    client.onEvent(take);
    client.onClosed(() => reject(new Error("the service went away")));
    client.watch({ jobs: [job], lines: false }).catch(reject);
  });
}

/** Resolves with the first event that fits, from any job. */
export function first<Type extends RenderEvent["type"]>(
  client: RenderServiceClient,
  type: Type,
): Promise<Extract<RenderEvent, { type: Type }>> {
  return new Promise((resolve) => {
    const listener = client.onEvent((event) => {
      if (event.type !== type) return;
      listener.dispose();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its type was just compared
      resolve(event as Extract<RenderEvent, { type: Type }>);
    });
  });
}

/** Every planned frame is on disk or reported as missing; nothing of the job is running. */
export async function requireAccounted(here: Place, status: JobStatus, planned: number): Promise<void> {
  const onDisk = (await readdir(here.frames)).filter((name) => name.endsWith(".exr")).length;
  const ranges = (texts: readonly string[]): number[] =>
    texts.flatMap((text) => {
      const [first = 0, last = first] = text.split("x")[0]?.split("-").map(Number) ?? [];
      const step = Number(text.split("x")[1] ?? 1);
      return Array.from(
        { length: Math.floor((last - first) / step) + 1 },
        (_, index) => first + index * step,
      );
    });
  const done = ranges(status.doneRanges);
  const missing = ranges(status.missingRanges);
  assert.equal(done.length + missing.length, planned, "every frame is named once");
  assert.equal(new Set([...done, ...missing]).size, planned);
  assert.equal(status.framesDone, done.length);
  assert.ok(onDisk >= done.length, `${onDisk} files for ${done.length} frames that are called done`);
  assert.equal(exitCodeOf(status) === 0, missing.length === 0);
  await requireNothingLeft(here);
}

/** No process of any job of this place is left; those that are just ending are waited for. */
export async function requireNothingLeft({ state }: Place): Promise<void> {
  if (process.platform !== "linux") return console.log("UNTESTED HERE: processes left behind (needs /proc)");
  const mark = `${JOB_FOLDER_VARIABLE}=${join(state, "jobs")}`;
  for (let look = 0; ; look++) {
    const left: number[] = [];
    for (const { pid } of (await listProcesses()).values()) {
      const environ = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      if (pid !== process.pid && environ.includes(mark)) left.push(pid);
    }
    if (left.length === 0) return;
    assert.ok(look < 100, `processes ${left.join(", ")} are left`);
    await sleep(50);
  }
}
