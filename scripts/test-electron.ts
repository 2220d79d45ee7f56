/**
 * `npm run test:electron`: the suite of test/vscode in VS Code's desktop build, by @vscode/test-electron, where its download is possible.
 * Says so loudly, and ends with exit code 3, where it is not.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadAndUnzipVSCode, runTests } from "@vscode/test-electron";
import { run } from "./lib/run.ts";
import { ensurePrograms } from "./lib/system-packages.ts";
import { buildVscodeSuite, suiteEnvironment } from "./lib/vscode-suite.ts";

const root = join(import.meta.dirname, "..");
const notRun = 3;

function refuse(why: string): never {
  process.stdout.write(
    `\n!! NOT RUN: the suite in VS Code's desktop build: ${why}\n!! The same suite runs in VS Code's server build with: npm test -- vscode\n`,
  );
  process.exit(notRun);
}

let executable: string;
try {
  executable = await downloadAndUnzipVSCode({
    cachePath: join(root, ".tools", "vscode"),
    version: process.env.VSCODE_VERSION ?? "stable",
  });
} catch (error) {
  refuse(`it cannot be downloaded (${error instanceof Error ? error.message : String(error)})`);
}

if (process.platform === "linux" && process.env.DISPLAY === undefined) {
  const missing = await ensurePrograms(["xvfb-run"]);
  if (missing.length > 0) refuse("there is no display and no xvfb-run");
  // Once more, with a display; the download is there by then.
  await run("xvfb-run", ["-a", process.execPath, ...process.argv.slice(1)], { show: true }).catch(() =>
    process.exit(1),
  );
  process.exit(0);
}

await run(process.execPath, [join(import.meta.dirname, "build.ts")], { show: true });
const folder = await mkdtemp(join(tmpdir(), "vscode electron "));
const nukes = await mkdtemp(join(tmpdir(), "vscode nukes "));
try {
  const code = await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: root,
    extensionTestsPath: await buildVscodeSuite(),
    launchArgs: [
      folder,
      "--disable-extensions",
      "--disable-workspace-trust",
      "--user-data-dir",
      join(folder, "data"),
    ],
    extensionTestsEnv: {
      NUKE_RENDER_STATE_DIR: join(folder, "state"),
      ...(await suiteEnvironment(nukes)),
    },
  });
  process.exitCode = code;
} finally {
  await rm(folder, { recursive: true, force: true });
  await rm(nukes, { recursive: true, force: true });
}
