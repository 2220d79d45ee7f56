import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { commandTemplateEngine, fillTemplate, tokenNames } from "../../../src/farm/command-template.ts";
import { FarmError, type FarmJob } from "../../../src/farm/engine.ts";
import { farmJob } from "../../../src/farm/farm-job.ts";
import { aRequest, aWrite, someFacts } from "../plan/plan-facts.ts";

const folder = mkdtempSync(join(tmpdir(), "farm "));
after(() => rmSync(folder, { recursive: true }));

const job: FarmJob = {
  script: `/p/-my "shot" $(touch x); {write} 'é' 🎬/a b.nk`,
  write: "Group1.Write1",
  range: "1-100x2 -5",
  first: -5,
  last: 99,
  threads: 4,
  batchSize: 10,
  cacheMB: 4096,
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
      "/studio/bin/launch it",
      "nuke",
      "{literal}",
    ],
  );
  assert.deepEqual([...tokenNames].sort(), [
    "batchSize",
    "cache",
    "first",
    "last",
    "nuke",
    "range",
    "script",
    "threads",
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

test("a farm job is the same plan in batches; what only this machine lacks does not stop it", () => {
  const facts = someFacts({ nuke: null });
  const { job: sent, problems } = farmJob(aRequest({ range: "1-25", threads: 8 }), facts);
  assert.deepEqual(
    [sent?.range, sent?.first, sent?.last, sent?.threads, sent?.batchSize],
    ["1-25", 1, 25, 8, 10],
  );
  assert.deepEqual(problems, []);
  const movie = someFacts({}, [aWrite({ movie: true, fileType: "mov" })]);
  assert.equal(farmJob(aRequest({ range: "1-25" }), movie).job?.batchSize, 25);
  const missing = someFacts({ outputs: { Write1: [{ folder: "/out", exists: false, writable: true }] } });
  assert.equal(farmJob(aRequest(), missing).job, null);
});
