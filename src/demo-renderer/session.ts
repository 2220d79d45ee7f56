/** One run of the stand-in from its arguments to its exit code. */
import { resolve } from "node:path";
import { FrameRangeError, parseFrames } from "../plan/frames/frames.ts";
import type { ScriptFacts, WriteTarget } from "../plan/target.ts";
import { ArgumentError, type NukeArguments, parseArguments } from "./arguments.ts";
import { FaultInjection, pause } from "./fault-injection.ts";
import { NukeConsole } from "./console.ts";
import { DemoFolderError, type Outputs, demoOutputs } from "./demo-output.ts";
import { type Profile, readProfile } from "./profile.ts";
import {
  UnreadableScriptError,
  type OpenScript,
  openScript,
  renderOnce,
  complaintAbout,
} from "./open-script.ts";
import { runPython } from "./run-python.ts";

/** @param outputs where it writes; only the stand-in of tests has others than the demo renderer's own. */
export async function runSession(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  outputs: Outputs = demoOutputs(env),
): Promise<number> {
  const profile = readProfile(env);
  const console = new NukeConsole(profile);
  let args: NukeArguments;
  try {
    args = parseArguments(words);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    console.err(error.message);
    return 1;
  }
  const version = profile.version || "15.1v5";
  if (args.version) {
    console.banner(version);
    return 0;
  }
  if (args.help || args.script === null) {
    console.out("Usage: nuke <switches> <script> <argv> <ranges>");
    return args.help ? 0 : 1;
  }
  const conduct = new FaultInjection(profile);
  conduct.begin(words);
  const code = await renderScript({ args, name: args.script, profile, conduct, console, outputs });
  return profile.exitCode ?? code;
}

interface Session {
  readonly args: NukeArguments;
  readonly name: string;
  readonly profile: Profile;
  readonly conduct: FaultInjection;
  readonly console: NukeConsole;
  readonly outputs: Outputs;
}

async function renderScript({ args, name, profile, conduct, console, outputs }: Session): Promise<number> {
  await pause(profile.startupSeconds);
  const python = args.terminal && name.endsWith(".py");
  if (profile.license === "refuse") {
    console.banner(profile.version || "15.1v5");
    console.licenseReport();
    return 100;
  }
  let script: OpenScript | null = null;
  try {
    if (!python) script = await openScript(name, outputs);
  } catch (error) {
    if (!(error instanceof UnreadableScriptError || error instanceof DemoFolderError)) throw error;
    console.banner(profile.version || "15.1v5");
    console.err(error.message);
    return 1;
  }
  const version = profile.version || script?.facts.version?.replace(" ", "") || "15.1v5";
  console.banner(version);
  if (profile.license === "report-then-render") console.licenseReport();
  if (profile.stderrNoise) console.noise(resolve(name));
  if (args.verbosity > 1) console.out("Loading /opt/nuke/plugins/exrWriter.so");
  if (args.verbosity > 0 && script) console.scriptRead(script.facts.path);
  if (script?.output.folder) console.out(`Test pictures go to ${script.output.folder}`);
  if (profile.hang === "startup") await conduct.hang();
  const code = script
    ? await renderAll(args, script, profile, conduct, console)
    : await runPython({ args, file: resolve(name), version, profile, conduct, console, outputs });
  if (profile.hang === "end") await conduct.hang();
  return code;
}

async function renderAll(
  args: NukeArguments,
  script: OpenScript,
  profile: Profile,
  conduct: FaultInjection,
  console: NukeConsole,
): Promise<number> {
  if (args.terminal) {
    console.err("The demo renderer has no Python prompt; name a .py file behind -t.");
    return 1;
  }
  const chosen = chooseWrites(args, script.facts, framesOf(args, script.facts));
  if (typeof chosen === "string") {
    console.error(chosen);
    console.err(chosen);
    console.total(0);
    return 1;
  }
  const started = performance.now();
  const failed = await renderOnce(script, chosen, { ...args, profile, conduct, console });
  if (failed !== null) console.err(failed);
  console.total((performance.now() - started) / 1000);
  if (failed === null) return 0;
  return args.continueOnError ? profile.contExitCode : 1;
}

interface Chosen {
  readonly writes: readonly WriteTarget[];
  readonly frames: readonly number[];
}

/** What is rendered, or Nuke's error message (nuke-cli.md 2.5). */
function chooseWrites(
  args: NukeArguments,
  facts: ScriptFacts,
  frames: readonly number[] | string,
): Chosen | string {
  if (typeof frames === "string") return frames;
  const missing = args.nodes.find((name) => !facts.writes.some((write) => write.name === name));
  if (missing !== undefined) return `${missing}: there is no such node`;
  const writes = facts.writes
    .filter(
      (write) =>
        (args.nodes.length === 0 || args.nodes.includes(write.name)) && !write.disabled && !write.reading,
    )
    .sort((a, b) => a.renderOrder - b.renderOrder);
  if (writes.length === 0 || !(args.execute || args.ranges.length > 0))
    return "There are no active Write operators in this script";
  for (const write of writes) {
    const complaint = complaintAbout(write, frames.length, args.views);
    if (complaint !== null) return complaint;
  }
  return { writes, frames };
}

function framesOf(args: NukeArguments, facts: ScriptFacts): readonly number[] | string {
  try {
    return parseFrames(args.ranges.length > 0 ? args.ranges.join(" ") : `${facts.first}-${facts.last}`)
      .frames;
  } catch (error) {
    if (error instanceof FrameRangeError) return `Invalid frame range: ${error.message}`;
    throw error;
  }
}
