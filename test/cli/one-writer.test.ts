/** Two renders of one Write from two terminals, and a render service that dies while a render is handed to it. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import * as z from "zod";
import { connectRenderService } from "../../src/render-service/client/connect.ts";
import { dieBeforeAnswer } from "../service/dying-service.ts";
import { onlyNuke } from "../standin/install.ts";
import { type NbrResult, runNbr } from "./run-nbr.ts";

const folder = mkdtempSync(join(tmpdir(), "nbr writer "));
const state = join(folder, "state");
const env: NodeJS.ProcessEnv = {
  ...process.env,
  ...(await onlyNuke(folder)),
  NUKE_RENDER_STATE_DIR: state,
  NUKE_STANDIN_PROFILE: join(folder, "profile.json"),
};
const out = join(folder, "out");
const script = join(folder, "shot.nk");
const file = `${out.replaceAll("\\", "/")}/f.####.png`;
const write = (name: string): string =>
  `Constant {\n inputs 0\n}\nWrite {\n file "${file}"\n file_type png\n create_directories true\n name ${name}\n}\n`;
const pace = (secondsPerFrame: number): void =>
  writeFileSync(join(folder, "profile.json"), JSON.stringify({ secondsPerFrame }));

beforeEach(() => {
  rmSync(out, { recursive: true, force: true });
  writeFileSync(script, `Root {\n first_frame 1\n last_frame 20\n}\n${write("Write1")}`);
  pace(0.5);
});
after(async () => {
  await runNbr(["service", "stop", "--force"], { env });
  rmSync(folder, { recursive: true });
});

const eventSchema = z.object({
  type: z.string(),
  job: z.string().optional(),
  code: z.string().optional(),
  exitCode: z.int().optional(),
});

/** A render that goes on, once a frame of it is on disk. */
async function begin(...flags: string[]): Promise<{ job: string; end: Promise<NbrResult> }> {
  let said: (job: string) => void = () => undefined;
  const job = new Promise<string>((resolve) => (said = resolve));
  const end = runNbr(["render", script, "--json", ...flags], {
    env,
    onLine: (line) => {
      const event = eventSchema.parse(JSON.parse(line));
      if (event.type === "frame-done" && event.job !== undefined) said(event.job);
    },
  });
  return { job: await job, end };
}

test("a second terminal is refused with exit code 2, and told what it can do; each of these ways works", async () => {
  const { job, end } = await begin("--parallel", "1");
  // Paused, so that it is not over before the others have tried.
  assert.equal((await runNbr(["pause", job], { env })).code, 0);
  pace(0);
  const second = await runNbr(["render", script, "--range", "15-30"], { env });
  assert.equal(second.code, 2);
  assert.match(second.stderr, new RegExp(`Frames 15–20 of Write1 are already being rendered by ${job}`, "u"));
  for (const way of [`nbr ps ${job}`, `--after ${job}`, `nbr cancel ${job}`, "--ignore being-rendered"])
    assert.ok(second.stderr.includes(way), second.stderr);

  const json = await runNbr(["render", script, "--json"], { env });
  assert.equal(json.code, 2);
  const lines = json.stdout.trim().split("\n").slice(-2);
  assert.deepEqual(
    lines
      .map((line) => eventSchema.parse(JSON.parse(line)))
      .map(({ type, code, exitCode }) => [type, code ?? exitCode]),
    [
      ["problem", "being-rendered"],
      ["finished", 2],
    ],
  );

  const range = ["--range", "20"];
  const anyway = await runNbr(["render", script, ...range, "--ignore", "being-rendered"], { env });
  assert.equal(anyway.code, 0, anyway.stderr);
  const later = runNbr(["render", script, "--after", job], { env });
  assert.equal((await runNbr(["resume", job], { env })).code, 0);
  assert.equal((await end).code, 0);
  assert.equal((await later).code, 0);
});

test("the service dies between accepting a render and answering: nbr goes on, and there is one job", async () => {
  await runNbr(["service", "stop", "--force"], { env });
  pace(0);
  const client = await connectRenderService({ stateFolder: state, runtime: await dieBeforeAnswer(folder) });
  client.dispose();
  const before = readdirSync(join(state, "jobs")).length;
  const { code, stderr, stdout } = await runNbr(["render", script], { env });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /20 frames/u);
  assert.equal(readdirSync(join(state, "jobs")).length, before + 1);
  assert.equal(readdirSync(out).length, 20);
});

test("of several Writes one is refused: the others of the same command are cancelled", async () => {
  writeFileSync(script, `Root {\n first_frame 1\n last_frame 20\n}\n${write("Write1")}${write("Write2")}`);
  const { code, stderr } = await runNbr(["render", script, "--all", "--ignore", "same-path"], {
    env,
  });
  assert.equal(code, 2, stderr);
  assert.match(stderr, /Cancelled, because not all of these renders could start: shot-Write1-/u);
});

test("--ignore takes only the codes that may be ignored", async () => {
  const { code, stderr } = await runNbr(["render", script, "--ignore", "all"], { env });
  assert.equal(code, 2);
  assert.match(stderr, /same-path, folder-not-writable, being-rendered/u);
  const resumed = await runNbr(["resume", "shot", "--ignore", "all"], { env });
  assert.equal(resumed.code, 2);
  assert.match(resumed.stderr, /only being-rendered/u);
});
