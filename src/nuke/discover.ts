/** Where Nuke is installed on this machine (nuke-cli.md 6.1). Looks at folder names and starts nothing. */
import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { type NukeVersion, compareNukeVersions, parseNukeVersion } from "./version.ts";

export interface NukeInstall {
  readonly path: string;
  readonly version: NukeVersion;
}

const installFolder = /^Nuke(\d+\.\d+)v\d+$/u;
const executableName = /^Nuke\d+\.\d+(?:v\d+)?(?:\.exe)?$/u;

/** The folders that hold `Nuke15.1v5` folders on a platform; `NUKE_RENDER_INSTALL_ROOTS` replaces them. */
export function installRoots(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): string[] {
  const given = env.NUKE_RENDER_INSTALL_ROOTS;
  if (given !== undefined) return given.split(delimiter).filter((root) => root !== "");
  if (platform === "win32") {
    const programs = [env.ProgramFiles, env.ProgramW6432, "C:\\Program Files"];
    return [...new Set(programs.filter((folder) => folder !== undefined))];
  }
  if (platform === "darwin") return ["/Applications"];
  return ["/usr/local", "/opt", ...(env.HOME ? [env.HOME] : [])];
}

/** Every Nuke under the roots, newest first. Folders that cannot be read are skipped. */
export function discoverNukes(
  roots: readonly string[] = installRoots(),
  platform: NodeJS.Platform = process.platform,
): NukeInstall[] {
  const installs: NukeInstall[] = [];
  for (const root of roots) {
    for (const folder of list(root)) {
      if (!installFolder.test(folder)) continue;
      const version = parseNukeVersion(folder);
      if (!version) continue;
      // macOS: versions 5 to about 11 name the executable with vN, later ones without it; look for both in the bundle.
      const inside =
        platform === "darwin" ? join(root, folder, `${folder}.app`, "Contents", "MacOS") : join(root, folder);
      const name = list(inside).find(
        (entry) => executableName.test(entry) && isExecutable(join(inside, entry)),
      );
      if (name !== undefined) installs.push({ path: join(inside, name), version });
    }
  }
  return installs.sort((a, b) => compareNukeVersions(b.version, a.version));
}

/** The executable of a chosen file: inside a macOS application, else the file itself. */
export function executableIn(path: string): string {
  if (!path.endsWith(".app")) return path;
  const inside = join(path, "Contents", "MacOS");
  const name = list(inside).find((entry) => executableName.test(entry) && isExecutable(join(inside, entry)));
  return name === undefined ? path : join(inside, name);
}

/** A program on PATH; null when there is none. `nuke` there is a studio's own wrapper (nuke-cli.md 6.1). */
export function findOnPath(name: string, env: NodeJS.ProcessEnv = process.env): string | null {
  const endings = process.platform === "win32" ? (env.PATHEXT ?? ".EXE").split(";") : [""];
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    // "." would be whichever folder a command is run in, and that must not decide which program it is.
    if (!isAbsolute(folder)) continue;
    for (const ending of endings) {
      const path = join(folder, name + ending.toLowerCase());
      if (isExecutable(path)) return path;
    }
  }
  return null;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
