/** One run of the stand-in from its arguments to its exit code. */
import { resolve } from "node:path";
import { FrameRangeError, parseFrames } from "../plan/frames.ts";
import type { ScriptFacts, WriteTarget } from "../plan/target.ts";
import { EncryptedScriptError, ScriptReadError, readScriptFile } from "../script/read-script.ts";
import type { Script } from "../script/script.ts";
import { scriptFacts } from "../script/write-targets.ts";
import { ArgumentError, type NukeArguments, parseArguments } from "./arguments.ts";
import { Conduct, pause } from "./conduct.ts";
import { NukeConsole } from "./console.ts";
import { type Profile, readProfile } from "./profile.ts";
import { FrameRenderer } from "./render-frames.ts";

/** Pictures wider than this are drawn smaller: it is a demo, and it should be quick. */
const WIDEST = 480;

export async function runSession(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
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
  const conduct = new Conduct(profile);
  conduct.begin(words);
  const code = await renderScript(args, resolve(args.script), profile, conduct, console);
  return profile.exitCode ?? code;
}

async function renderScript(
  args: NukeArguments,
  path: string,
  profile: Profile,
  conduct: Conduct,
  console: NukeConsole,
): Promise<number> {
  await pause(profile.startupSeconds);
  if (profile.license === "refuse") {
    console.banner(profile.version || "15.1v5");
    console.licenseReport();
    return 100;
  }
  let script: Script;
  try {
    script = await readScriptFile(path);
  } catch (error) {
    if (!(error instanceof ScriptReadError || error instanceof EncryptedScriptError)) throw error;
    console.banner(profile.version || "15.1v5");
    console.err(
      `Can't read ${args.script}: ${error.reason === "missing" ? "No such file or directory" : "Permission denied"}`,
    );
    return 1;
  }
  const facts = scriptFacts(script, path);
  console.banner(profile.version || facts.version?.replace(" ", "") || "15.1v5");
  if (profile.license === "report-then-render") console.licenseReport();
  if (profile.stderrNoise) console.noise(path);
  if (args.verbosity > 1) console.out("Loading /opt/nuke/plugins/exrWriter.so");
  if (args.verbosity > 0)
    console.out(`[${new Date().toISOString().slice(11, 19)} UTC] Read nuke script: ${path}`);
  if (profile.hang === "startup") await conduct.hang();
  if (args.terminal) {
    console.err("The demo renderer runs no Python.");
    return 1;
  }
  const chosen = chooseWrites(args, facts, framesOf(args, facts));
  if (typeof chosen === "string") {
    console.error(chosen);
    console.err(chosen);
    console.total(0);
    return 1;
  }
  return await renderWrites(args, facts, chosen, script, profile, conduct, console);
}

async function renderWrites(
  args: NukeArguments,
  facts: ScriptFacts,
  { writes, frames }: Chosen,
  script: Script,
  profile: Profile,
  conduct: Conduct,
  console: NukeConsole,
): Promise<number> {
  const started = performance.now();
  const proxy = args.proxy === "proxy" || (args.proxy === "script" && facts.proxy);
  const fps = Number.parseFloat(script.root?.knob("fps") ?? "") || 24;
  const renderer = new FrameRenderer(args, facts, profile, conduct, console, sizeOf(script, proxy), fps);
  const code = await renderer.render(writes, frames);
  console.total((performance.now() - started) / 1000);
  if (profile.hang === "end") await conduct.hang();
  return code;
}

interface Chosen {
  readonly writes: readonly WriteTarget[];
  readonly frames: readonly number[];
}

/** What is rendered, or Nuke's complaint (nuke-cli.md 2.5). */
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
    if (write.file.trim() === "") return `${write.name}: You must specify a file name to write to.`;
    if (write.resolvedFile === null)
      return `${write.name}: ${write.unresolved ?? "its file name cannot be worked out"}`;
    if (!write.movie && !write.frameToken && frames.length > 1)
      return `${write.name} cannot be executed for multiple frames.`;
    const views =
      args.views.length > 0 ? write.views.filter((view) => args.views.includes(view)) : write.views;
    if (!write.viewToken && views.length > 1 && write.fileType !== "exr")
      return `${write.name} cannot be executed for multiple views.`;
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

/** The script's format, made smaller; proxies half of that. */
function sizeOf(script: Script, proxy: boolean): { width: number; height: number } {
  const [width = 2048, height = 1556] = (script.root?.knob("format") ?? "")
    .split(" ")
    .map(Number)
    .filter((number) => number > 0);
  const scale = Math.min(1, WIDEST / width) * (proxy ? 0.5 : 1);
  return { width: Math.max(2, Math.round(width * scale)), height: Math.max(2, Math.round(height * scale)) };
}
