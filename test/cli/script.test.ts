/** What `nbr` says and does about a script that is saved while it renders. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { renderPlanSchema } from "../../src/plan/render-plan.ts";
import { onlyNuke } from "../standin/install.ts";
import { runNbr } from "./run-nbr.ts";

const folder = mkdtempSync(join(tmpdir(), "nbr script "));
const env: NodeJS.ProcessEnv = {
  ...process.env,
  ...(await onlyNuke(folder)),
  NUKE_RENDER_STATE_DIR: join(folder, "state"),
  XDG_CONFIG_HOME: folder,
  APPDATA: folder,
};
after(async () => {
  await runNbr(["service", "stop", "--force"], { env });
  rmSync(folder, { recursive: true });
});

const script = (name: string, file: string): string => {
  const path = join(folder, name);
  const write = `Write {\n inputs 0\n file "${file}"\n file_type png\n create_directories true\n name Write1\n}\n`;
  writeFileSync(path, `version 15.1 v5\nRoot {\n first_frame 1\n last_frame 4\n}\n${write}`);
  return path;
};
const own = String.raw`\[file dirname \[value root.name]]/out/\[file rootname \[file tail \[value root.name]]].####.png`;

test("plan tells when a script is not rendered from a copy, and why", async () => {
  const path = script("own.nk", own);
  const { stdout } = await runNbr(["plan", path, "--json"], { env });
  const plan = renderPlanSchema.parse(JSON.parse(stdout));
  assert.equal(plan.whileRendering, "hold");
  assert.ok(plan.problems.some(({ code }) => code === "script-not-copied"));
  const wrong = await runNbr(["plan", path, "--while-rendering", "pray"], { env });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /--while-rendering takes copy, hold, go-on, not "pray"/u);
});

test("a script whose file name is its output's keeps it; one that is saved by half is rendered as it was, and leaves no copy", async () => {
  const flags = ["--create-folders", "--split", "2", "--parallel", "1", "--json"];
  const first = await runNbr(["render", script("own.nk", own), ...flags], { env });
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual(
    readdirSync(join(folder, "out")).sort(),
    [1, 2, 3, 4].map((frame) => `own.000${frame}.png`),
  );

  const path = script("plain.nk", String.raw`\[file dirname \[value root.name]]/plain/a.####.png`);
  const text = readFileSync(path, "utf8");
  let saved = false;
  const second = await runNbr(["render", path, ...flags], {
    env,
    onLine: (line) => {
      if (!line.includes('"frame-done"') || saved) return;
      saved = true;
      // What Nuke could not read must not be read.
      writeFileSync(path, "saved by half {");
    },
  });
  assert.equal(second.code, 0, second.stderr);
  assert.ok(saved && /"chunk-started".*\.plain\.rendering-/u.test(second.stdout));
  assert.ok(text.includes("plain"));
  assert.equal(readdirSync(join(folder, "plain")).length, 4);
  assert.ok(!readdirSync(folder).some((name) => name.includes(".rendering-")));
});
