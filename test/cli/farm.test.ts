/** What `nbr farm submit` sends and refuses, and flags that are given twice; nothing is rendered. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import * as z from "zod";
import { type NbrResult, runNbr } from "./run-nbr.ts";

const folder = mkdtempSync(join(tmpdir(), "nbr farm "));
const env = {
  ...process.env,
  NUKE_RENDER_STATE_DIR: join(folder, "state"),
  XDG_CONFIG_HOME: folder,
  APPDATA: folder,
};
after(() => rmSync(folder, { recursive: true }));

const script = join(folder, "shot.nk");
const write = (name: string): string =>
  `Write {\n inputs 0\n file "[file dirname [value root.name]]/${name}.####.png"\n file_type png\n name ${name}\n}\n`;
writeFileSync(
  script,
  `version 15.1 v5\nRoot {\n first_frame 1\n last_frame 40\n views "left #ff0000\nright #00ff00"\n}\n${write("A")}${write("B")}${write("C")}`.replaceAll(
    "####.png",
    "%V.####.png",
  ),
);
const template = ["sub", "{script}", "{write}", "{range}", "{batchSize}"];
const farm = (words: readonly string[], ...args: string[]): Promise<NbrResult> => {
  const command = ["--command", JSON.stringify(words), "--dry-run", "--json"];
  return runNbr(["farm", "submit", script, "--write", "A", ...command, ...args], { env });
};
const sent = ({ stdout, stderr }: NbrResult): string[] => {
  assert.notEqual(stdout, "", stderr);
  return z.object({ argv: z.array(z.string()) }).parse(JSON.parse(stdout)).argv;
};

test("the batch size that is asked for is sent, also where a setting splits renders here", async () => {
  const settings = join(folder, "split.json");
  writeFileSync(settings, JSON.stringify({ "nukeRender.render.split": 2 }));
  assert.equal(sent(await farm(template, "--settings", settings)).at(-1), "10");
  assert.equal(sent(await farm(template, "--batch-size", "7", "--settings", settings)).at(-1), "7");
});

test("views, proxy and continue on error reach the farm where the command has tokens for them", async () => {
  const words = [...template, "{views}", "{proxy}", "{continueOnError}"];
  const given = await farm(words, "--views", "left", "--proxy", "--continue-on-error");
  assert.deepEqual(sent(given).slice(-3), ["left", "proxy", "true"]);
  assert.deepEqual(sent(await farm(words)).slice(-3), ["left,right", "script", "false"]);
  const twice = await farm(words, "--views", "right", "--views", "left");
  assert.deepEqual(sent(twice).slice(-3, -2), ["right,left"]);
});

test("an option without a token is refused by name, and nothing is sent", async () => {
  const result = await farm(template, "--views", "left", "--proxy", "--continue-on-error", "--threads", "3");
  assert.equal(result.code, 2);
  assert.equal(result.stdout, "");
  for (const name of ["--views", "--proxy", "--continue-on-error", "--threads"])
    assert.ok(result.stderr.includes(name), `${name}: ${result.stderr}`);
  const range = await farm(["sub", "{script}", "{write}"], "--range", "1-10");
  assert.equal(range.code, 2);
  assert.match(range.stderr, /--range: the farm command has no \{range\}/u);
});

test("how renders here are divided and repeated is refused by name", async () => {
  for (const args of [
    ["--deal", "auto"],
    ["--warm"],
    ["--split", "4"],
    ["--retries", "1"],
    ["--order", "ends"],
  ]) {
    const result = await farm(template, "--batch-size", "10", ...args);
    assert.equal(result.code, 2, args.join(" "));
    assert.ok(result.stderr.includes(`${args[0] ?? ""}: `), result.stderr);
    assert.equal(result.stdout, "");
  }
  const several = await farm(template, "--write", "B");
  assert.equal(several.code, 2);
  assert.match(several.stderr, /Submit one Write at a time/u);
});

test("a render does not run what --dry-run and --command ask for, and says so", async () => {
  for (const [flag, args] of [
    ["--dry-run", ["--dry-run"]],
    ["--command", ["--command", '["x"]']],
  ] as const) {
    const result = await runNbr(["render", script, "--write", "A", "--demo", ...args], { env });
    assert.equal(result.code, 2, result.stderr);
    assert.ok(result.stderr.includes(`${flag}: `), result.stderr);
  }
});

test("a flag of one value that is there twice is an error; lists and switches are not", async () => {
  const plan = (...args: string[]): Promise<NbrResult> =>
    runNbr(["plan", script, "--demo", "--json", ...args], { env });
  for (const flag of ["range", "split", "threads", "cache", "overwrite", "settings"]) {
    const result = await plan("--write", "A", `--${flag}`, "1", `--${flag}=2`);
    assert.equal(result.code, 2, flag);
    assert.match(result.stderr, new RegExp(`--${flag} is there twice, with "1" and "2"`, "u"));
  }
  const fine = await plan("--write", "A", "--demo", "--ignore", "same-path", "--ignore", "same-path");
  assert.equal(fine.code, 0, fine.stderr);
});

test("several --write are planned in their order, each once, with the same options", async () => {
  const result = await runNbr(
    ["plan", script, "--write", "C", "--write", "A", "--write", "C", "--range", "1-3", "--demo", "--json"],
    { env },
  );
  assert.equal(result.code, 0, result.stderr);
  const planned = result.stdout
    .trim()
    .split("\n")
    .map((line) => z.object({ write: z.string(), frames: z.string() }).parse(JSON.parse(line)));
  assert.deepEqual(planned, [
    { write: "C", frames: "1-3" },
    { write: "A", frames: "1-3" },
  ]);
  const unknown = await runNbr(["render", script, "--write", "A", "--write", "Nope", "--demo"], { env });
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /There is no Write named "Nope"/u);
});
