/** The whole line in a terminal: `nbr` → service → stand-in Nukes → frames on disk. */
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
import { after, before, test } from "node:test";
import * as z from "zod";
import { parseFrames } from "../../src/plan/frames/frames.ts";
import { renderPlanSchema } from "../../src/plan/render-plan.ts";
import { noPython } from "../standin/warm-nuke.ts";
import { onlyNuke } from "../standin/install.ts";
import { type NbrResult, runNbr } from "./run-nbr.ts";

const folder = mkdtempSync(join(tmpdir(), "nbr ü 'quoted' $(x) "));
const env: NodeJS.ProcessEnv = {
  ...process.env,
  ...(await onlyNuke(folder)),
  NUKE_RENDER_STATE_DIR: join(folder, "state"),
  NUKE_RENDER_LICENSE_RETRY_SECONDS: "0.1",
  NUKE_RENDER_LICENSE_WAIT_SECONDS: "0.5",
  XDG_CONFIG_HOME: folder,
  APPDATA: folder,
};
const profile = join(folder, "profile.json");
const out = join(folder, "out put").replaceAll("\\", "/");

const writeScript = (name: string, changes = "", last = 20): string => {
  const path = join(folder, name);
  const escaped = out.replaceAll("$", "\\$").replaceAll("(", "\\(");
  writeFileSync(
    path,
    `version 15.1 v5\nRoot {\n first_frame 1\n last_frame ${last}\n}\nConstant {\n inputs 0\n name Constant1\n}\nWrite {\n file "${escaped}/f.####.png"\n file_type png\n create_directories true\n name Write1\n${changes}}\n`,
  );
  return path;
};
const setProfile = (values: object): NodeJS.ProcessEnv => {
  writeFileSync(profile, JSON.stringify({ secondsPerFrame: 0.01, ...values }));
  return { ...env, NUKE_STANDIN_PROFILE: profile };
};
const finishedSchema = z.object({
  type: z.literal("finished"),
  framesDone: z.array(z.string()),
  framesMissing: z.array(z.string()),
  exitCode: z.int(),
});
const finishedOf = ({ stdout }: NbrResult): z.infer<typeof finishedSchema> =>
  finishedSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
const framesOf = (ranges: readonly string[]): number[] =>
  ranges.length === 0 ? [] : [...parseFrames(ranges.join(" ")).frames];

before(() => mkdirSync(out, { recursive: true }));
after(async () => {
  await runNbr(["service", "stop", "--force"], { env });
  rmSync(folder, { recursive: true });
});

test("renders split over several Nukes; every frame is a picture on disk; exit 0", async () => {
  const script = writeScript("a shot.nk");
  const result = await runNbr(
    [
      "render",
      script,
      "--write",
      "Write1",
      "--range",
      "1-20",
      "--split",
      "4",
      "--threads",
      "1",
      "--cache",
      "1G",

      "--json",
    ],
    { env: setProfile({}) },
  );
  assert.equal(result.code, 0, result.stderr);
  const finished = finishedOf(result);
  assert.deepEqual(finished.framesDone, ["1-20"]);
  assert.deepEqual(finished.framesMissing, []);
  const files = readdirSync(out).filter((name) => name.startsWith("f."));
  assert.equal(files.length, 20);
  for (const file of files)
    assert.equal(readFileSync(join(out, file)).subarray(1, 4).toString("latin1"), "PNG");
});

test("negative frames, steps and single frames arrive as they were meant", async () => {
  const script = writeScript("negative.nk");
  const result = await runNbr(["render", script, "--range=-4--1,3 7-11x2", "--chunk-size", "2", "--json"], {
    env: setProfile({}),
  });
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(framesOf(finishedOf(result).framesDone), [-4, -3, -2, -1, 3, 7, 9, 11]);
});

test("frames that fail are named and cost themselves only, with --continue-on-error or without; exit 1", async () => {
  const script = writeScript("failing.nk");
  const run = (...more: string[]): Promise<NbrResult> =>
    runNbr(["render", script, "--range", "31-40", "--split", "2", "--json", ...more], {
      env: setProfile({ failFrames: [33] }),
    });
  const tries = ({ stdout }: NbrResult): number => stdout.match(/"type":"frame-failed"/gu)?.length ?? 0;
  const stopped = await run();
  assert.equal(stopped.code, 1, stopped.stderr);
  assert.deepEqual(framesOf(finishedOf(stopped).framesMissing), [33]);
  assert.equal(tries(stopped), 3, "it was tried three times");
  const continued = await run("--continue-on-error", "--retries", "0");
  assert.equal(continued.code, 1, continued.stderr);
  assert.deepEqual(framesOf(finishedOf(continued).framesMissing), [33]);
  assert.equal(tries(continued), 1, "without retries once");
});

test("a frame that fails twice and then does not is rendered in the end; exit 0", async () => {
  const result = await runNbr(
    ["render", writeScript("flaky.nk"), "--range", "51-54", "--split", "1", "--json"],
    { env: setProfile({ failFrames: [52], failTimes: 2, counterFolder: join(folder, "counts") }) },
  );
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(framesOf(finishedOf(result).framesDone), [51, 52, 53, 54]);
});

test("distributed to free Nukes by default, every frame is rendered once, first, middle and last before the others", async () => {
  const script = writeScript("dealt.nk");
  const result = await runNbr(
    ["render", script, "--range", "61-89", "--order", "ends", "--parallel", "2", "--json"],
    { env: setProfile({}) },
  );
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(finishedOf(result).framesDone, ["61-89"]);
  const frames = [...result.stdout.matchAll(/"type":"frame-done".*?"frame":(\d+)/gu)].map((match) =>
    Number(match[1]),
  );
  assert.deepEqual(
    [...frames].sort((a, b) => a - b),
    framesOf(["61-89"]),
  );
  const started = [...result.stdout.matchAll(/"type":"chunk-started".*?"frames":"([^"]+)"/gu)].map(
    (match) => match[1],
  );
  // Two start at the same moment.
  assert.deepEqual(new Set(started.slice(0, 2)), new Set(["61", "75"]));
  assert.equal(started[2], "89");
});

test(
  "Nukes are kept open: each is started once; one that crashes costs its frame",
  { skip: noPython() },
  async () => {
    const recordTo = join(folder, "warm starts");
    const shape = ["--warm", "--split", "2", "--parallel", "2", "--json"];
    const script = writeScript("warm.nk");
    const frames = { secondsPerFrame: { from: 0.01, to: 0.2 } };
    const result = await runNbr(["render", script, "--range", "301-320", ...shape], {
      env: setProfile({ ...frames, recordTo }),
    });
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(finishedOf(result).framesDone, ["301-320"]);
    assert.equal(readFileSync(recordTo, "utf8").trim().split("\n").length, 2);
    const crashed = await runNbr(["render", script, "--range", "331-340", ...shape], {
      env: setProfile({ crashFrames: [333] }),
    });
    assert.deepEqual(
      [crashed.code, finishedOf(crashed).framesDone, finishedOf(crashed).framesMissing],
      [1, ["331-332", "334-340"], ["333"]],
    );
  },
);

test("the service is killed: the next one goes on with the render, and nbr with following it", async () => {
  const script = writeScript("killed.nk");
  let killed = false;
  const result = await runNbr(
    ["render", script, "--range", "201-212", "--split", "2", "--parallel", "2", "--json"],
    {
      env: setProfile({ secondsPerFrame: 0.2 }),
      onLine: (line) => {
        if (killed || !line.includes('"type":"frame-done"')) return;
        killed = true;
        const lock: unknown = JSON.parse(readFileSync(join(folder, "state", "service.lock"), "utf8"));
        process.kill(z.object({ pid: z.int() }).parse(lock).pid, "SIGKILL");
      },
    },
  );
  assert.ok(killed);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(finishedOf(result).framesDone, ["201-212"]);
});

test("no license is exit 3", async () => {
  const result = await runNbr(
    ["render", writeScript("license.nk"), "--range", "41-42", "--split", "2", "--json"],
    { env: setProfile({ license: "refuse" }) },
  );
  assert.equal(result.code, 3, result.stderr);
  assert.deepEqual(framesOf(finishedOf(result).framesMissing), [41, 42]);
});

test("bad input is exit 2, says what is wrong, and starts nothing", async () => {
  const script = writeScript("bad.nk");
  const cases: [string[], RegExp][] = [
    [[script, "--range", "1-1o"], /"o" at position 4/],
    [[script, "--write", "Write7"], /no Write named "Write7".*Write1/],
    [[script, "--retries", "-1"], /retries/],
    [[script, "--retries", "21"], /retries/],
    [[script, "--deal", "cards"], /--deal takes split, chunks, auto/],
    [[script, "--split", "0"], /--split takes a whole number/],
    [[script, "--order", "every"], /--order takes forward, backward, ends or every:N/],
    [[script, "--priority", "101"], /priority/],
    [[script, "--cache", "much"], /--cache takes an amount of memory, .* not "much"/],
    [[script, "--nuke", join(folder, "no nuke")], /no nuke/],
    [[join(folder, "missing.nk")], /missing\.nk/],
    [[script, "--splat"], /--splat/],
  ];
  for (const [args, message] of cases) {
    const result = await runNbr(["render", ...args], {
      env: { ...env, NUKE_RENDER_STATE_DIR: join(folder, "unused") },
    });
    assert.equal(result.code, 2, `${args.join(" ")}: ${result.stderr}`);
    assert.match(result.stderr, message);
  }
  assert.equal(existsSync(join(folder, "unused")), false);
});

test("Ctrl-C cancels: exit 130, the frames that are done are named, no Nuke is left", async () => {
  const script = writeScript("cancel.nk", "", 40);
  let pids: number[] = [];
  let done = 0;
  const result = await runNbr(["render", script, "--range", "101-140", "--split", "4", "--json"], {
    env: setProfile({ secondsPerFrame: 0.2 }),
    onLine: (line, child) => {
      const event = z.object({ type: z.string(), pid: z.int().optional() }).parse(JSON.parse(line));
      if (event.type === "chunk-started" && event.pid !== undefined) pids = [...pids, event.pid];
      if (event.type === "frame-done" && ++done === 20) child.kill("SIGINT");
    },
  });
  assert.equal(result.code, 130, result.stderr);
  const finished = finishedOf(result);
  const frames = [...framesOf(finished.framesDone), ...framesOf(finished.framesMissing)].sort(
    (a, b) => a - b,
  );
  assert.deepEqual(
    frames,
    Array.from({ length: 40 }, (_, index) => 101 + index),
  );
  assert.ok(framesOf(finished.framesDone).length >= 20 && finished.framesMissing.length > 0);
  assert.equal(pids.length, 4);
  for (const pid of pids) assert.throws(() => process.kill(pid, 0), `process ${pid} is still there`);
});

test("plan prints the exact command lines and runs nothing", async () => {
  const script = writeScript("plan.nk");
  const result = await runNbr(
    [
      "plan",
      script,
      "--write",
      "Write1",
      "--range",
      "1-100",
      "--split",
      "4",
      "--threads",
      "3",
      "--cache",
      "4G",

      "--json",
    ],
    { env },
  );
  assert.equal(result.code, 0, result.stderr);
  const plan = renderPlanSchema.parse(JSON.parse(result.stdout));
  assert.equal(plan.frames, "1-100");
  assert.deepEqual(
    plan.chunks.map((chunk) => chunk.frames),
    ["1-25", "26-50", "51-75", "76-100"],
  );
  const [first] = plan.chunks;
  const words = first?.argv.slice(plan.nuke?.argv.length) ?? [];
  assert.deepEqual(words, ["-V", "1", "-x", "-X", "Write1", "-F", "1-25", "-m", "3", "-c", "4096M", script]);
});

test("farm submit hands a real command exactly what was meant; --dry-run runs nothing", async () => {
  const script = writeScript(`-a "b" ; 'é'.nk`);
  const record = join(folder, "farm.json");
  const program = `require("node:fs").writeFileSync(process.argv[1], JSON.stringify(process.argv.slice(2)))`;
  const template = [
    process.execPath,
    "-e",
    program,
    record,
    "{script}",
    "{write}",
    "{range}",
    "{threads}",
    "{batchSize}",
  ];
  const args = [
    "farm",
    "submit",
    script,
    "--write",
    "Write1",
    "--range",
    "1-20",
    "--batch-size",
    "5",
    "--threads",
    "2",
    "--command",
    JSON.stringify(template),
  ];
  const dry = await runNbr([...args, "--dry-run", "--json"], { env });
  assert.equal(dry.code, 0, dry.stderr);
  assert.equal(existsSync(record), false);
  const sent = await runNbr(args, { env });
  assert.equal(sent.code, 0, sent.stderr);
  assert.deepEqual(JSON.parse(readFileSync(record, "utf8")), [script, "Write1", "1-20", "2", "5"]);
  const unknown = await runNbr([...args.slice(0, -1), JSON.stringify(["sub", "{frames}"])], { env });
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /\{frames\}.*unknown/);
});
