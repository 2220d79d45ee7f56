import { type FrameRun, frameRuns } from "./frames/frames.ts";
import type { FrameCommand, NukeCommand } from "./render-plan.ts";
import type { ProxyMode } from "./request.ts";

/** What the command lines of all Nukes of a render have in common; `frameCommand` builds their arguments. */
export interface CommandBase {
  readonly nuke: NukeCommand;
  readonly script: string;
  readonly write: string;
  readonly threads: number;
  readonly cacheMB: number;
  readonly views: readonly string[];
  readonly proxy: ProxyMode;
  readonly continueOnError: boolean;
  readonly extraArguments: readonly string[];
}

/** The arguments before and after the frames, the same for every Nuke of a render. */
export function frameCommand(base: CommandBase): FrameCommand {
  const { before, after } = switchWords(base);
  return {
    before: [...before, "-x", "-X", base.write],
    after: [...after, forwardSlashes(base.script)],
  };
}

/** The switches of every Nuke of a render, however it is started. The action goes between the two parts, the file to open after them. */
export function switchWords(base: CommandBase): FrameCommand {
  const after = ["-m", String(base.threads), "-c", `${base.cacheMB}M`];
  if (base.continueOnError) after.push("--cont");
  if (base.proxy !== "script") after.push(base.proxy === "proxy" ? "-p" : "-f");
  if (base.views.length > 0) after.push("--view", base.views.join(","));
  return {
    before: [...base.nuke.argv, ...verbosity(base.nuke)],
    after: [...after, ...base.extraArguments],
  };
}

/**
 * The exact command line of one Nuke. Every `-F` goes before the script, because what follows the script is passed to the script
 * (nuke-cli.md 1.1). Several runs of frames are several `-F` (1.3).
 */
export function commandLine(
  { before, after }: FrameCommand,
  frames: readonly number[],
  steps: ReadonlySet<number>,
): string[] {
  const words = frameRuns(frames, steps).flatMap((run) => ["-F", frameWord(run)]);
  return [...before, ...words, ...after];
}

function frameWord({ first, last, step }: FrameRun): string {
  if (first === last) return `${first}`;
  return `${first}-${last}${step > 1 ? `x${step}` : ""}`;
}

/** `-V 1` reports loading the script; before Nuke 7 the switch took no level, and "1" would be read as the script (nuke-cli.md 1.5). */
function verbosity(nuke: NukeCommand): string[] {
  const major = Number.parseInt(nuke.version, 10);
  return major < 7 ? ["-V"] : ["-V", "1"];
}

/** Nuke expects `/` on Windows too (nuke-cli.md 0); elsewhere a backslash is part of a name. */
export function forwardSlashes(path: string): string {
  return /^(?:[A-Za-z]:[\\/]|\\\\)/u.test(path) ? path.replaceAll("\\", "/") : path;
}

/** The command line quoted for a POSIX shell. For reading and copying only, never for running. */
export function displayCommand(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(" ");
}
