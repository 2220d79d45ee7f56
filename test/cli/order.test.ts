/** Several Writes in their order, and only those frames that are missing, from a terminal. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import * as z from "zod";
import { onlyNuke } from "../standin/install.ts";
import { runNbr } from "./run-nbr.ts";

const folder = mkdtempSync(join(tmpdir(), "nbr order "));
const env: NodeJS.ProcessEnv = {
  ...process.env,
  ...(await onlyNuke(folder)),
  NUKE_RENDER_STATE_DIR: join(folder, "state"),
  NUKE_STANDIN_PROFILE: join(folder, "profile.json"),
};
const out = join(folder, "out");
const script = join(folder, "shot.nk");
const write = (name: string): string =>
  `Write {\n file "${out.replaceAll("\\", "/")}/${name}.####.png"\n file_type png\n create_directories true\n name ${name}\n}\n`;
writeFileSync(
  script,
  `Root {\n first_frame 1\n last_frame 6\n}\nRead {\n inputs 0\n file "${out.replaceAll("\\", "/")}/Pre.%04d.png"\n name Read1\n}\n${write("Final")}Constant {\n inputs 0\n}\n${write("Pre")}`,
);
utimesSync(script, 1000, 1000);

beforeEach(() => {
  rmSync(out, { recursive: true, force: true });
  writeFileSync(join(folder, "profile.json"), "{}");
});
after(async () => {
  await runNbr(["service", "stop", "--force"], { env });
  rmSync(folder, { recursive: true });
});

const eventSchema = z.object({
  type: z.string(),
  job: z.string().optional(),
  exitCode: z.int().optional(),
  framesMissing: z.array(z.string()).optional(),
  text: z.string().optional(),
});
const events = (stdout: string): z.infer<typeof eventSchema>[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => eventSchema.parse(JSON.parse(line)));
/** `started Pre`, `finished Pre`, in the order they came. */
const story = (stdout: string): string[] =>
  events(stdout).flatMap(({ type, job }) =>
    type === "chunk-started" || type === "finished"
      ? [`${type.replace("chunk-", "")} ${/-(Pre|Final)-/u.exec(job ?? "")?.[1] ?? ""}`]
      : [],
  );

test("--all renders what is read first, and what reads it when that is over", async () => {
  const { code, stdout, stderr } = await runNbr(["render", script, "--all", "--split", "1", "--json"], {
    env,
  });
  assert.equal(code, 0, stderr);
  assert.deepEqual(story(stdout), ["started Pre", "finished Pre", "started Final", "finished Final"]);
  assert.equal(readdirSync(out).length, 12);
  const plan = await runNbr(["plan", script, "--all"], { env });
  assert.match(plan.stdout, /Final waits for Pre \(Read1 reads what it writes\)\./u);
});

test("when the first one fails, the second is not started, and the exit code is the first one's", async () => {
  writeFileSync(join(folder, "profile.json"), JSON.stringify({ failFrames: [2] }));
  const { code, stdout } = await runNbr(
    ["render", script, "--all", "--split", "1", "--retries", "0", "--json"],
    { env },
  );
  assert.equal(code, 1);
  assert.ok(!story(stdout).includes("started Final"));
  const ends = events(stdout).filter(({ type }) => type === "finished");
  assert.deepEqual(
    ends.map(({ framesMissing }) => framesMissing),
    [["2"], ["1-6"]],
  );
  const told = events(stdout).filter(
    ({ type, text }) => type === "message" && text?.startsWith("Not rendered."),
  );
  assert.equal(told.length, 1);
});

test("a Write that reads what is not rendered says so; --with-needed renders that first", async () => {
  const plan = await runNbr(["plan", script, "--write", "Final"], { env });
  assert.match(
    plan.stderr,
    /Final reads what Pre writes \(Read1\), and 6 of 6 frames are not on disk.*reads-unrendered/u,
  );
  assert.match(plan.stderr, /--with-needed/u);
  const args = ["render", script, "--write", "Final", "--range", "1-2", "--split", "1", "--json"];
  const { code, stdout } = await runNbr([...args, "--with-needed"], { env });
  assert.equal(code, 0);
  assert.deepEqual(story(stdout), ["started Pre", "finished Pre", "started Final", "finished Final"]);
  assert.equal(readdirSync(out).length, 8);
  // Pre is there now.
  assert.deepEqual(story((await runNbr([...args, "--with-needed"], { env })).stdout), [
    "started Final",
    "finished Final",
  ]);
});

test("--only missing renders what is missing or empty, --only outdated what is older than the script too; then nothing is left", async () => {
  const render = ["render", script, "--write", "Pre"];
  assert.equal((await runNbr(render, { env })).code, 0);
  rmSync(join(out, "Pre.0002.png"));
  truncateSync(join(out, "Pre.0005.png"));
  utimesSync(join(out, "Pre.0001.png"), 500, 500);
  const missing = await runNbr([...render, "--only", "missing"], { env });
  assert.equal(missing.code, 0, missing.stderr);
  assert.match(missing.stderr, /4 of 6 frames of Pre are on disk; 2 are rendered\./u);
  assert.match(missing.stdout, /✓ Pre: 2 frames/u);
  const outdated = await runNbr([...render, "--only", "outdated"], { env });
  assert.match(outdated.stderr, /5 of 6 frames of Pre are up to date; 1 is rendered\./u);
  const jobs = (await runNbr(["ps", "--all", "--json"], { env })).stdout.split("\n").length;
  const nothing = await runNbr([...render, "--only", "outdated"], { env });
  assert.equal(nothing.code, 0);
  assert.match(
    nothing.stderr,
    /All 6 frames of Pre are already on disk, and none is older than the script\./u,
  );
  const json = await runNbr([...render, "--only", "missing", "--json"], { env });
  assert.deepEqual([json.code, events(json.stdout).at(-1)?.exitCode], [0, 0]);
  assert.equal((await runNbr(["ps", "--all", "--json"], { env })).stdout.split("\n").length, jobs);
  const wrong = await runNbr([...render, "--only", "new"], { env });
  assert.deepEqual([wrong.code, /--only takes all, missing, outdated/u.test(wrong.stderr)], [2, true]);
});

test("--after waits for a job of another terminal, which nbr ps tells; a job that is not there is refused", async () => {
  writeFileSync(join(folder, "profile.json"), JSON.stringify({ secondsPerFrame: 0.6 }));
  let say: (job: string) => void = () => undefined;
  const begun = new Promise<string>((resolve) => (say = resolve));
  const first = runNbr(["render", script, "--write", "Pre", "--split", "1", "--json"], {
    env,
    onLine: (line) => {
      const { type, job } = eventSchema.parse(JSON.parse(line));
      if (type === "chunk-started") say(job ?? "");
    },
  });
  const job = await begun;
  let queued: () => void = () => undefined;
  const waits = new Promise<void>((resolve) => (queued = resolve));
  const second = runNbr(["render", script, "--write", "Final", "--after", job, "--json"], {
    env,
    onLine: (line) => eventSchema.parse(JSON.parse(line)).type === "queued" && queued(),
  });
  await waits;
  assert.match((await runNbr(["ps"], { env })).stdout, /Final +queued +50 +waits for Pre · 6 frames/u);
  assert.equal((await first).code, 0);
  assert.equal((await second).code, 0);
  const refused = await runNbr(["render", script, "--write", "Final", "--after", "nobody"], {
    env,
  });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /cannot wait for nobody: there is no such job/u);
});
