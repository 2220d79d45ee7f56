/** A script that is open in the stand-in, and one render of some of its Writes. */
import { resolve } from "node:path";
import type { ScriptFacts, WriteTarget } from "../plan/target.ts";
import { EncryptedScriptError, ScriptReadError, readScriptFile } from "../script/read-script.ts";
import type { Script } from "../script/script.ts";
import { scriptFacts } from "../script/write-targets.ts";
import type { FaultInjection } from "./fault-injection.ts";
import type { Output, Outputs } from "./demo-output.ts";
import type { NukeConsole } from "./console.ts";
import type { Profile } from "./profile.ts";
import { FrameRenderer } from "./render-frames.ts";

/** Wider pictures are drawn smaller: this is a demo and should be quick. */
const WIDEST = 480;

export interface OpenScript {
  readonly script: Script;
  readonly facts: ScriptFacts;
  readonly output: Output;
}

/** The script does not exist or cannot be read; the message is Nuke's (nuke-cli.md 2.5). */
export class UnreadableScriptError extends Error {
  readonly reason: string;

  constructor(name: string, cause: ScriptReadError | EncryptedScriptError) {
    const why = cause.reason === "missing" ? "No such file or directory" : "Permission denied";
    super(`Can't read ${name}: ${why}`, { cause });
    this.name = "UnreadableScriptError";
    this.reason = cause.reason;
  }
}

/** @throws {UnreadableScriptError}, {DemoFolderError} */
export async function openScript(name: string, outputs: Outputs): Promise<OpenScript> {
  const path = resolve(name);
  try {
    const script = await readScriptFile(path);
    const output = await outputs(scriptFacts(script, path));
    return { script, facts: output.facts, output };
  } catch (error) {
    if (error instanceof ScriptReadError || error instanceof EncryptedScriptError)
      throw new UnreadableScriptError(name, error);
    throw error;
  }
}

/** Why Nuke would not render this Write (nuke-cli.md 2.5); null if it would. */
export function complaintAbout(
  write: WriteTarget,
  frameCount: number,
  chosenViews: readonly string[],
): string | null {
  if (write.file.trim() === "") return `${write.name}: You must specify a file name to write to.`;
  if (write.resolvedFile === null)
    return `${write.name}: ${write.unresolved ?? "its file name cannot be worked out"}`;
  if (!write.movie && !write.frameToken && frameCount > 1)
    return `${write.name} cannot be executed for multiple frames.`;
  const views =
    chosenViews.length > 0 ? write.views.filter((view) => chosenViews.includes(view)) : write.views;
  if (!write.viewToken && views.length > 1 && write.fileType !== "exr")
    return `${write.name} cannot be executed for multiple views.`;
  return null;
}

export interface RenderWay {
  readonly views: readonly string[];
  readonly proxy: "script" | "proxy" | "full";
  readonly continueOnError: boolean;
  /** `Frame` lines; default: printed. */
  readonly frameLines?: boolean;
  readonly profile: Profile;
  readonly conduct: FaultInjection;
  readonly console: NukeConsole;
}

/** Renders frames of Writes; returns the last error of a frame, null if all went well. */
export async function renderOnce(
  { script, facts, output }: OpenScript,
  { writes, frames }: { readonly writes: readonly WriteTarget[]; readonly frames: readonly number[] },
  way: RenderWay,
): Promise<string | null> {
  const proxy = way.proxy === "proxy" || (way.proxy === "script" && facts.proxy);
  const fps = Number.parseFloat(script.root?.knob("fps") ?? "") || 24;
  const { profile, conduct, console } = way;
  const renderer = new FrameRenderer(way, output, profile, conduct, console, sizeOf(script, proxy), fps);
  return await renderer.render(writes, frames, way);
}

/** The script's format, reduced; proxies are half of that. */
function sizeOf(script: Script, proxy: boolean): { width: number; height: number } {
  const [width = 2048, height = 1556] = (script.root?.knob("format") ?? "")
    .split(" ")
    .map(Number)
    .filter((number) => number > 0);
  const scale = Math.min(1, WIDEST / width) * (proxy ? 0.5 : 1);
  return { width: Math.max(2, Math.round(width * scale)), height: Math.max(2, Math.round(height * scale)) };
}
