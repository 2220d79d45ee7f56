import { isAbsolute, resolve } from "node:path";
import { DEMO_FOLDER_VARIABLE } from "../plan/output/demo-output.ts";
import type { NukeCommand } from "../plan/render-plan.ts";
import { programFile } from "../paths.ts";
import { type NukeInstall, discoverNukes, findOnPath, isExecutable } from "./discover.ts";
import { type NukeVersion, compareNukeVersions, parseNukeVersion, printNukeVersion } from "./version.ts";

/** `nukeRender.nuke.executables`: `{"15.1": "/path/Nuke15.1", "*": ["/studio/run", "nuke"]}`. */
export type ConfiguredNukes = Readonly<Record<string, string | readonly string[]>>;

export interface NukeOptions {
  /** One program for everything, as typed after `--nuke`; wins over all else. */
  readonly path?: string;
  readonly executables?: ConfiguredNukes;
  /** Use the demo renderer and look for nothing. */
  readonly demo?: boolean;
  /** The very Nuke of a render that is repeated; wins over the settings. */
  readonly command?: NukeCommand | undefined;
}

export interface NukeSearch {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Asked only when settings and wishes name none. */
  readonly installs?: () => readonly NukeInstall[];
}

/** A Nuke was named that is not there. */
export class NukeNotFoundError extends Error {
  readonly reason = "named-nuke-missing";
  constructor(path: string, where: string) {
    super(
      `There is no program "${path}" (${where}). Correct the path, or leave it out to use an installed Nuke.`,
    );
    this.name = "NukeNotFoundError";
  }
}

/**
 * Which Nuke renders a script: what was named, else the setting for its version, else an installed one of the same major.minor, else the
 * nearest newer one, else a `nuke` on PATH; null when there is none of these.
 * @throws {NukeNotFoundError} when one was named and is not there.
 */
export function chooseNuke(
  scriptVersion: string | null,
  options: NukeOptions,
  search: NukeSearch,
): NukeCommand | null {
  if (options.demo) return demoRenderer();
  if (options.path !== undefined) return named([options.path], "given with --nuke", search);
  if (options.command) return again(options.command);

  const wanted = scriptVersion === null ? null : parseNukeVersion(scriptVersion);
  const configured = configuredFor(wanted, options.executables ?? {});
  if (configured)
    return named(
      configured.words,
      `nukeRender.nuke.executables, "${configured.key}"`,
      search,
      configured.key,
    );

  const installs = (search.installs ?? (() => discoverNukes(undefined)))();
  const found = nearest(wanted, installs);
  if (found) return { argv: [found.path], version: printNukeVersion(found.version), demo: false };

  const wrapper = findOnPath("nuke", search.env);
  return wrapper === null ? null : { argv: [wrapper], version: "", demo: false };
}

/**
 * The embedded stand-in, run by the runtime this process runs on.
 * @param folder where its pictures go (`demoFolder`); without one it chooses for itself.
 */
export function demoRenderer(folder?: string): NukeCommand {
  const env = {
    // VS Code's own executable is a Node only when told so.
    ...(process.versions.electron ? { ELECTRON_RUN_AS_NODE: "1" } : {}),
    ...(folder === undefined ? {} : { [DEMO_FOLDER_VARIABLE]: folder }),
  };
  return {
    argv: [process.execPath, programFile("demo-renderer")],
    ...(Object.keys(env).length > 0 ? { env } : {}),
    version: "",
    demo: true,
  };
}

/** The Nuke of an earlier render, as long as it is there; the demo renderer may have moved with an update. */
function again(command: NukeCommand): NukeCommand {
  if (command.demo) return demoRenderer();
  const [program = ""] = command.argv;
  if (!isExecutable(program)) throw new NukeNotFoundError(program, "the Nuke of the render that is repeated");
  return command;
}

/** The newest patch of the same major.minor, else the nearest newer version; the newest of all for a script without a version. */
export function nearest(wanted: NukeVersion | null, installs: readonly NukeInstall[]): NukeInstall | null {
  const newestFirst = [...installs].sort((a, b) => compareNukeVersions(b.version, a.version));
  if (wanted === null) return newestFirst[0] ?? null;
  const atLeast = { ...wanted, patch: null };
  const newer = newestFirst.filter(
    ({ version }) => compareNukeVersions({ ...version, patch: null }, atLeast) >= 0,
  );
  const closest = newer.at(-1)?.version;
  if (!closest) return null;
  return (
    newer.find(({ version }) => version.major === closest.major && version.minor === closest.minor) ?? null
  );
}

/** The setting that names a Nuke for scripts of a version; null where none does. */
export function configuredFor(
  wanted: NukeVersion | null,
  executables: ConfiguredNukes,
): { key: string; words: readonly string[] } | null {
  const keys =
    wanted === null ? [] : [printNukeVersion(wanted), `${wanted.major}.${wanted.minor}`, `${wanted.major}`];
  for (const key of [...keys, "*"]) {
    const value = executables[key];
    if (value !== undefined && value.length > 0)
      return { key, words: typeof value === "string" ? [value] : value };
  }
  return null;
}

function named(
  words: readonly string[],
  where: string,
  { env, cwd }: NukeSearch,
  versionHint = "",
): NukeCommand {
  const [program = "", ...rest] = words;
  const path = /[\\/]/u.test(program)
    ? isAbsolute(program)
      ? program
      : resolve(cwd, program)
    : findOnPath(program, env);
  if (path === null || !isExecutable(path)) throw new NukeNotFoundError(program, where);
  const version = parseNukeVersion(versionHint) ?? versionInPath(path);
  return { argv: [path, ...rest], version: version ? printNukeVersion(version) : "", demo: false };
}

/** `…/Nuke15.1v5/Nuke15.1` → 15.1v5: the folder knows more than the file. */
function versionInPath(path: string): NukeVersion | null {
  const names = [...path.matchAll(/Nuke(?:X|Studio)?(\d+\.\d+(?:v\d+)?)/gu)].map((match) => match[1] ?? "");
  const fullest = names.find((name) => name.includes("v")) ?? names.at(-1);
  return fullest === undefined ? null : parseNukeVersion(fullest);
}
