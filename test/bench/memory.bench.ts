/** Eight Nukes asked for, each really taking 400 MB, and a budget of 1.5 GB: with control, without it, and the same job again. */
import { rm } from "node:fs/promises";
import * as z from "zod";
import { renderEventSchema } from "../../src/plan/job/events.ts";
import { runNbr } from "../cli/run-nbr.ts";
import { demoPlace } from "./demo-place.ts";

const FRAMES = 32;
const BUDGET_MB = 1536;

interface Measured {
  readonly peakMB: number;
  readonly gaveWay: number;
  readonly atOnce: number;
  /** Nukes started before the first frame was done. */
  readonly begun: number;
}

export async function run(): Promise<unknown> {
  await using here = await demoPlace("memory", { secondsPerFrame: 0.5, startupSeconds: 0.3, startupMB: 400 });
  const { env } = here;
  const measure = async (out: string, budgetMB: number): Promise<Measured> => {
    const settings = await here.settings({ "nukeRender.memory.budget": `${budgetMB}M` });
    const script = await here.script(FRAMES, out);
    const shape = ["--split", "8", "--parallel", "8", "--cache", "100M", "--settings", settings];
    const { code, stdout, stderr } = await runNbr(["render", script, "--json", ...shape], { env });
    if (code !== 0 || (await here.written(out)) !== FRAMES)
      throw new Error(`nbr render ended with ${code}: ${stderr}`);
    const events = z.array(renderEventSchema).parse(
      stdout
        .trim()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
    );
    const statuses = events.flatMap((event) =>
      "status" in event && "peakMB" in event.status ? event.status : [],
    );
    const firstFrame = events.findIndex(({ type }) => type === "frame-done");
    const chunks = events.flatMap((event) => (event.type === "finished" ? event.status.chunks : []));
    return {
      peakMB: Math.max(...statuses.map(({ peakMB }) => peakMB)),
      gaveWay: chunks.filter(({ verdict }) => verdict === "evicted").length,
      begun: events.slice(0, firstFrame).filter(({ type }) => type === "chunk-started").length,
      atOnce: Math.max(...statuses.map((status) => ("running" in status ? status.running : 0))),
    };
  };
  // The stand-in's memory is counted as any Nuke's; what all eight take at once is what there is to control.
  const first = await measure("first", BUDGET_MB);
  const second = await measure("second", BUDGET_MB);
  await runNbr(["service", "stop", "--force"], { env });
  await rm(env.NUKE_RENDER_STATE_DIR, { recursive: true });
  const free = await measure("free", 1024 * 1024);
  const row = (what: string, { peakMB, atOnce, gaveWay }: Measured) => ({
    what: `8 Nukes of 400 MB, budget ${BUDGET_MB} MB: ${what}; ${atOnce} at once, ${gaveWay} made room`,
    measured: `${peakMB} MB`,
    rival: `without control ${free.peakMB} MB`,
    ratio: peakMB / BUDGET_MB,
    bound: 1,
  });
  return [
    row("first render", first),
    row("again", second),
    {
      what: "the same job a second time: most Nukes at once : those started before its first frame, from its history",
      measured: `${second.atOnce} : ${second.begun}`,
      rival: `first time ${first.atOnce} : ${first.begun}`,
      ratio: second.atOnce / Math.max(1, second.begun),
      bound: 1,
    },
    {
      what: "the same job a second time: Nukes ended by pressure",
      measured: String(second.gaveWay),
      rival: `first time ${first.gaveWay}`,
      ratio: second.gaveWay,
      bound: 0,
    },
  ];
}
