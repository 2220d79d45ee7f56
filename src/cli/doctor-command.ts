import { parseArgs } from "node:util";
import { diagnose } from "../doctor/diagnosis.ts";
import { findings } from "../doctor/findings.ts";
import { reportLines } from "../doctor/report.ts";
import { readSettings } from "../facts/settings-files.ts";
import { changedSettings } from "../facts/settings.ts";
import { exitCodes } from "./failure.ts";
import { ignoredText } from "./trust/settings-notice.ts";
import type { Terminal } from "./terminal.ts";
import { TrustStore } from "./trust/trust-store.ts";

/** `nbr doctor`: what a bug report needs about this machine. Starts nothing; the exit code is always 0. */
export async function doctorCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: "boolean" } }, strict: true });
  const { cwd, env } = terminal;
  const inForce = readSettings({ cwd, env, trust: new TrustStore(env, (line) => terminal.err(line)) });
  const diagnosis = await diagnose({
    settings: {
      settings: inForce.settings,
      changed: changedSettings(inForce.settings, (key) => inForce.sources.get(key) ?? "default"),
      ignored: inForce.ignored === null ? [] : [ignoredText(inForce.ignored)],
    },
    env,
    cwd,
    editor: null,
  });
  if (values.json ?? false) terminal.out(JSON.stringify({ ...diagnosis, findings: findings(diagnosis) }));
  else for (const line of reportLines(diagnosis)) terminal.out(line);
  return exitCodes.allFramesOnDisk;
}
