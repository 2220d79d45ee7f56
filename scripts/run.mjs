#!/usr/bin/env node
// The entry point of every npm script. Plain JavaScript, because it has to run on the machine's own Node (20 or later) before
// anything is installed: it installs the dependencies where they are missing or old, picks a Node that runs TypeScript
// (npm's `node` package where the machine's is too old) and hands over to scripts/<name>.ts.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name, ...rest] = process.argv.slice(2);
const [major = 0] = process.versions.node.split(".").map(Number);
const oldestThatRunsTypeScript = 24;

if (major < 20) fail(`Node ${process.versions.node} is too old: version 20 or later is needed.`);
installDependencies();
const node = newNode();
const file = join(root, name === "nbr" ? "src/cli/main.ts" : `scripts/${name}.ts`);
if (!existsSync(file)) fail(`There is no script "${name}".`);

const child = spawn(node, ["--disable-warning=ExperimentalWarning", file, ...rest], {
  stdio: "inherit",
  cwd: name === "nbr" ? (process.env.INIT_CWD ?? process.cwd()) : root,
  env: {
    ...process.env,
    PATH: [dirname(node), join(root, "node_modules/.bin"), process.env.PATH].join(delimiter),
  },
});
// A terminal sends Ctrl-C to the whole group, other senders to this process alone: nbr takes the same press twice for one.
const passedOn = ["SIGTERM", "SIGHUP", ...(["nbr", "demo"].includes(name) ? ["SIGINT"] : [])];
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
  process.on(signal, () => passedOn.includes(signal) && process.platform !== "win32" && child.kill(signal));
child.on("error", (error) => fail(`${node} could not be started: ${error.message}`));
child.on("exit", (code, signal) => {
  if (signal) process.removeAllListeners(signal);
  if (signal) process.kill(process.pid, signal);
  else process.exit(code ?? 1);
});

function installDependencies() {
  const stamp = join(root, "node_modules/.installed-from");
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  process.stderr.write("Installing dependencies (npm install)…\n");
  // Not `npm ci`: it refuses a lock file without the optional binaries of every platform, and registries that mirror only some
  // platforms make such lock files. --no-save leaves the lock file as it is.
  // npm is a .cmd on Windows, which only a shell can start; the words are fixed, so nothing can be misread.
  const npm = spawnSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (npm.status !== 0) fail("npm install failed; its messages are above.");
  writeFileSync(stamp, wanted);
}

function newNode() {
  if (major >= oldestThatRunsTypeScript) return process.execPath;
  const installed = join(root, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(installed)) {
    // A newer npm may leave install scripts out; this one only copies the binary of npm's own platform package.
    spawnSync(process.execPath, [join(root, "node_modules/node/installArchSpecificPackage.js")], {
      cwd: join(root, "node_modules/node"),
      stdio: ["ignore", 2, 2],
    });
  }
  if (!existsSync(installed))
    fail("npm's `node` package brought no Node for this machine. Install Node 24 or later.");
  return installed;
}

/** @param {string} message @returns {never} */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
