/** Looking at renders and ending them from another terminal. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import * as z from "zod";
import { installStandin } from "../standin/install.ts";
import { runNbr } from "./run-nbr.ts";
import { slowShot } from "./slow-shot.ts";

const { folder, env, script, remove } = await slowShot("nbr jobs");
after(remove);

test("ps, logs -f and cancel of a render that another terminal follows", async () => {
  assert.match((await runNbr(["ps"], { env })).stdout, /Nothing is rendering/u);
  let said: ((job: string) => void) | null = null;
  const begun = new Promise<string>((resolve) => (said = resolve));
  const render = runNbr(["render", script, "--split", "2", "--json"], {
    env,
    onLine: (line) => {
      const event = z.object({ type: z.string(), job: z.string().optional() }).parse(JSON.parse(line));
      if (event.type === "frame-done" && event.job !== undefined) said?.(event.job);
    },
  });
  const job = await begun;
  assert.match(
    (await runNbr(["ps"], { env })).stdout,
    new RegExp(`${job} +Write1 +running .*/200 frames`, "u"),
  );
  assert.match((await runNbr(["pause", job], { env })).stdout, /: paused · \d+\/200 frames/u);
  assert.match((await runNbr(["resume", job], { env })).stdout, /: \d+\/200 frames/u);
  // Following ends with the job, and has then printed all its frames, old and new.
  const logs = runNbr(["logs", job, "-f"], { env });
  const cancelled = await runNbr(["cancel", job], { env });
  assert.equal(cancelled.code, 0, cancelled.stderr);
  assert.match(cancelled.stdout, /cancelled · \d+\/200 frames\. Done: 1/u);
  assert.equal((await render).code, 130);
  const { code, stdout } = await logs;
  assert.equal(code, 0);
  assert.match(stdout, /^\[1\] Frame 1 \(1 of 100\)$/mu);
  const frames = [...stdout.matchAll(/^\[\d+\] Frame (\d+)/gmu)].map((match) => match[1]);
  assert.equal(new Set(frames).size, frames.length);
  const all = (await runNbr(["ps", "--all", "--json"], { env })).stdout.trim().split("\n");
  const status = z
    .object({ job: z.string(), state: z.string(), framesDone: z.int() })
    .parse(JSON.parse(all.at(-1) ?? ""));
  assert.deepEqual([status.job, status.state], [job, "finished"]);
  assert.ok(frames.length >= status.framesDone);
});

test("priority, parallel, single chunks and what holds for all renders, from another terminal", async () => {
  let said: ((job: string) => void) | null = null;
  const begun = new Promise<string>((resolve) => (said = resolve));
  const render = runNbr(
    [
      "render",
      script,

      "--split",
      "4",
      "--parallel",
      "1",
      "--priority",
      "20",
      "--order",
      "backward",
      "--json",
    ],
    {
      env,
      onLine: (line) => {
        const event = z.object({ type: z.string(), job: z.string().optional() }).parse(JSON.parse(line));
        if (event.type === "frame-done" && event.job !== undefined) said?.(event.job);
      },
    },
  );
  const job = await begun;
  const nbr = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runNbr(args, { env });
    assert.equal(code, 0, stderr);
    return stdout;
  };
  assert.match(await nbr("ps"), new RegExp(`${job} +Write1 +running +20 `, "u"));
  assert.match(await nbr("priority", job, "70"), /: priority 70 · \d+\/200 frames/u);
  assert.match(await nbr("priority", job, "next"), /: priority 70 · /u);
  assert.match(await nbr("parallel", job, "2"), /: 2 parallel Nukes · /u);
  assert.match(await nbr("cancel", job, "--chunk", "4"), /: chunk 4 cancelled · /u);
  const chunks = await nbr("ps", job);
  assert.match(chunks, /^priority 70, 2 parallel Nukes$/mu);
  assert.match(chunks, /^ +1 +151-200 /mu);
  assert.match(chunks, /^ +4 +1-50 .*Cancelled before it started/mu);
  const status: unknown = JSON.parse(await nbr("parallel", job, "1", "--json"));
  assert.equal(z.object({ parallel: z.int() }).parse(status).parallel, 1);

  assert.match(
    await nbr("service", "budget", "1500M"),
    /1\.5 GB of memory \(nbr service budget auto resets it\)/u,
  );
  assert.match(await nbr("service", "parallel", "3"), /3 parallel Nukes/u);
  const limits: unknown = JSON.parse(await nbr("service", "status", "--json"));
  assert.deepEqual(
    z.object({ limits: z.object({ budgetMB: z.int(), maxParallel: z.int() }) }).parse(limits).limits,
    { budgetMB: 1500, maxParallel: 3 },
  );
  await nbr("service", "parallel", "auto");
  assert.match(await nbr("service", "budget", "auto", "--json"), /"maxParallel":null.*"budgetHeld":false/u);

  for (const [args, message] of [
    [["priority", job], /takes a job's name and a number/u],
    [["priority", job, "101"], /from 0 to 100/u],
    [["parallel", job, "0"], /from 1 to 256/u],
    [["cancel", job, "--chunk", "9"], /has no chunk 9\. nbr ps/u],
    [["cancel", "--all", "--chunk", "1"], /cannot be combined/u],
    [["service", "budget"], /takes one value/u],
    [["service", "parallel", "many"], /1 to 256/u],
  ] as const) {
    const { code, stderr } = await runNbr([...args], { env });
    assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, message);
  }
  await nbr("cancel", job);
  assert.equal((await render).code, 130);
});

test("retry renders what a job left missing, and nothing else", async () => {
  const profile = join(folder, "failing.json");
  writeFileSync(profile, JSON.stringify({ failFrames: [3, 5] }));
  const failing = ["render", script, "--range", "1-6", "--retries", "0", "--json"];
  const first = await runNbr(failing, { env: { ...env, NUKE_STANDIN_PROFILE: profile } });
  assert.equal(first.code, 1, first.stderr);
  const last: unknown = JSON.parse(first.stdout.trim().split("\n").at(-1) ?? "");
  const { job } = z.object({ job: z.string() }).parse(last);
  const again = await runNbr(["retry", job, "--json"], { env });
  assert.equal(again.code, 0, again.stderr);
  const finished: unknown = JSON.parse(again.stdout.trim().split("\n").at(-1) ?? "");
  const { framesDone } = z.object({ framesDone: z.array(z.string()) }).parse(finished);
  assert.deepEqual(framesDone.join(" ").split(/[ ,]/u), ["3", "5"]);
  const whole = z.object({ job: z.string() }).parse(finished).job;
  assert.match((await runNbr(["retry", whole], { env })).stderr, /Nothing is missing/u);
});

test("retry uses the Nuke and the words of the render it repeats, not those of today; flags change them", async () => {
  const other = await installStandin(join(folder, "other", "Nuke14.0v3"), "Nuke14.0");
  const settings = join(folder, "then.json");
  writeFileSync(settings, JSON.stringify({ "nukeRender.nuke.extraArguments": ["-q"] }));
  const profile = join(folder, "other.json");
  writeFileSync(profile, JSON.stringify({ failFrames: [3] }));
  const words = ["--nuke", other, "--nuke-argument=--sro", "--threads", "2", "--cache", "333M", "--proxy"];
  const shape = ["--priority", "70", "--order", "backward", "--continue-on-error", "--settings", settings];
  const render = ["render", script, "--range", "1-4", "--retries", "0", "--json", ...shape, ...words];
  const first = await runNbr(render, { env: { ...env, NUKE_STANDIN_PROFILE: profile } });
  assert.equal(first.code, 1, first.stderr);
  const idOf = (stdout: string): string =>
    z.object({ job: z.string() }).parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).job;
  const started = z.object({ type: z.literal("chunk-started"), argv: z.array(z.string()) });
  const argvOf = (stdout: string): string[] =>
    stdout
      .trim()
      .split("\n")
      .flatMap((line) => started.safeParse(JSON.parse(line)).data ?? [])[0]?.argv ?? [];
  // A service that comes later knows of it only what is written down.
  assert.equal((await runNbr(["service", "stop"], { env })).code, 0);
  const again = await runNbr(["retry", idOf(first.stdout), "--json"], {
    env: { ...env, NUKE_STANDIN_PROFILE: profile },
  });
  const withoutFrames = (argv: readonly string[]): string[] =>
    argv.filter((word, at) => word !== "-F" && argv[at - 1] !== "-F");
  assert.deepEqual(withoutFrames(argvOf(again.stdout)), withoutFrames(argvOf(first.stdout)));
  assert.equal(argvOf(again.stdout)[0], other);
  assert.deepEqual(
    ["-q", "--sro", "-p", "--cont"].filter((word) => !argvOf(again.stdout).includes(word)),
    [],
  );
  assert.ok(argvOf(again.stdout).join(" ").includes("-F 3 "));
  assert.match(again.stdout, /"priority":70/u);
  const changed = await runNbr(["retry", idOf(again.stdout), "--threads", "1", "--full", "--json"], { env });
  assert.equal(changed.code, 0, changed.stderr);
  assert.match(argvOf(changed.stdout).join(" "), /-m 1 -c 333M --cont -f -q --sro/u);

  rmSync(other);
  const gone = await runNbr(["retry", idOf(first.stdout)], { env });
  assert.equal(gone.code, 2);
  assert.match(gone.stderr, /Nuke14\.0.*the Nuke of the render that is repeated/u);
});

test("a job that is not there is exit 2, and those that are there are named", async () => {
  const { code, stderr } = await runNbr(["logs", "nobody-1"], { env });
  assert.equal(code, 2);
  assert.match(stderr, /There is no job nobody-1\. There are shot-Write1/u);
  assert.equal((await runNbr(["cancel"], { env })).code, 2);
});

test("a render whose service is told to end says how to go on, and nbr resume goes on in a new one", async () => {
  let said: ((job: string) => void) | null = null;
  const begun = new Promise<string>((resolve) => (said = resolve));
  const render = runNbr(["render", script, "--range", "1-8", "--json"], {
    env,
    onLine: (line) => {
      const event = z.object({ type: z.string(), job: z.string().optional() }).parse(JSON.parse(line));
      if (event.type === "frame-done" && event.job !== undefined) said?.(event.job);
    },
  });
  const job = await begun;
  const lock = z.object({ pid: z.int() });
  const { pid } = lock.parse(JSON.parse(readFileSync(join(folder, "state", "service.lock"), "utf8")));
  process.kill(pid, "SIGTERM");
  const { code, stderr } = await render;
  assert.equal(code, 1);
  assert.ok(stderr.includes(`nbr resume ${job}`), stderr);
  assert.match((await runNbr(["ps"], { env })).stdout, new RegExp(`${job} +Write1 +interrupted `, "u"));
  assert.equal((await runNbr(["resume", job], { env })).code, 0);
  // Following its log ends with the job.
  assert.equal((await runNbr(["logs", job, "-f"], { env })).code, 0);
  const status = z
    .object({ job: z.string(), exitCode: z.int(), framesDone: z.int() })
    .parse(
      JSON.parse((await runNbr(["ps", "--all", "--json"], { env })).stdout.trim().split("\n").at(-1) ?? ""),
    );
  assert.deepEqual(status, { job, exitCode: 0, framesDone: 8 });
});
