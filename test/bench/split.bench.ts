/** 20 frames of one second each: split in four against one Nuke, in one run, through the real service and `nbr`. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runNbr } from "../cli/run-nbr.ts";

export async function run(): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "bench split "));
  const env = {
    ...process.env,
    NUKE_RENDER_STATE_DIR: join(folder, "state"),
    NUKE_STANDIN_PROFILE: join(folder, "profile.json"),
  };
  await writeFile(env.NUKE_STANDIN_PROFILE, JSON.stringify({ secondsPerFrame: 1 }));
  const script = join(folder, "twenty.nk");
  const seconds = async (split: number): Promise<number> => {
    const out = join(folder, `out${split}`).replaceAll("\\", "/");
    await writeFile(
      script,
      `Root {\n first_frame 1\n last_frame 20\n}\nConstant {\n inputs 0\n}\nWrite {\n file "${out}/f.####.png"\n file_type png\n create_directories true\n name Write1\n}\n`,
    );
    const start = performance.now();
    const { code, stderr } = await runNbr(["render", script, "--demo", "--split", String(split), "--json"], {
      env,
    });
    if (code !== 0) throw new Error(`nbr render ended with ${code}: ${stderr}`);
    return (performance.now() - start) / 1000;
  };
  try {
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
  } finally {
    await runNbr(["service", "stop", "--force"], { env });
    await rm(folder, { recursive: true, force: true });
  }
}
