/** Over the protocol: lenses of a 4 MB script after opening it and after an edit in its middle, and the memory of a 50 MB one. */
import { scriptFactsMethod } from "../../src/language-server/core/protocol.ts";
import { NkDocument } from "../../src/language-server/core/nk-document.ts";
import { scriptFacts } from "../../src/script/write-targets.ts";
import { Editor } from "../language-server/editor.ts";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { largeScript, largestScript } from "./large-script.ts";

const uri = "file:///bench.nk";

export async function run(): Promise<unknown> {
  const text = largeScript(4);
  await using editor = await Editor.start();
  await editor.open("file:///warm.nk", text.slice(0, 200_000));
  await editor.ask(scriptFactsMethod, { uri: "file:///warm.nk" });

  const start = performance.now();
  await editor.open(uri, text);
  await editor.ask(scriptFactsMethod, { uri, brief: true });
  const opening = performance.now() - start;

  const { median, late } = await typing(editor, uri, text);
  const largest = largestScript();
  if (largest !== null) await editor.open("file:///largest.nk", largest);
  const real = largest === null ? null : await typing(editor, "file:///largest.nk", largest);
  const row = (what: string, measured: number, limit: number): object => ({
    what,
    measured: `${measured.toFixed(1)} ms`,
    rival: `${limit} ms`,
    ratio: measured / limit,
    bound: 1,
  });
  const memory = await memoryOf(largeScript(50));
  return [
    row(`${(text.length / 1e6).toFixed(1)} MB opened → lenses : limit`, opening, 400),
    row("an edit in its middle → new lenses, median : limit", median, 16),
    row("an edit in its middle → new lenses, 95th percentile : limit", late, 33),
    ...(real === null
      ? []
      : [row("typing in the largest real script → new lenses, 95th percentile : limit", real.late, 16)]),
    {
      what: "50 MB script, memory : 12 × its text",
      measured: `${memory.used.toFixed(0)} MB`,
      rival: `${(memory.text * 12).toFixed(0)} MB`,
      ratio: memory.used / (memory.text * 12),
      bound: 1,
    },
  ];
}

/** Types and removes a character in the middle of an open script; milliseconds from the edit to new lenses. */
async function typing(editor: Editor, file: string, text: string): Promise<{ median: number; late: number }> {
  const line = text.slice(0, text.indexOf("\n xpos", text.length / 2) + 1).split("\n").length - 1;
  const times: number[] = [];
  for (let step = 0; step < 200; step++) {
    // As a person types: what is checked in the background comes in between.
    await new Promise((resolve) => setTimeout(resolve, step % 20 === 0 ? 400 : 5));
    const at = { line, character: 6 };
    const start = performance.now();
    await editor.edit(file, step % 2 === 0 ? "1" : "", {
      start: at,
      end: { line, character: step % 2 === 0 ? 6 : 7 },
    });
    await editor.ask(scriptFactsMethod, { uri: file, brief: true });
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { median: times[100] ?? 0, late: times[190] ?? 0 };
}

/** MB that a document takes in addition to its text, after a collection; and its text. */
async function memoryOf(text: string): Promise<{ used: number; text: number }> {
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("gc");
  if (typeof gc !== "function") throw new Error("no gc");
  const used = (): number => {
    gc();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 1e6;
  };
  const before = used();
  const document = new NkDocument(uri, "nk", 1, text);
  scriptFacts(document.script, "/bench.nk");
  const after = used();
  if (document.script.nodes.length === 0) throw new Error("nothing was read");
  return { used: after - before, text: text.length / 1e6 };
}
