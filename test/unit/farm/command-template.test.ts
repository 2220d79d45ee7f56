import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { commandTemplateEngine, fillTemplate, tokenNames } from "../../../src/farm/command-template.ts";
import { FarmError, type FarmJob, type FarmOption } from "../../../src/farm/engine.ts";
import { type FarmRequest, farmJob } from "../../../src/farm/farm-job.ts";
import { planRender } from "../../../src/plan/plan-render.ts";
import type { RenderRequest } from "../../../src/plan/request.ts";
import { farmRequest } from "../../../src/webview/protocol.ts";
import { aRequest, aWrite, someFacts } from "../plan/plan-facts.ts";

const folder = mkdtempSync(join(tmpdir(), "farm "));
after(() => rmSync(folder, { recursive: true }));

const job: FarmJob = {
  script: `/p/-my "shot" $(touch x); {write} 'é' 🎬/a b.nk`,
  write: "Group1.Write1",
  range: "1-100x2 -5",
  first: -5,
  last: 99,
  isOneRun: false,
  threads: 4,
  batchSize: 10,
  cacheMB: 4096,
  views: ["left", "right"],
  proxy: "proxy",
  continueOnError: true,
  asked: [],
  nuke: { argv: ["/studio/bin/launch it", "nuke"], version: "15.1", demo: false },
};

const reasonOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof FarmError) return error.reason;
    throw error;
  }
  return "none";
};

test("every token, alone and inside words, once and never again", () => {
  assert.deepEqual(
    fillTemplate(
      [
        "sub",
        "{script}",
        "--w={write}",
        "{first}..{last}",
        "{range}",
        "{threads}/{batchSize}/{cache}",
        "{views}",
        "{proxy}",
        "{continueOnError}",
        "{nuke}",
        "{{literal}}",
      ],
      job,
    ),
    [
      "sub",
      job.script,
      "--w=Group1.Write1",
      "-5..99",
      "1-100x2 -5",
      "4/10/4096M",
      "left,right",
      "proxy",
      "true",
      "/studio/bin/launch it",
      "nuke",
      "{literal}",
    ],
  );
  assert.deepEqual([...tokenNames].sort(), [
    "batchSize",
    "cache",
    "continueOnError",
    "first",
    "last",
    "nuke",
    "proxy",
    "range",
    "script",
    "threads",
    "views",
    "write",
  ]);
});

test("what cannot be filled is an error before anything starts", () => {
  assert.equal(
    reasonOf(() => fillTemplate([], job)),
    "not-configured",
  );
  assert.equal(
    reasonOf(() => fillTemplate(["sub", "{scrpt}"], job)),
    "unknown-token",
  );
  assert.equal(
    reasonOf(() => fillTemplate(["sub", "x{toString}"], job)),
    "unknown-token",
  );
  assert.equal(
    reasonOf(() => fillTemplate(["sub", "{script"], job)),
    "unknown-token",
  );
  assert.equal(
    reasonOf(() => fillTemplate(["sub", "{nuke}"], { ...job, nuke: null })),
    "missing-value",
  );
});

test("a real command gets exactly these words, its output is told, its exit code too", async () => {
  const record = join(folder, "argv.json");
  const program = `require("node:fs").writeFileSync(process.argv[1], JSON.stringify(process.argv.slice(2))); console.log("Job 42\\r"); console.error("note"); process.exit(7)`;
  const engine = commandTemplateEngine([
    process.execPath,
    "-e",
    program.replaceAll("{", "{{").replaceAll("}", "}}"),
    record,
    "{script}",
    "{write}",
    "{range}",
  ]);
  const lines: string[] = [];
  const result = await engine.submit(engine.prepare(job), {
    cwd: folder,
    listener: { output: (stream, line) => lines.push(`${stream}: ${line}`) },
  });
  assert.deepEqual(JSON.parse(readFileSync(record, "utf8")), [job.script, job.write, job.range]);
  assert.deepEqual(lines.sort(), ["stderr: note", "stdout: Job 42"]);
  assert.deepEqual(result, { exitCode: 7, signal: null });
});

test(
  "a bare name is looked for on PATH and never in the script's folder",
  { skip: process.platform === "win32" },
  async () => {
    const place = join(folder, "shots");
    mkdirSync(place);
    writeFileSync(join(place, "nbr-submit"), "#!/bin/sh\necho evil\n", { mode: 0o755 });
    const silent = { output: (): void => undefined };
    const engine = commandTemplateEngine(["nbr-submit"]);
    const path = process.env.PATH;
    try {
      process.env.PATH = `.${delimiter}${delimiter}${path}`;
      await assert.rejects(
        engine.submit(engine.prepare(job), { cwd: place, listener: silent }),
        (error) => error instanceof FarmError && error.reason === "not-started",
      );
      process.env.PATH = place;
      assert.equal((await engine.submit(engine.prepare(job), { cwd: folder, listener: silent })).exitCode, 0);
    } finally {
      process.env.PATH = path;
    }
  },
);

test("a command that is not there is told as such; one that is ended is no success", async () => {
  const missing = commandTemplateEngine([join(folder, "no such program")]);
  const silent = { output: (): void => undefined };
  await assert.rejects(
    missing.submit(missing.prepare(job), { cwd: folder, listener: silent }),
    (error) => error instanceof FarmError && error.reason === "not-started",
  );
  const stop = new AbortController();
  const endless = commandTemplateEngine([
    process.execPath,
    "-e",
    "console.log('up'); setInterval(() => 0, 1e6)",
  ]);
  const ended = endless.submit(endless.prepare(job), {
    cwd: folder,
    listener: { output: () => stop.abort() },
    signal: stop.signal,
  });
  assert.equal((await ended).exitCode, null);
});

const farmed = (changes: Partial<RenderRequest> = {}, batchSize = 10): FarmRequest => ({
  request: aRequest(changes),
  batchSize,
  asked: [],
});

test("a farm job is the same plan in batches; what only this machine lacks does not stop it", () => {
  const facts = someFacts({ nuke: null });
  const { job: sent, problems } = farmJob(farmed({ range: "1-25", threads: 8 }), facts);
  assert.deepEqual(
    [sent?.range, sent?.first, sent?.last, sent?.threads, sent?.batchSize],
    ["1-25", 1, 25, 8, 10],
  );
  assert.deepEqual(problems, []);
  const movie = someFacts({}, [aWrite({ movie: true, fileType: "mov" })]);
  assert.equal(farmJob(farmed({ range: "1-25" }), movie).job?.batchSize, 25);
  const missing = someFacts({ outputs: { Write1: [{ folder: "/out", exists: false, writable: true }] } });
  assert.equal(farmJob(farmed(), missing).job, null);
});

test("the batch size is what was asked for, whatever a render here was divided into", () => {
  const requests: Partial<RenderRequest>[] = [
    { deal: "auto" },
    { warm: true },
    { split: { by: "chunks", count: 2 } },
    { order: { by: "ends" }, parallel: 3 },
    { range: "1-4" },
  ];
  for (const request of requests)
    assert.equal(farmJob(farmed(request), someFacts()).job?.batchSize, 10, JSON.stringify(request));
  assert.equal(farmJob(farmed({ deal: "auto" }, 7), someFacts()).plan.chunks[0]?.count, 7);
  const form = { first: 1, last: 25, batchSize: 10, localRender: true, engine: "command" };
  const shared = { deal: "auto", warm: true, proxy: "proxy", continueOnError: true, parallel: 2 } as const;
  const local = planRender(farmRequest("/p/my shot.nk", "Write1", form, shared), someFacts());
  assert.deepEqual(
    local.chunks.map(({ frames }) => frames),
    ["1-10", "11-20", "21-25"],
    "the local render has the batches that are shown",
  );
  assert.deepEqual([local.deal, local.warm, local.continueOnError], ["fixed", undefined, true]);
});

test("an option that the command has no token for is refused by the name it was given under", () => {
  const asked = (...options: readonly [FarmOption, string][]): FarmJob => ({
    ...job,
    asked: options.map(([option, name]) => ({ option, name })),
  });
  const refusal = (template: readonly string[], sent: FarmJob): string => {
    try {
      fillTemplate(template, sent);
    } catch (error) {
      if (error instanceof FarmError && error.reason === "not-honored") return error.message;
      throw error;
    }
    return "";
  };
  const all = asked(["views", "--views"], ["proxy", "--proxy"], ["continueOnError", "--continue-on-error"]);
  assert.equal(
    refusal(["sub", "{script}", "{range}"], all),
    "--views, --proxy, --continue-on-error: the farm command has no {views} {proxy} {continueOnError}, so they would be lost. Add {views} {proxy} {continueOnError} to nukeRender.farm.command, or leave them out.",
  );
  assert.match(refusal(["sub", "-v={views}", "{continueOnError}"], all), /^--proxy: /u);
  assert.equal(refusal(["sub", "{views}", "{proxy}", "{continueOnError}"], all), "");
  assert.equal(refusal(["sub", "{script}"], asked()), "");
  const range = asked(["range", "Frames"]);
  assert.match(refusal(["sub", "{first}", "{last}"], range), /^Frames: .*\{range\}/u, "there are gaps in it");
  assert.equal(refusal(["sub", "{first}", "{last}"], { ...range, isOneRun: true }), "");
  assert.match(refusal(["sub", "{{views}}"], asked(["views", "Views"])), /^Views: /u, "braces are no token");
});
