/** A folder to measure renders in: with its own render service, a profile for the stand-in, and scripts of one Write. */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onlyNuke } from "../standin/install.ts";
import { runNbr } from "../cli/run-nbr.ts";

export interface DemoPlace extends AsyncDisposable {
  readonly folder: string;
  /** For `nbr` and what it starts. */
  readonly env: Record<string, string | undefined> & { readonly NUKE_RENDER_STATE_DIR: string };
  /** Writes a script with a number of frames, which go to the folder `out` next to it. */
  script(frames: number, out: string): Promise<string>;
  /** Writes settings for `nbr --settings`. */
  settings(settings: Readonly<Record<string, unknown>>): Promise<string>;
  /** How many files lie in the folder `out`. */
  written(out: string): Promise<number>;
}

/** @param profile what the stand-in does: seconds, MB and failures. Disposing ends the service and removes all. */
export async function demoPlace(
  name: string,
  profile: Readonly<Record<string, unknown>>,
): Promise<DemoPlace> {
  const folder = await mkdtemp(join(tmpdir(), `bench ${name} `));
  const env = {
    ...process.env,
    ...(await onlyNuke(folder)),
    NUKE_RENDER_STATE_DIR: join(folder, "state"),
    NUKE_STANDIN_PROFILE: join(folder, "profile.json"),
  };
  await writeFile(env.NUKE_STANDIN_PROFILE, JSON.stringify(profile));
  const write = async (file: string, text: string): Promise<string> => {
    await writeFile(join(folder, file), text);
    return join(folder, file);
  };
  return {
    folder,
    env,
    script: (frames, out) =>
      write(
        `${name}.nk`,
        `Root {\n first_frame 1\n last_frame ${frames}\n format "64 36 0 0 64 36 1 "\n}\nConstant {\n inputs 0\n}\nWrite {\n file "${out}/f.####.png"\n file_type png\n create_directories true\n name Write1\n}\n`,
      ),
    settings: (settings) => write("settings.json", JSON.stringify(settings)),
    written: async (out) => (await readdir(join(folder, out)).catch(() => [])).length,
    async [Symbol.asyncDispose]() {
      await runNbr(["service", "stop", "--force"], { env });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
