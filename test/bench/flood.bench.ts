/** A million lines from four Nukes: what they cost the service, and how late its progress is. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { runJob } from "../run-job.ts";
import { fakeJob, place } from "../service/fake-nuke.ts";
import { processorSeconds, residentMB } from "../service/service-figures.ts";
import { exitCodeOf } from "../job-facts.ts";

const NUKES = 4;
const FRAMES = 50;
const LINES = 5000;

/** Each frame: a tenth of a second of work and five thousand lines. */
const chatty = `
  const line = "[12:34:56] SomePlugin: reading /mnt/show/shot/textures/rock_0001.exr, level 3 of 12\\n";
  const piece = line.repeat(100);
  for (const f of frames) {
    await sleep(100);
    for (let i = 0; i < ${LINES / 100}; i++) say(piece);
    write(f); frameLine(f);
  }
  total();`;

export async function run(): Promise<unknown> {
  if (process.platform !== "linux") throw new Error("Only Linux tells what the service takes.");
  await using here = await place("bench flood");
  const client = await here.connect();
  const reader = await here.connect();
  const { pid } = client.hello;
  const of = (index: number): string => `${index * FRAMES + 1}-${(index + 1) * FRAMES}`;
  const job = fakeJob(here, chatty, {
    range: `1-${NUKES * FRAMES}`,
    chunks: Array.from({ length: NUKES }, (_, index) => of(index)),
    parallel: NUKES,
  });
  /** When this many frames were first reported, milliseconds since 1970. */
  const told: number[] = [];
  let batches = 0;
  let linesSeen = 0;
  reader.onEvent((event) => {
    if (event.type === "lines") linesSeen += event.lines.length;
  });
  await reader.watch({ jobs: "all", lines: true });
  const memory: number[] = [];
  const sampler = setInterval(() => memory.push(residentMB(pid)), 200);
  const before = processorSeconds(pid);
  const finished = await runJob(client, job, {
    lines: false,
    onEvent: (event) => {
      if (event.type !== "progress") return;
      batches++;
      const now = Date.now();
      while (told.length < event.status.framesDone) told.push(now);
    },
  });
  clearInterval(sampler);
  const seconds = processorSeconds(pid) - before;
  reader.dispose();
  if (exitCodeOf(finished) !== 0) throw new Error(`the flooded job ended with ${exitCodeOf(finished)}`);
  const onDisk = await Promise.all(
    (await readdir(here.frames)).map(async (name) => (await stat(join(here.frames, name))).mtimeMs),
  );
  onDisk.sort((a, b) => a - b);
  const late = onDisk.slice(0, told.length).map((at, index) => (told[index] ?? 0) - at);
  late.sort((a, b) => a - b);
  const [early = 0] = memory.slice(5);
  const [most, median] = [Math.max(...memory), late[Math.floor(late.length / 2)] ?? 0];
  const [latest, nearly] = [late.at(-1) ?? 0, late[Math.floor(late.length * 0.95)] ?? 0];
  const what = `${(NUKES * FRAMES * LINES) / 1e6} million lines from ${NUKES} Nukes`;
  process.stderr.write(
    `  ${batches} progress events, ${linesSeen} lines sent to a client that reads along; late: median ${median.toFixed(0)} ms, most ${latest.toFixed(0)} ms\n`,
  );
  const row = (name: string, value: number, limit: number, unit: string) => ({
    what: `${what}: ${name}`,
    measured: `${value.toFixed(unit === "s" ? 2 : 0)} ${unit}`,
    rival: `${limit.toFixed(0)} ${unit}`,
    ratio: value / limit,
    bound: 1,
  });
  return [
    row("processor time of the service : limit", seconds, 3, "s"),
    row("resident memory, most : after a second, + 40 MB", most, early + 40, "MB"),
    row("progress behind the disk, 95 % of the frames : limit", nearly, 200, "ms"),
  ];
}
