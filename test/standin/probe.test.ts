/** Asking a program for its version: a Nuke, a launcher that says nothing, one that never ends, one that is not there. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Probe, probeNuke } from "../../src/nuke/probe.ts";
import { installStandin } from "./install.ts";
import { gone } from "./warm-nuke.ts";

const folder = mkdtempSync(join(tmpdir(), "probe $(x) "));
after(() => rmSync(folder, { recursive: true }));
const ask = (argv: readonly string[], timeoutMs?: number, signal?: AbortSignal): Promise<Probe> =>
  probeNuke(argv, {
    env: process.env,
    cwd: folder,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal ? { signal } : {}),
  });
const node = (code: string): string[] => [process.execPath, "-e", code, "--"];

test("a Nuke says its version; so does one behind a launcher, on either stream and with any exit code", async () => {
  const nuke = await installStandin(join(folder, "Nuke 15.1v5"));
  assert.deepEqual(await ask([nuke]), { kind: "nuke", version: "15.1v5" });
  const launcher = node(
    `console.log("welcome".repeat(99)); console.error("Nuke 13.2v8, 64 bit, built"); process.exitCode = 7`,
  );
  assert.deepEqual(await ask(launcher), { kind: "nuke", version: "13.2v8" });
});

test("a launcher that names none says how it ended; what is not there could not be started", async () => {
  const silent = await ask(node("process.exit(3)"));
  assert.deepEqual(silent, { kind: "silent", how: "it ended with exit code 3" });
  for (const argv of [[join(folder, "none")], [folder], [""]])
    assert.equal((await ask(argv)).kind, "not-started", argv[0]);
});

test("one that floods its output, or never ends, is ended in time with what it has started", async () => {
  const pids = join(folder, "pids");
  const sleeper = `setInterval(() => process.stdout.write("Nuke ".repeat(10000)), 1)`;
  const code = `const { pid } = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(sleeper)}], { stdio: "inherit" });
    require("node:fs").writeFileSync(${JSON.stringify(pids)}, pid + " " + process.pid); setInterval(() => 0, 1000)`;
  const probe = await ask(node(code), 4000);
  assert.deepEqual(probe, { kind: "silent", how: "it did not end within 4 s" });
  for (const pid of readFileSync(pids, "utf8").split(" ")) await gone(Number(pid));
});

test("no one has to wait for it", async () => {
  const stop = new AbortController();
  const probe = ask(node("setInterval(() => 0, 1000)"), 600_000, stop.signal);
  stop.abort();
  assert.equal((await probe).kind, "silent");
});
