/** A shot whose render by the stand-in takes long enough to be observed, and its own service. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onlyNuke } from "../standin/install.ts";
import { runNbr } from "./run-nbr.ts";

export interface SlowShot {
  readonly folder: string;
  readonly state: string;
  readonly env: NodeJS.ProcessEnv;
  /** Of 200 frames, in a script with one Write. */
  readonly script: string;
  /** Ends the service and removes all. */
  readonly remove: () => Promise<void>;
}

export async function slowShot(name: string): Promise<SlowShot> {
  const folder = mkdtempSync(join(tmpdir(), `${name} `));
  const state = join(folder, "state");
  const profile = join(folder, "profile.json");
  const env = {
    ...process.env,
    ...(await onlyNuke(folder)),
    NUKE_RENDER_STATE_DIR: state,
    NUKE_STANDIN_PROFILE: profile,
  };
  writeFileSync(profile, JSON.stringify({ secondsPerFrame: 0.5 }));
  const script = join(folder, "shot.nk");
  const output = `${folder.replaceAll("\\", "/")}/f.###.png`;
  writeFileSync(
    script,
    `Root {\n first_frame 1\n last_frame 200\n}\nConstant {\n inputs 0\n name C\n}\nWrite {\n file "${output}"\n file_type png\n name Write1\n}\n`,
  );
  const remove = async (): Promise<void> => {
    await runNbr(["service", "stop", "--force"], { env });
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, state, env, script, remove };
}
