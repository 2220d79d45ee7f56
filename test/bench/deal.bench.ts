/** 96 frames that cost more and more, on four Nukes: distributed against split, and against the best possible schedule. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { jobStatusSchema } from "../../src/plan/job/events.ts";
import { type WarmReport, readWarmReport } from "../../src/nuke/warm-report.ts";
import { chunkLog } from "../../src/render-service/storage/job-store.ts";
import { journalFile, readEntries } from "../../src/render-service/storage/journal.ts";
import { runNbr } from "../cli/run-nbr.ts";
import { demoPlace } from "./demo-place.ts";

const FRAMES = 96;
const NUKES = 4;
/** Seconds. */
const cost = { from: 0.05, to: 2, startup: 1 };

const finishedSchema = z.object({ status: jobStatusSchema });

/** Seconds: with `nbr`, and from the first start of a Nuke until the job was over. */
interface Taken {
  readonly all: number;
  readonly nukes: number;
  readonly job: string;
}

export async function run(): Promise<unknown> {
  await using here = await demoPlace("deal", {
    secondsPerFrame: { from: cost.from, to: cost.to },
    startupSeconds: cost.startup,
  });
  const { env } = here;
  const seconds = async (deal: string, ...more: string[]): Promise<Taken> => {
    const script = await here.script(FRAMES, deal);
    const start = performance.now();
    const shape = ["--split", String(NUKES), "--parallel", String(NUKES), "--cache", "100M", ...more];
    const { code, stdout, stderr } = await runNbr(["render", script, "--json", ...shape], { env });
    const all = (performance.now() - start) / 1000;
    if (code !== 0 || (await here.written(deal)) !== FRAMES)
      throw new Error(`nbr render ${more.join(" ")} ended with ${code}: ${stderr}`);
    const { status } = finishedSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
    return { all, nukes: status.seconds, job: status.job };
  };
  const { all: split } = await seconds("split", "--deal", "split");
  const { all: auto } = await seconds("auto", "--deal", "auto");
  const warm = await seconds("warm", "--warm");
  const same = await bestOf(join(env.NUKE_RENDER_STATE_DIR, "jobs", warm.job));
  // No schedule is faster than all frames shared evenly, and Nuke started once for each share.
  const best = cost.startup + ((cost.from + cost.to) / 2) * (FRAMES / NUKES);
  const measured = `${auto.toFixed(2)} s`;
  return [
    {
      what: "96 rising frames, 4 Nukes: dealt out : split",
      measured,
      rival: `${split.toFixed(2)} s`,
      ratio: auto / split,
      bound: 0.7,
    },
    {
      what: "96 rising frames, 4 Nukes: dealt out : best possible schedule",
      measured,
      rival: `${best.toFixed(2)} s`,
      ratio: auto / best,
      bound: 1.15,
    },
    {
      what: `96 rising frames, 4 Nukes kept open : best possible schedule of their own seconds (${best.toFixed(2)} s by the profile)`,
      measured: `${warm.nukes.toFixed(2)} s, with nbr ${warm.all.toFixed(2)} s`,
      rival: `${same.toFixed(2)} s`,
      ratio: warm.nukes / same,
      bound: 1.05,
    },
  ];
}

/**
 * The best possible schedule of the seconds that the open Nukes of a job have taken: all starts and all frames, shared evenly. The
 * stand-in takes longer to start than its profile says, the longer the fewer cores there are.
 */
async function bestOf(folder: string): Promise<number> {
  const { entries } = readEntries(await readFile(journalFile(folder)));
  let seconds = 0;
  for (const entry of entries) {
    if (entry.is !== "starting") continue;
    for (const report of await reportsIn(chunkLog(folder, entry.chunk, "stdout"))) {
      if (report.event === "ready") seconds += (report.at - entry.at) / 1000;
      if (report.event === "done") seconds += report.seconds;
    }
  }
  return seconds / NUKES;
}

async function reportsIn(file: string): Promise<WarmReport[]> {
  return (await readFile(file, "utf8")).split("\n").flatMap((line) => readWarmReport(line) ?? []);
}
