/** Which Nukes are there, and which one each version of script would get. */
import type { Settings } from "../facts/settings.ts";
import { NukeNotFoundError, chooseNuke } from "../nuke/choose-nuke.ts";
import { type NukeInstall, discoverNukes, findOnPath } from "../nuke/discover.ts";
import { parseNukeVersion, printNukeVersion } from "../nuke/version.ts";

export interface ChosenNuke {
  /** `15.1`; null: a script that names no version. */
  readonly forVersion: string | null;
  /** The command, word by word; empty: none was found. */
  readonly argv: readonly string[];
  /** Where it comes from, or why there is none. */
  readonly how: string;
}

export interface DiagnosedNukes {
  readonly installed: readonly { readonly version: string; readonly path: string }[];
  /** A `nuke` on PATH. */
  readonly onPath: string | null;
  readonly chosen: readonly ChosenNuke[];
}

/** Looks at folder names and settings; starts nothing. */
export function diagnoseNukes(settings: Settings, env: NodeJS.ProcessEnv, cwd: string): DiagnosedNukes {
  const installs = discoverNukes();
  const executables = settings["nuke.executables"];
  const named = Object.keys(executables).flatMap((key) => {
    const version = parseNukeVersion(key);
    return version ? [`${version.major}.${version.minor}`] : [];
  });
  const found = installs.map(({ version }) => `${version.major}.${version.minor}`);
  const versions = [...new Set([...named, ...found])].sort();
  const choose = (version: string | null): ChosenNuke => {
    try {
      const demo = settings["nuke.useDemoRenderer"];
      const nuke = chooseNuke(version, { executables, demo }, { env, cwd, installs: () => installs });
      if (nuke === null) return { forVersion: version, argv: [], how: "none was found" };
      return {
        forVersion: version,
        argv: nuke.argv,
        how: howChosen(nuke.argv, nuke.demo, installs, settings),
      };
    } catch (error) {
      if (!(error instanceof NukeNotFoundError)) throw error;
      return { forVersion: version, argv: [], how: error.message };
    }
  };
  return {
    installed: installs.map(({ version, path }) => ({ version: printNukeVersion(version), path })),
    onPath: findOnPath("nuke", env),
    chosen: [...versions, null].map(choose),
  };
}

function howChosen(
  argv: readonly string[],
  demo: boolean,
  installs: readonly NukeInstall[],
  settings: Settings,
): string {
  if (demo) return "nukeRender.nuke.useDemoRenderer: test pictures";
  const [program = ""] = argv;
  const configured = Object.values(settings["nuke.executables"]).flat();
  if (argv.length > 1 || configured.some((word) => program.endsWith(word)))
    return "nukeRender.nuke.executables";
  return installs.some(({ path }) => path === program) ? "installed" : "nuke on PATH";
}
