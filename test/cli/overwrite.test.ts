/** `nbr` says what a render replaces before it starts, and does with it what it is told. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { installStandin } from "../standin/install.ts";
import { mayReplace } from "../../src/cli/overwrite-question.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import type { Problem } from "../../src/plan/render-plan.ts";
import { type NbrResult, runNbr } from "./run-nbr.ts";

const folder = mkdtempSync(join(tmpdir(), "nbr overwrite "));
const profile = join(folder, "profile.json");
const env: NodeJS.ProcessEnv = {
  ...process.env,
  NUKE_RENDER_STATE_DIR: join(folder, "state"),
  NUKE_STANDIN_PROFILE: profile,
  XDG_CONFIG_HOME: folder,
  APPDATA: folder,
};
const script = join(folder, "shot.nk");
const frame = (number: number): string => join(folder, `f.000${number}.png`);
let nuke = "";

before(async () => {
  writeFileSync(profile, JSON.stringify({ secondsPerFrame: 0.01 }));
  nuke = await installStandin(join(folder, "nuke"));
  writeFileSync(
    script,
    'version 15.1 v5\nRoot {\n first_frame 1\n last_frame 4\n}\nConstant {\n inputs 0\n name Constant1\n}\nWrite {\n file "[file dirname [value root.name]]/f.####.png"\n file_type png\n name Write1\n}\n',
  );
});
after(async () => {
  await runNbr(["service", "stop", "--force"], { env });
  rmSync(folder, { recursive: true });
});

/** Puts frames 1 to 3 there, of yesterday 18:30. */
const yesterday = (): number => {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1, 18, 30).getTime();
};
const putFrames = (time = yesterday()): void => {
  rmSync(frame(4), { force: true });
  for (const number of [1, 2, 3]) {
    writeFileSync(frame(number), "old");
    utimesSync(frame(number), time / 1000, time / 1000);
  }
};
const isOld = (number: number): boolean => statSync(frame(number)).size === 3;
const nbr = (command: string, ...args: string[]): Promise<NbrResult> =>
  runNbr([command, script, "--nuke", nuke, ...args], { env });

test("plan and render name what is replaced; without a terminal the render goes on", async () => {
  putFrames();
  const warning =
    /warning: Write1 replaces 3 frames of yesterday 18:30; the other 1 is not on disk yet\. \[replaces-frames\]/u;
  const plan = await nbr("plan");
  assert.equal(plan.code, 0, plan.stderr);
  assert.match(plan.stderr, warning);
  assert.ok(isOld(1));
  const render = await nbr("render", "--json");
  assert.equal(render.code, 0, render.stderr);
  assert.match(render.stderr, warning);
  assert.deepEqual([1, 2, 3].map(isOld), [false, false, false]);
});

test("never refuses with exit code 2 and says what to do; missing frames are still rendered", async () => {
  putFrames();
  const refused = await nbr("render", "--overwrite", "never");
  assert.equal(refused.code, 2);
  assert.match(
    refused.stderr,
    /error: Write1 would replace 3 frames of yesterday 18:30, .*\[overwrite-refused\]/u,
  );
  assert.match(refused.stderr, /--only missing .*--overwrite always/u);
  assert.ok([1, 2, 3].every(isOld));
  const settings = join(folder, "never.json");
  writeFileSync(settings, JSON.stringify({ "nukeRender.overwrite": "never" }));
  assert.equal((await nbr("render", "--settings", settings)).code, 2, "the setting does the same");
  const missing = await nbr("render", "--settings", settings, "--only", "missing");
  assert.equal(missing.code, 0, missing.stderr);
  assert.ok([1, 2, 3].every(isOld) && !isOld(4));
  const always = await nbr("render", "--settings", settings, "--overwrite", "always", "--range", "1");
  assert.equal(always.code, 0, always.stderr);
  assert.deepEqual([1, 2, 3].map(isOld), [false, true, true]);
});

test("newer-script-only keeps frames that are newer than the script", async () => {
  putFrames();
  const next = Date.now() / 1000 + 60;
  utimesSync(frame(2), next, next);
  const result = await nbr("render", "--overwrite", "newer-script-only");
  assert.equal(result.code, 0, result.stderr);
  assert.match(result.stderr, /1 of 4 frames of Write1 is up to date; 3 are rendered\./u);
  assert.deepEqual([1, 2, 3, 4].map(isOld), [false, true, false, false]);
});

test("a retry renders what a job left missing without asking, whatever the setting", async () => {
  rmSync(frame(1));
  rmSync(frame(2));
  writeFileSync(profile, JSON.stringify({ secondsPerFrame: 0.01, failFrames: [2] }));
  const failed = await nbr("render", "--range", "1-2", "--retries", "0", "--json");
  assert.equal(failed.code, 1, failed.stderr);
  const job = /"job":"([^"]+)"/u.exec(failed.stdout)?.[1] ?? "";
  writeFileSync(profile, JSON.stringify({ secondsPerFrame: 0.01 }));
  writeFileSync(frame(2), "old");
  const settings = join(folder, "never.json");
  writeFileSync(settings, JSON.stringify({ "nukeRender.overwrite": "never" }));
  const retried = await runNbr(["retry", job, "--nuke", nuke, "--settings", settings], { env });
  assert.equal(retried.code, 0, retried.stderr);
  assert.ok(!isOld(2));
});

test("a mode that there is not is refused by name", async () => {
  const result = await nbr("plan", "--overwrite", "sometimes");
  assert.equal(result.code, 2);
  assert.match(
    result.stderr,
    /--overwrite takes ask-once, always, never, newer-script-only, not "sometimes"/u,
  );
});

test("a terminal is asked once for all renders; anything but yes renders nothing", async () => {
  const said: string[] = [];
  const questions: string[] = [];
  const terminal = (answer: string): Terminal => ({
    out: (line) => said.push(line),
    err: (line) => said.push(line),
    raw: (line) => said.push(line),
    live: false,
    redraw: () => undefined,
    ask: async (question) => {
      questions.push(question);
      return answer;
    },
    cwd: folder,
    env,
  });
  const plan = (severity: Problem["severity"]): { problems: Problem[] } => ({
    problems: [{ code: "replaces-frames", severity, message: "" }],
  });
  const two = [plan("warning"), plan("warning")];
  const answers = ["y", " Yes ", "n", "", "yet"].map((text) => mayReplace(two, false, terminal(text)));
  assert.deepEqual(await Promise.all(answers), [true, true, false, false, false]);
  assert.equal(questions.length, 5);
  assert.match(said.join(), /--only missing/u);
  assert.ok(await mayReplace([plan("info")], false, terminal("n")), "what was allowed is not asked");
  assert.ok(await mayReplace(two, true, terminal("n")), "programs are not asked");
  assert.ok(await mayReplace(two, false, { ...terminal("n"), ask: null }), "no one is there to ask");
  assert.equal(questions.length, 5);
});
