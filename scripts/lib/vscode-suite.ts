/** Runs test/vscode inside the extension host of a real VS Code. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "node:util";
import { build, stop } from "esbuild";
import * as z from "zod";
import { onlyNuke } from "../../test/standin/install.ts";
import { launchChromium } from "./chromium.ts";
import { startCode } from "./code-server.ts";
import type { Counts } from "./node-tests.ts";

const root = join(import.meta.dirname, "..", "..");

const resultsSchema = z.object({ passed: z.int(), failed: z.int(), skipped: z.int() });

/** Bundles every *.test.ts of test/vscode into one module whose `run` the extension host calls. */
export async function buildVscodeSuite(): Promise<string> {
  const folder = join(root, "test", "vscode");
  const tests = readdirSync(folder)
    .filter((file) => file.endsWith(".test.ts"))
    .sort();
  const thunks = tests.map((file) => `() => require("./${file}")`).join(", ");
  const outfile = join(root, "out", "test", "vscode", "index.cjs");
  await build({
    stdin: {
      contents: `import { runSuite } from "./run-suite.ts"; export const run = () => runSuite([${thunks}]);`,
      resolveDir: folder,
      loader: "ts",
    },
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    sourcemap: "inline",
    external: ["vscode", "mocha"],
    logLevel: "warning",
  });
  // esbuild keeps a process for the next build.
  await stop();
  return outfile;
}

/** The environment of the suite: the stand-in is the machine's only Nuke, as quick as the demo renderer, and writes down how it was started. */
export async function suiteEnvironment(folder: string): Promise<Record<string, string>> {
  const profile = join(folder, "profile.json");
  const recordTo = join(folder, "nukes.jsonl");
  await writeFile(profile, JSON.stringify({ secondsPerFrame: 0.25, startupSeconds: 0.4, recordTo }));
  return { ...(await onlyNuke(folder)), NUKE_STANDIN_PROFILE: profile, NUKE_RENDER_TEST_NUKES: recordTo };
}

export async function runVscodeSuite(signal: AbortSignal): Promise<Counts> {
  const suite = await buildVscodeSuite();
  const workspace = await mkdtemp(join(tmpdir(), "vscode workspace "));
  const results = join(workspace, "results.json");
  const nukes = await mkdtemp(join(tmpdir(), "vscode nukes "));
  const code = await startCode({
    develop: true,
    env: { ...process.env, ...(await suiteEnvironment(nukes)), NUKE_RENDER_TEST_RESULTS: results },
  });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const exited = new Promise<number>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("The suite took too long.")));
      page
        .exposeFunction("codeAutomationLog", (_type: string, args: unknown[]) => {
          const text = format(...args);
          if (text.startsWith("[suite] ")) process.stdout.write(`${text.slice(8)}\n`);
        })
        .catch(reject);
      page.exposeFunction("codeAutomationExit", (exitCode: number) => resolve(exitCode)).catch(reject);
    });
    await page.goto(
      code.address(workspace, {
        extensionDevelopmentPath: code.remote(root),
        extensionTestsPath: code.remote(suite),
      }),
    );
    const exitCode = await exited;
    const counts = resultsSchema.safeParse(JSON.parse(await readFile(results, "utf8").catch(() => "null")));
    if (counts.success) return counts.data;
    process.stdout.write(`The suite ended with ${exitCode} and left no results.\n${await code.log()}\n`);
    await mkdir(join(root, ".test-output"), { recursive: true });
    await page.screenshot({ path: join(root, ".test-output", "vscode-suite.png") });
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    await browser.close();
    await code.stop();
    await rm(workspace, { recursive: true, force: true });
    await rm(nukes, { recursive: true, force: true });
  }
}
