/** Programs that come with the system: looked for, and, as root on Debian and its relatives, installed. */
import { existsSync } from "node:fs";
import { findOnPath } from "../../src/nuke/discover.ts";
import { run } from "./run.ts";

/** Program → Debian's package. */
const packages: Record<string, string> = {
  tclsh: "tcl",
  python3: "python3",
  make: "make",
  "g++": "g++",
  chromium: "chromium",
  "xvfb-run": "xvfb",
};

let updated = false;

/** Installs missing programs. Returns those that are still missing, so the caller can report them. */
export async function ensurePrograms(names: readonly string[]): Promise<string[]> {
  const missing = names.filter((name) => findOnPath(name) === null);
  if (missing.length === 0 || !canInstall()) return missing;
  process.stderr.write(`Installing ${missing.join(", ")} (apt-get)…\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    if (!updated) await run("apt-get", ["update"], { env });
    updated = true;
    const wanted = missing.map((name) => packages[name] ?? name);
    // A page without fonts is a page without text.
    if (missing.includes("xvfb-run")) wanted.push("xauth");
    if (missing.includes("chromium")) wanted.push("fonts-dejavu-core");
    await run("apt-get", ["install", "-y", "--no-install-recommends", ...wanted], { env });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }
  return names.filter((name) => findOnPath(name) === null);
}

function canInstall(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}
