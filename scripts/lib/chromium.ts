import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { findOnPath } from "../../src/nuke/discover.ts";
import { ensurePrograms } from "./system-packages.ts";

/** No browser that tests could use. */
export class NoBrowserError extends Error {
  readonly reason = "no-browser";
  constructor() {
    super(
      "There is no Chromium, Chrome or Edge here. Install one (on Debian: apt-get install chromium), or name it in CHROMIUM.",
    );
    this.name = "NoBrowserError";
  }
}

/** Path of a browser of Chromium's family; installed where that is possible. @throws {NoBrowserError} */
export async function findChromium(): Promise<string> {
  const found = lookForChromium();
  if (found !== null) return found;
  await ensurePrograms(["chromium"]);
  const installed = lookForChromium();
  if (installed === null) throw new NoBrowserError();
  return installed;
}

function lookForChromium(): string | null {
  const named = process.env.CHROMIUM;
  if (named !== undefined && existsSync(named)) return named;
  for (const name of [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
  ]) {
    const path = findOnPath(name);
    if (path !== null) return path;
  }
  const programs = [
    process.env.ProgramFiles,
    process.env["ProgramFiles(x86)"],
    process.env.LOCALAPPDATA,
  ].filter((folder) => folder !== undefined);
  const places = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ...programs.flatMap((folder) => [
      join(folder, "Google", "Chrome", "Application", "chrome.exe"),
      join(folder, "Microsoft", "Edge", "Application", "msedge.exe"),
    ]),
  ];
  return places.find((path) => existsSync(path)) ?? null;
}

/** A browser without a window (or with one), that talks to no one outside. */
export async function launchChromium(headless = true): Promise<Browser> {
  const quiet = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return await chromium.launch({
    executablePath: await findChromium(),
    headless,
    args: [...quiet, ...asRoot],
  });
}
