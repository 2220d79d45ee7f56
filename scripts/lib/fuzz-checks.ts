/** What must hold of any text, however broken, that is read as a script. */
import { inspectDocument } from "../../src/cli/inspect.ts";
import { textChecks } from "../../src/language-server/diagnostics/syntax-rules.ts";
import { writeChecks } from "../../src/language-server/diagnostics/write-rules.ts";
import { canonicalText } from "../../src/script/canonical.ts";
import { compareScripts, isEqual } from "../../src/script/compare.ts";
import { loadParser } from "./grammar-parser.ts";
import { type Script, parseScript } from "../../src/script/script.ts";
import type { ScriptNode } from "../../src/script/script-node.ts";
import { finish } from "../../src/script/steps.ts";
import { scriptFacts, writeTargets } from "../../src/script/write-targets.ts";

/** Something that must hold does not. */
export class FuzzFailure extends Error {
  readonly reason: "threw" | "slow" | "outside" | "unequal" | "memory";
  constructor(reason: FuzzFailure["reason"], message: string) {
    super(message);
    this.name = "FuzzFailure";
    this.reason = reason;
  }
}

/** Milliseconds a text may take: 1 s per MB, and never less than what the noise of a busy machine amounts to. */
export function allowance(text: string): number {
  return Math.max(1000, (Buffer.byteLength(text) / 1_000_000) * 1000);
}

/** Reads a text as every surface does. `slack`: how many times the allowance it may take. @throws {FuzzFailure} */
export async function checkText(text: string, slack = 1): Promise<void> {
  await checkTree(text);
  const steps: [string, (script: Script) => void][] = [
    ["writeTargets", (script) => void writeTargets(script, "/shots/a.nk", { env: {} })],
    ["inspectDocument", (script) => void JSON.stringify(inspectDocument(script, "/shots/a.nk", "a.nk"))],
    ["diagnostics", checkFindings],
    ["canonicalText", (script) => void canonicalText(script)],
    [
      "compareScripts",
      (script) => {
        if (!isEqual(compareScripts(script, script)))
          throw new FuzzFailure("unequal", "a script differs from itself");
      },
    ],
  ];
  let script: Script | null = null;
  await timed(
    "parseScript",
    text,
    async () => {
      script = await parseScript(text);
    },
    slack,
  );
  const read: Script = script ?? (await parseScript(text));
  checkOffsets(read);
  for (const [name, step] of steps)
    await timed(name, text, async () => step(read), name === "compareScripts" ? 2 * slack : slack);
}

/** Of this thread, ms: what else the machine does is not counted. */
function cpuTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** What is slow gets a second chance: it may have been compiled or collected in the meantime. */
async function timed(name: string, text: string, step: () => Promise<void>, slack: number): Promise<void> {
  const limit = allowance(text) * slack;
  let fastest = Infinity;
  for (let attempt = 0; attempt < 2 && fastest > limit; attempt++) {
    const start = cpuTime();
    try {
      await step();
    } catch (error) {
      if (error instanceof FuzzFailure) throw error;
      throw new FuzzFailure(
        "threw",
        `${name}: ${error instanceof Error ? (error.stack ?? error.message).slice(0, 1500) : String(error)}`,
      );
    }
    fastest = Math.min(fastest, cpuTime() - start);
  }
  if (fastest > limit) {
    throw new FuzzFailure(
      "slow",
      `${name}: ${fastest.toFixed(0)} ms for ${text.length} characters, not ${limit.toFixed(0)}`,
    );
  }
}

async function checkTree(text: string): Promise<void> {
  const parser = await loadParser();
  const tree = parser.parse(text);
  try {
    const cursor = tree.walk();
    let end = 0;
    const check = (): void => {
      const inside =
        cursor.startIndex >= end && cursor.endIndex >= cursor.startIndex && cursor.endIndex <= text.length;
      if (!inside) {
        throw new FuzzFailure(
          "outside",
          `tree: ${cursor.nodeType} ${cursor.startIndex}–${cursor.endIndex} behind ${end}, of ${text.length}`,
        );
      }
      end = cursor.endIndex;
    };
    if (tree.rootNode.endIndex > text.length)
      throw new FuzzFailure("outside", `tree: ends at ${tree.rootNode.endIndex} of ${text.length}`);
    if (cursor.gotoFirstChild()) {
      do check();
      while (cursor.gotoNextSibling());
    }
    cursor.delete();
  } finally {
    tree.delete();
  }
}

function checkFindings(script: Script): void {
  const findings = [
    ...finish(textChecks(script)),
    ...finish(writeChecks(script, scriptFacts(script, "/shots/a.nk", { brief: true }))),
  ];
  for (const { code, start, end } of findings) {
    // The mark of what is missing at the very end stands behind it.
    if (start < 0 || start > end || end > script.text.length + 1)
      throw new FuzzFailure("outside", `${code} marks ${start}–${end} of ${script.text.length}`);
  }
}

function checkOffsets(script: Script): void {
  const { text } = script;
  const lines = text.split(/\r\n|\n|\r/u).length;
  let last = -1;
  for (const node of [...script.nodes, ...(script.root === null ? [] : [script.root])]) {
    const { start, end, line } = node.place;
    const [bodyStart, bodyEnd] = [node.body.start, node.body.end];
    inOrder(node, "place", [0, start, bodyStart, bodyEnd, end, text.length]);
    inOrder(node, "lines", [1, line, lines]);
    if (node !== script.root) inOrder(node, "order", [last + 1, start]);
    if (node !== script.root) last = start;
    for (const name of node.knobNames) {
      const knob = node.knobPlace(name);
      if (!knob) throw new FuzzFailure("outside", `a knob is not where its name is: ${name}`);
      inOrder(node, name, [bodyStart, knob.start, knob.end, bodyEnd]);
      const words = knob.words.flatMap((word) => [word.start, word.end]);
      inOrder(node, name, [knob.start, ...words, knob.end]);
    }
  }
  for (const { line, offset, message } of script.problems)
    if (line < 1 || line > lines || offset < 0 || offset >= text.length || message === "")
      throw new FuzzFailure("outside", `a problem in line ${line} of ${lines}: ${message}`);
}

function inOrder(node: ScriptNode, what: string, offsets: readonly number[]): void {
  for (let at = 1; at < offsets.length; at++) {
    if ((offsets[at - 1] ?? 0) > (offsets[at] ?? 0)) {
      throw new FuzzFailure(
        "outside",
        `${what.slice(0, 60)} of ${node.class}: ${offsets.slice(0, 20).join(" ")}`,
      );
    }
  }
}
