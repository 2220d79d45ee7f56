/** The demo renderer in the terminal: test pictures go next to the script, and no other frames are touched. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { renderPlanSchema } from "../../src/plan/render-plan.ts";
import { noPython } from "../standin/warm-nuke.ts";
import { type NbrResult, runNbr } from "./run-nbr.ts";

const folder = mkdtempSync(join(tmpdir(), "nbr demo "));
const out = join(folder, "out");
const demo = join(folder, "nuke-render-demo", "shot");
const script = join(folder, "shot.nk");
const env: NodeJS.ProcessEnv = {
  ...process.env,
  NUKE_RENDER_STATE_DIR: join(folder, "state"),
  NUKE_STANDIN_PROFILE: join(folder, "profile.json"),
  NUKE_RENDER_INSTALL_ROOTS: join(folder, "none"),
  PATH: (process.env.PATH ?? "")
    .split(":")
    .filter((entry) => !existsSync(join(entry, "nuke")))
    .join(":"),
  XDG_CONFIG_HOME: folder,
  APPDATA: folder,
};
const path = out.replaceAll("\\", "/");
const write = (name: string, file = `${path}/${name}.####.png`): string =>
  `Write {\n file ${file.includes("[") ? `"${file.replaceAll("[", "\\[")}"` : `"${file}"`}\n file_type png\n name ${name}\n}\n`;
writeFileSync(join(folder, "profile.json"), "{}");
writeFileSync(
  script,
  `version 15.1 v5\nRoot {\n first_frame 1\n last_frame 6\n}\nRead {\n inputs 0\n file "${path}/Pre.%04d.png"\n name Read1\n}\n${write("Final")}Constant {\n inputs 0\n}\n${write("Pre")}Constant {\n inputs 0\n}\n${write("Same", `${path}/Pre.####.png`)}Constant {\n inputs 0\n}\n${write("Python", "[python {shotPath()}]")}`,
);

const nbr = (...args: string[]): Promise<NbrResult> => runNbr(args, { env });
const real = ["Final", "Pre"].flatMap((name) => [1, 2, 3, 4, 5, 6].map((frame) => `${name}.000${frame}.png`));

beforeEach(() => {
  rmSync(join(folder, "nuke-render-demo"), { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const name of real) writeFileSync(join(out, name), "real");
});
after(async () => {
  await nbr("service", "stop", "--force");
  rmSync(folder, { recursive: true });
});

function assertUntouched(): void {
  assert.deepEqual(readdirSync(out).sort(), real.toSorted());
  for (const name of real) assert.equal(readFileSync(join(out, name), "utf8"), "real", name);
}

test("finished frames stay; every Write, one with another's name and one only Nuke could name too, has its pictures", async () => {
  const { code, stdout, stderr } = await nbr("render", script, "--demo", "--all", "--split", "2");
  assert.equal(code, 0, stderr);
  assertUntouched();
  for (const name of ["Final", "Pre", "Same", "Python"])
    assert.equal(readdirSync(join(demo, name)).length, 6, name);
  assert.match(stdout, /✓ Final \(demo\): 6 test pictures in /u);
  assert.match(stdout, /test pictures of the demo renderer, not your comp, in .*nuke-render-demo/u);
  assert.doesNotMatch(stdout, /\d frames|frames in/u);
  assert.match(stderr, /The demo renderer is used instead of Nuke.*nuke-render-demo.*nuke-demo/u);
  const ps = await nbr("ps", "--all");
  assert.match(ps.stdout, / demo · 6 test pictures · /u);
});

test("Nukes that stay open write there too", { skip: noPython() }, async () => {
  const { code, stderr } = await nbr(
    "render",
    script,
    "--demo",
    "--write",
    "Pre",
    "--warm",
    "--parallel",
    "2",
  );
  assert.equal(code, 0, stderr);
  assertUntouched();
  assert.equal(readdirSync(join(demo, "Pre")).length, 6);
});

test("what is missing is looked for among the test pictures, in a chain of Writes as well", async () => {
  const plan = await nbr("plan", script, "--demo", "--write", "Final");
  assert.match(plan.stderr, /Final reads what Pre writes .* 6 of 6 frames are not there as test pictures/u);
  const render = ["render", script, "--demo", "--write", "Final"];
  assert.equal((await nbr(...render, "--with-needed", "--range", "1-4")).code, 0);
  assert.deepEqual([readdirSync(join(demo, "Pre")).length, readdirSync(join(demo, "Final")).length], [6, 4]);
  const rest = await nbr(...render, "--only", "missing");
  assert.match(rest.stdout, /✓ Final \(demo\): 2 test pictures/u);
  const json = await nbr("plan", script, "--demo", "--write", "Final", "--json");
  const { outputFile, problems } = renderPlanSchema.parse(JSON.parse(json.stdout));
  assert.equal(outputFile, join(demo, "Final", "Final.####.png"));
  assert.deepEqual(
    problems.map(({ code }) => code),
    ["nuke-demo"],
  );
  assertUntouched();
});

test("without a Nuke, and with one that is not there, it says what to set and starts nothing", async () => {
  const none = await nbr("render", script, "--write", "Pre");
  assert.equal(none.code, 2);
  assert.match(none.stderr, /No Nuke was found.*asks for Nuke 15\.1v5.*nukeRender\.nuke\.executables/u);
  assert.match(none.stderr, /--nuke PATH.*"nukeRender\.nuke\.executables".*--demo/u);
  const wrong = await nbr("render", script, "--write", "Pre", "--nuke", "/no/Nuke15.1", "--json");
  assert.equal(wrong.code, 2);
  assert.match(wrong.stdout, /"code":"nuke-missing".*\/no\/Nuke15\.1.*--nuke/u);
  assertUntouched();
  assert.ok(!existsSync(demo));
  assert.equal((await nbr("farm", "submit", script, "--write", "Pre", "--demo")).code, 2);
});
