/** The stand-in keeps Nuke's contract: command line, output, exit codes (nuke-cli.md 1, 2 and 8), and writes real images. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { decode as decodePng } from "fast-png";
import jpeg from "jpeg-js";
import { installStandin } from "./install.ts";

const folder = mkdtempSync(join(tmpdir(), "a stand-in "));
let nuke = "";
before(async () => {
  nuke = await installStandin(join(folder, "Nuke15.1v5"));
});
after(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

function run(args: readonly string[], profile: object = {}): Run {
  const file = join(folder, "profile.json");
  writeFileSync(file, JSON.stringify(profile));
  const { status, signal, stdout, stderr } = spawnSync(nuke, args, {
    env: { ...process.env, NUKE_STANDIN_PROFILE: file },
    encoding: "utf8",
    cwd: folder,
  });
  return { code: status, signal, out: stdout, err: stderr };
}

/** A script with one Write into a separate folder. */
function script(name: string, type = "png", more = ""): { path: string; frames: string } {
  const frames = join(folder, name);
  const path = join(folder, `${name}.nk`);
  const token = /^(?:mov|mp4)$/u.test(type) ? "" : ".####";
  writeFileSync(
    path,
    `version 15.1 v5\nRoot {\n first_frame 1\n last_frame 4\n format "64 36 0 0 64 36 1 "\n}\nConstant {\n inputs 0\n name Constant1\n}\nWrite {\n file "${frames.replaceAll("\\", "/")}/f${token}.${type}"\n file_type ${type}\n create_directories true\n name Write1\n${more}}\n`,
  );
  return { path, frames };
}

test("the four lines that matter, in their order, on standard output", () => {
  const { path, frames } = script("lines");
  const { code, out, err } = run(["-V", "1", "-x", "-F", "2-3", path]);
  assert.equal(code, 0, err);
  const lines = out.split("\n").filter((line) => /^(?:Writing .* took|Frame|Total)/u.test(line));
  assert.deepEqual(
    lines.map((line) => line.replaceAll(/\d+\.\d\d seconds/gu, "S seconds").replace(frames, "")),
    [
      "Writing /f.0002.png took S seconds",
      "Frame 2 (1 of 2)",
      "Writing /f.0003.png took S seconds",
      "Frame 3 (2 of 2)",
      "Total render time: S seconds",
    ],
  );
  assert.match(out, /^Nuke 15\.1v5, 64 bit/u);
});

test("several -F add up; without one the script's range; bundled switches; -X in a list", () => {
  const { path } = script("ranges");
  const count = (args: string[]): number => run(args).out.match(/^Frame /gmu)?.length ?? 0;
  assert.equal(count(["-F", "1", "-F", "3-9x3", "-x", path]), 4);
  assert.equal(count(["-x", path]), 4);
  assert.equal(count(["-xim", "1", "-F", "-2--1", path]), 2);
  assert.equal(count(["-X", "Write1", "-F", "1 3-4", "--", path]), 3);
});

test("exit codes: 0 finished, 1 error, 100 no license; a crash is a signal", () => {
  const { path } = script("codes");
  assert.equal(run(["-x", "-F", "1-2", path]).code, 0);
  const failed = run(["-x", "-F", "1-4", path], { failFrames: [2] });
  assert.equal(failed.code, 1);
  assert.match(failed.err, /^\[[ \d]\d:\d\d\.\d\d\] ERROR: \w+: /mu);
  // It stops at the first error, and still prints its total.
  assert.deepEqual(failed.out.match(/^Frame \d+/gmu), ["Frame 1"]);
  assert.match(failed.out, /Total render time/u);
  const continued = run(["-x", "--cont", "-F", "1-4", path], { failFrames: [2] });
  assert.deepEqual(continued.out.match(/^Frame \d+/gmu), ["Frame 1", "Frame 3", "Frame 4"]);
  const refused = run(["-x", "-F", "1", path], { license: "refuse" });
  assert.equal(refused.code, 100);
  assert.match(refused.err, /FOUNDRY LICENSE ERROR REPORT/u);
  assert.equal(run(["-x", path], { crashFrames: [2], crashSignal: "SIGKILL" }).signal, "SIGKILL");
  assert.equal(run(["-x", "-F", "1", join(folder, "none.nk")]).code, 1);
  assert.equal(run(["-X", "Nobody", "-F", "1", path]).code, 1);
  assert.equal(run(["--no-such-switch", path]).code, 1);
});

test("pictures are real, and differ by their frame number", () => {
  const png = script("png");
  run(["-x", "-F", "1-2", png.path]);
  const [one, two] = readdirSync(png.frames)
    .sort()
    .map((name) => readFileSync(join(png.frames, name)));
  assert.ok(one && two && Buffer.compare(one, two) !== 0);
  assert.deepEqual([decodePng(one).width, decodePng(one).height], [64, 36]);

  const photo = script("jpeg", "jpeg");
  run(["-x", "-F", "1", photo.path]);
  assert.equal(jpeg.decode(readFileSync(join(photo.frames, "f.0001.jpeg"))).width, 64);

  const heads: [string, number[]][] = [
    ["exr", [0x76, 0x2f, 0x31, 0x01]],
    ["tiff", [0x49, 0x49, 0x2a, 0x00]],
    ["dpx", [0x53, 0x44, 0x50, 0x58]],
  ];
  for (const [type, head] of heads) {
    const { path, frames } = script(`as ${type}`, type);
    const { err } = run(["-x", "-F", "7", path]);
    const bytes = readFileSync(join(frames, `f.0007.${type}`));
    assert.deepEqual([...bytes.subarray(0, 4)], head, err);
  }
  const movie = script("movie", "mov");
  run(["-x", "-F", "1-3", movie.path]);
  assert.equal(readFileSync(join(movie.frames, "f.mov")).subarray(4, 8).toString("latin1").length, 4);
});

test("memory and time of a profile are really taken", () => {
  const { path } = script("costs");
  const started = performance.now();
  run(["-x", "-F", "1-2", path], { secondsPerFrame: 0.3, startupSeconds: 0.2 });
  assert.ok(performance.now() - started >= 800);
  const small = peakOf(path, {});
  const large = peakOf(path, { memoryPerFrameMB: 300 });
  if (small === null || large === null) {
    console.log("!! NOT CHECKED: memory (there is no /usr/bin/time and no /proc here)");
    return;
  }
  assert.ok(large - small > 250, `${large} MB against ${small} MB`);
});

/** Peak resident memory of a run, MB, as the kernel counted it for the shell's child. */
function peakOf(path: string, profile: object): number | null {
  if (!existsSync("/proc/self/status")) return null;
  const record = join(folder, "peak");
  const file = join(folder, "profile.json");
  writeFileSync(file, JSON.stringify(profile));
  // The process tells its own peak as its last act, from /proc.
  const program = `process.on("exit",()=>{const fs=require("node:fs");fs.writeFileSync(${JSON.stringify(record)},fs.readFileSync("/proc/self/status"))})`;
  const preload = join(folder, "peak.cjs");
  writeFileSync(preload, program);
  spawnSync(nuke, ["-x", "-F", "1", path], {
    env: { ...process.env, NUKE_STANDIN_PROFILE: file, NODE_OPTIONS: `--require "${preload}"` },
  });
  const text = readFileSync(record, "utf8");
  return Number(/VmHWM:\s+(\d+)/u.exec(text)?.[1] ?? 0) / 1024;
}

test("a slip in a profile is refused", () => {
  const { path } = script("slip");
  assert.notEqual(run(["-x", path], { secondsPerFrames: 1 }).code, 0);
});
