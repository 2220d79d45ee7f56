/** 200 ranges of one frame, two at once: what a queue adds between one Nuke and the next, compared with `xargs -P 2` running the same commands. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, rm } from "node:fs/promises";
import { runJob } from "../run-job.ts";
import { fakeJob, place } from "../service/fake-nuke.ts";

const FRAMES = 200;
/** Runs of each, taking turns: what else the machine does meets both. */
const ROUNDS = 2;

/** Fifty milliseconds of work for one frame. */
const work = "for (const f of frames) { await sleep(50); write(f); frameLine(f); } total();";

export async function run(): Promise<unknown> {
  if (process.platform === "win32") throw new Error("There is no xargs here.");
  await using here = await place("bench gap");
  const client = await here.connect();
  const ranges = Array.from({ length: FRAMES }, (_, index) => String(index + 1));
  const job = fakeJob(here, work, { range: `1-${FRAMES}`, chunks: ranges, parallel: 2 });
  const commands = job.plan.chunks.map(({ argv }) => argv);
  const clear = async (): Promise<void> => {
    await rm(here.frames, { recursive: true });
    await mkdir(here.frames);
  };
  const check = async (who: string): Promise<void> => {
    const { length } = await readdir(here.frames);
    if (length !== FRAMES) throw new Error(`${who} left ${length} of ${FRAMES} frames`);
  };
  const ours = async (): Promise<number> => {
    await clear();
    const began = performance.now();
    await runJob(client, job, { lines: false });
    const took = performance.now() - began;
    await check("the service");
    return took;
  };
  const xargs = async (): Promise<number> => {
    await clear();
    // Zeros between words, as many words for each command: no shell reads them.
    const words = commands[0]?.length ?? 0;
    const child = spawn("xargs", ["-0", "-n", String(words), "-P", "2", "env"], {
      stdio: ["pipe", "ignore", "inherit"],
      env: job.env,
      cwd: job.plan.cwd,
    });
    const began = performance.now();
    child.stdin.end(commands.flat().join("\0"));
    const [code] = await once(child, "close");
    const took = performance.now() - began;
    if (code !== 0) throw new Error(`xargs ended with ${String(code)}`);
    await check("xargs");
    return took;
  };
  const [own, rival]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    rival.push(await xargs());
    own.push(await ours());
  }
  const [best, least] = [Math.min(...own), Math.min(...rival)];
  process.stderr.write(
    `  service ${own.map((ms) => (ms / 1000).toFixed(2)).join(", ")} s; xargs ${rival.map((ms) => (ms / 1000).toFixed(2)).join(", ")} s\n`,
  );
  return [
    {
      what: `${FRAMES} ranges of one frame of 50 ms, 2 at once, best of ${ROUNDS} : xargs -P 2`,
      measured: `${(best / 1000).toFixed(2)} s`,
      rival: `${(least / 1000).toFixed(2)} s`,
      ratio: best / least,
      bound: 1.1,
    },
  ];
}
