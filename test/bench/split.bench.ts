/** 20 frames of one second each: split in four against one Nuke, in one run, through the real service and `nbr`. */
import { runNbr } from "../cli/run-nbr.ts";
import { demoPlace } from "./demo-place.ts";

export async function run(): Promise<unknown> {
  await using here = await demoPlace("split", { secondsPerFrame: 1 });
  const { env } = here;
  const seconds = async (split: number): Promise<number> => {
    const script = await here.script(20, `out${split}`);
    const start = performance.now();
    const { code, stderr } = await runNbr(["render", script, "--split", String(split), "--json"], {
      env,
    });
    if (code !== 0) throw new Error(`nbr render ended with ${code}: ${stderr}`);
    return (performance.now() - start) / 1000;
  };
  const one = await seconds(1);
  const four = await seconds(4);
  return [
    {
      what: "20 frames of 1 s, split 4 : split 1",
      measured: `${four.toFixed(2)} s`,
      rival: `${one.toFixed(2)} s`,
      ratio: four / one,
      bound: 0.35,
    },
  ];
}
