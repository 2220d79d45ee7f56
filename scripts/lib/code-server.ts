/**
 * A real VS Code without its desktop build: npm's `code-server` package carries VS Code's own server and workbench. It is installed into
 * `.tools/`, without its install scripts; of its native modules the two are built that it cannot do without.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./run.ts";
import { ensurePrograms } from "./system-packages.ts";

const version = "4.139.1";
const tools = join(import.meta.dirname, "..", "..", ".tools");
const home = join(tools, `code-server-${version}`);
const vscode = join(home, "node_modules", "code-server", "lib", "vscode");

/** VS Code cannot be set up or started here. */
export class CodeServerError extends Error {
  readonly reason: "tools-missing" | "not-started";
  constructor(reason: CodeServerError["reason"], message: string) {
    super(message);
    this.name = "CodeServerError";
    this.reason = reason;
  }
}

/** Sets VS Code up once. @throws {CodeServerError} where a compiler is missing; {RunError} when npm fails. */
export async function installCodeServer(): Promise<void> {
  if (existsSync(join(home, "installed"))) return;
  const missing = await ensurePrograms(["python3", "make", "g++"]);
  if (missing.length > 0) {
    throw new CodeServerError(
      "tools-missing",
      `VS Code for tests needs ${missing.join(", ")} to build two native modules. Install them and run this again.`,
    );
  }
  process.stderr.write(`Setting up VS Code for tests (code-server ${version})…\n`);
  await mkdir(tools, { recursive: true });
  // Built next to its place and moved there whole, so that a run that was ended leaves no half of it.
  const building = await mkdtemp(join(tools, "building-"));
  const inside = join(building, "node_modules", "code-server", "lib", "vscode");
  const install = [
    "install",
    "--omit=dev",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  await writeFile(join(building, "package.json"), '{ "private": true }\n');
  await run("npm", [...install, `code-server@${version}`], { cwd: building });
  await run("npm", install, { cwd: inside });
  await run("npm", ["rebuild", "@vscode/spdlog", "@vscode/native-watchdog", "--loglevel=error"], {
    cwd: inside,
  });
  await run("npm", install, { cwd: join(inside, "extensions") });
  await writeFile(join(building, "installed"), "");
  await rm(home, { recursive: true, force: true });
  await rename(building, home);
}

export interface CodeOptions {
  /** Put into the user's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** A package to install first. */
  readonly vsix?: string;
  /** Restricted Mode is possible; without it every folder is trusted. */
  readonly trust?: boolean;
  /** Lets the page load an extension from sources; notifications are then not shown. */
  readonly develop?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

export interface RunningCode {
  readonly port: number;
  /** Address of the workbench on a folder, with what the page is to know (`extensionDevelopmentPath` and so on). */
  address(folder: string, payload?: Readonly<Record<string, string>>): string;
  /** A path as the page names it. */
  remote(path: string): string;
  readonly dataFolder: string;
  /** Rejects with the server's log when the server ends by itself. */
  readonly died: Promise<never>;
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts VS Code's server with its own data folder. */
export async function startCode({
  settings = {},
  vsix,
  trust = false,
  develop = false,
  env = process.env,
}: CodeOptions = {}): Promise<RunningCode> {
  await installCodeServer();
  const dataFolder = await mkdtemp(join(tmpdir(), "vscode-data-"));
  const logFile = join(dataFolder, "server.log");
  const userFolder = join(dataFolder, "data", "User");
  await mkdir(userFolder, { recursive: true });
  await mkdir(join(dataFolder, "data", "Machine"), { recursive: true });
  const quiet = {
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": false,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.colorTheme": "Default Dark Modern",
    "chat.disableAIFeatures": true,
    "extensions.ignoreRecommendations": true,
  };
  // Some of these count as a user's, some as a machine's.
  for (const scope of ["User", "Machine"]) {
    await writeFile(
      join(dataFolder, "data", scope, "settings.json"),
      JSON.stringify({ ...quiet, ...settings }),
    );
  }
  const main = join(vscode, "out", "server-main.js");
  const base = ["--server-data-dir", dataFolder, "--accept-server-license-terms", "--disable-telemetry"];
  if (vsix !== undefined) await run(process.execPath, [main, ...base, "--install-extension", vsix], { env });

  const port = await freePort();
  const words = [main, "--host", "127.0.0.1", "--port", String(port), "--without-connection-token", ...base];
  if (!trust) words.push("--disable-workspace-trust");
  if (develop) words.push("--enable-smoke-test-driver");
  const { openSync, closeSync } = await import("node:fs");
  const log = openSync(logFile, "a");
  const child = spawn(process.execPath, words, {
    env,
    stdio: ["ignore", log, log],
    detached: process.platform !== "win32",
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let over = false;
  void ended.then(() => (over = true));
  const readLog = async (): Promise<string> => (await readFile(logFile, "utf8").catch(() => "")).slice(-6000);

  let stopping = false;
  const died = ended.then(async (): Promise<never> => {
    if (stopping) return await new Promise<never>(() => undefined);
    throw new CodeServerError("not-started", `VS Code's server has ended:\n${await readLog()}`);
  });
  // Those that wait for a window handle it.
  died.catch(() => undefined);

  const stop = async (): Promise<void> => {
    stopping = true;
    if (!over && child.pid !== undefined) killGroup(child.pid, "SIGTERM");
    const force = setTimeout(() => child.pid !== undefined && killGroup(child.pid, "SIGKILL"), 5000);
    await ended;
    clearTimeout(force);
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  };
  const deadline = Date.now() + 300_000;
  while (!(await answers(port))) {
    if (over || Date.now() > deadline) {
      const text = await readLog();
      await stop();
      throw new CodeServerError("not-started", `VS Code's server did not come up:\n${text}`);
    }
  }
  const remote = (path: string): string => `vscode-remote://127.0.0.1:${port}${path}`;
  return {
    port,
    dataFolder,
    died,
    remote,
    stop,
    log: readLog,
    address: (folder, payload = {}) => {
      const words = encodeURIComponent(JSON.stringify(Object.entries(payload)));
      return `http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}&payload=${words}`;
    },
  };
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string")
    throw new CodeServerError("not-started", "There is no free port.");
  return address.port;
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, signal);
  } catch {
    // It has ended by itself.
  }
}
