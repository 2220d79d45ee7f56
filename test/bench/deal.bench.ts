/** 96 frames that cost more and more, on four Nukes: dealt out against split, and against the best possible schedule. */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runNbr } from "../cli/run-nbr.ts";

const FRAMES = 96;
const NUKES = 4;
/** Seconds. */
const cost = { from: 0.05, to: 2, startup: 1 };

export async function run(): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "bench deal "));
  const env = {
    ...process.env,
    NUKE_RENDER_STATE_DIR: join(folder, "state"),
    NUKE_STANDIN_PROFILE: join(folder, "profile.json"),
  };
  await writeFile(
    env.NUKE_STANDIN_PROFILE,
    JSON.stringify({ secondsPerFrame: { from: cost.from, to: cost.to }, startupSeconds: cost.startup }),
  );
  const script = join(folder, "rising.nk");
  const seconds = async (deal: string, ...more: string[]): Promise<number> => {
    const out = join(folder, deal);
    await writeFile(
      script,
      `Root {\n first_frame 1\n last_frame ${FRAMES}\n format "64 36 0 0 64 36 1 "\n}\nConstant {\n inputs 0\n}\nWrite {\n file "${deal}/f.####.png"\n file_type png\n create_directories true\n name Write1\n}\n`,
    );
    const start = performance.now();
    const shape = ["--split", String(NUKES), "--parallel", String(NUKES), "--cache", "100M", ...more];
    const { code, stderr } = await runNbr(["render", script, "--demo", "--json", ...shape], { env });
    const took = (performance.now() - start) / 1000;
    if (code !== 0 || (await readdir(out)).length !== FRAMES)
      throw new Error(`nbr render ${more.join(" ")} ended with ${code}: ${stderr}`);
    return took;
  };
  try {
    const split = await seconds("split", "--deal", "split");
    const auto = await seconds("auto", "--deal", "auto");
    const warm = await seconds("warm", "--warm");
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
        what: "96 rising frames, 4 Nukes: kept open : best possible schedule",
        measured: `${warm.toFixed(2)} s`,
        rival: `${best.toFixed(2)} s`,
        ratio: warm / best,
        bound: 1.05,
      },
    ];
  } finally {
    await runNbr(["service", "stop", "--force"], { env });
    await rm(folder, { recursive: true, force: true });
  }
}
