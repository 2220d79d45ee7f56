/** The tiers of `npm test`, in order. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { findChromium } from "./chromium.ts";
import { installCodeServer } from "./code-server.ts";
import { type Counts, runTestFiles } from "./node-tests.ts";
import { packageExtension } from "./package.ts";
import { run } from "./run.ts";
import { ensurePrograms } from "./system-packages.ts";
import { runVscodeSuite } from "./vscode-suite.ts";
import { warmUp } from "./vscode-window.ts";

export const root = join(import.meta.dirname, "..", "..");

export interface Tier {
  readonly name: string;
  /** Minutes after which it is ended and has failed. */
  readonly minutes: number;
  /** Why it cannot run here; null when it can. */
  readonly obstacle?: () => Promise<string | null>;
  readonly run: (signal: AbortSignal) => Promise<Counts>;
}

/** A single command that passes or fails. */
function check(name: string, words: readonly string[]): Tier {
  return {
    name,
    minutes: 5,
    run: async () => {
      try {
        await run(process.execPath, words, { cwd: root, show: true });
        return { passed: 1, failed: 0, skipped: 0 };
      } catch {
        return { passed: 0, failed: 1, skipped: 0 };
      }
    },
  };
}

/** All test files of a folder, each in a separate process. */
function files(
  name: string,
  concurrency: number,
  minutes: number,
  before?: () => Promise<string | null>,
): Tier {
  return {
    name,
    minutes,
    ...(before ? { obstacle: before } : {}),
    run: async (signal) => {
      const folder = join(root, "test", name);
      const found = (await readdir(folder, { recursive: true }))
        .filter((file) => file.endsWith(".test.ts"))
        .sort();
      return await runTestFiles(
        found.map((file) => join(folder, file)),
        { concurrency, signal },
      );
    },
  };
}

const bin = (name: string): string => join(root, "node_modules", name, "bin", name);

async function corpusObstacle(): Promise<string | null> {
  if (!existsSync(join(root, "..", "shared", "corpus"))) {
    process.stdout.write(
      "\n!! The real scripts are not there (../shared/corpus): reading examples/ and generated scripts instead.\n",
    );
  }
  const missing = await ensurePrograms(["tclsh"]);
  return missing.length > 0 ? "there is no tclsh to compare with" : null;
}

async function browserObstacle(): Promise<string | null> {
  return findChromium().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

async function codeObstacle(): Promise<string | null> {
  return (
    (await browserObstacle()) ??
    (await installCodeServer().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    ))
  );
}

async function tclThere(): Promise<string | null> {
  // Tests that compare with Tcl say so themselves where it is missing.
  await ensurePrograms(["tclsh"]);
  return null;
}

async function pythonThere(): Promise<string | null> {
  // A warm Nuke runs Python; the tests of it say so themselves where there is none.
  await ensurePrograms(["python3"]);
  return null;
}

export const tiers: readonly Tier[] = [
  check("format", [bin("oxfmt"), "--check"]),
  check("lint", [bin("oxlint"), "--type-aware"]),
  check("types", [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "."]),
  check("build", [join(root, "scripts", "build.ts")]),
  files("unit", 2, 10, tclThere),
  files("corpus", 1, 10, corpusObstacle),
  files("fuzz", 1, 5),
  files("language-server", 2, 10),
  files("standin", 2, 5, pythonThere),
  files("service", 1, 20),
  files("faults", 1, 15),
  files("cli", 1, 15),
  files("webview", 1, 5, browserObstacle),
  { name: "vscode", minutes: 10, obstacle: codeObstacle, run: runVscodeSuite },
  {
    ...files("e2e", 1, 15, codeObstacle),
    run: async (signal) => {
      process.env.NUKE_RENDER_TEST_VSIX = join(root, ".test-output", "nuke-background-render.vsix");
      await packageExtension(process.env.NUKE_RENDER_TEST_VSIX);
      await warmUp(join(root, "examples"));
      return await files("e2e", 1, 15).run(signal);
    },
  },
];
