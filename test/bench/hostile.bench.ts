/** Hostile scripts: processor time of reading one and of an edit at its top, and what it takes in memory. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { textChecks } from "../../src/language-server/diagnostics/syntax-rules.ts";
import { NkDocument } from "../../src/language-server/core/nk-document.ts";
import { finish } from "../../src/script/steps.ts";
import { scriptFacts } from "../../src/script/write-targets.ts";
import { hostileDocuments } from "../hostile/documents.ts";

/** Text counts as no less than this for memory, MB: code that runs for the first time takes some too. */
const LEAST_TEXT = 0.5;
const start = { line: 0, character: 0 };

export async function run(): Promise<unknown> {
  const collect = collector();
  // What is compiled and kept for good is no script's.
  use("Write {\n file /out/a.%04d.exr\n name Write1\n}\n".repeat(5000));
  let slowest = { name: "", seconds: 0 };
  let largest = { name: "", used: 0, allowed: 1 };
  for (const { name, text } of hostileDocuments) {
    const script = text();
    const before = collect();
    const begun = cpuSeconds();
    const document = use(script);
    const seconds = cpuSeconds() - begun;
    const used = collect() - before;
    const allowed = Math.max(LEAST_TEXT, script.length / 1e6) * 12;
    process.stderr.write(
      `  ${name}: ${seconds.toFixed(2)} s, ${used.toFixed(1)} of ${allowed.toFixed(1)} MB\n`,
    );
    if (document.version !== 2) throw new Error("the edit was lost");
    if (seconds > slowest.seconds) slowest = { name, seconds };
    if (used / allowed > largest.used / largest.allowed) largest = { name, used, allowed };
  }
  return [
    {
      what: `${hostileDocuments.length} hostile scripts read, checked and edited, the slowest (${slowest.name}) : limit`,
      measured: `${slowest.seconds.toFixed(2)} s`,
      rival: "2 s",
      ratio: slowest.seconds / 2,
      bound: 1,
    },
    {
      what: `their memory, the most (${largest.name}) : 12 × its text`,
      measured: `${largest.used.toFixed(1)} MB`,
      rival: `${largest.allowed.toFixed(1)} MB`,
      ratio: largest.used / largest.allowed,
      bound: 1,
    },
  ];
}

/** What happens to a script that is opened and edited. */
function use(text: string): NkDocument {
  const document = new NkDocument("file:///hostile.nk", "nk", 1, text);
  finish(textChecks(document.script));
  document.update([{ range: { start, end: start }, text: "{" }], 2);
  scriptFacts(document.script, "/hostile.nk");
  return document;
}

/** Collects garbage and returns the MB in use. */
function collector(): () => number {
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("gc");
  if (typeof gc !== "function") throw new Error("no gc");
  return () => {
    gc();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 1e6;
  };
}

function cpuSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}
