/** Every real script, node by node, compared with the result of real Tcl. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import * as z from "zod";
import { inspectDocument } from "../../src/cli/inspect.ts";
import { readScriptFile } from "../../src/script/read-script.ts";
import { corpusFiles, hasRealScripts } from "./corpus-files.ts";

const knobs = z.record(z.string(), z.string());
const node = z.object({
  class: z.string(),
  name: z.string(),
  parent: z.string(),
  inputs: z.array(z.string().nullable()),
  userKnobs: z.int(),
  knobs,
});
const documentSchema = z.object({ version: z.string(), root: knobs, nodes: z.array(node) });
const answerSchema = z.union([z.object({ error: z.string() }), documentSchema]);
type Document = z.infer<typeof documentSchema>;

test("classes, names, parents, inputs and decoded knobs are those of Tcl", async () => {
  const files = corpusFiles();
  const different: string[] = [];
  const refused: string[] = [];
  const substituted: string[] = [];
  let equal = 0;
  for await (const [file, answer] of askTcl(files)) {
    if ("error" in answer) {
      refused.push(`${basename(file)}: ${answer.error}`);
      continue;
    }
    const read = inspectDocument(await readScriptFile(file), file, file);
    const first = firstDifference(answer, documentSchema.parse({ ...read, version: versionOf(read) }));
    if (first === null) equal++;
    else if (hasSubstitution(file)) substituted.push(basename(file));
    else different.push(`${basename(file)}: ${first}`);
  }
  console.log(
    `${equal} of ${files.length} files are equal; different because Tcl runs the [commands] in their knobs, which only Nuke knows, and ours keeps them:`,
  );
  for (const name of substituted) console.log(`  ${name}`);
  assert.deepEqual({ different, refused }, { different: [], refused: [] });
  if (hasRealScripts) assert.ok(equal >= 552 && substituted.length <= 4);
  else assert.deepEqual([equal, substituted], [files.length, []]);
});

async function* askTcl(files: readonly string[]): AsyncGenerator<[string, z.infer<typeof answerSchema>]> {
  const tcl = spawn("tclsh", [join(import.meta.dirname, "oracle.tcl")], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, LC_ALL: "C.UTF-8" },
  });
  tcl.stdin.end(`${files.join("\n")}\n`);
  let at = 0;
  for await (const line of createInterface({ input: tcl.stdout })) {
    yield [files[at++] ?? "", answerSchema.parse(JSON.parse(line))];
  }
  assert.equal(at, files.length, "tclsh ended early");
}

function versionOf(read: object): string {
  return "version" in read && typeof read.version === "string" ? read.version : "";
}

function firstDifference(tcl: Document, ours: Document): string | null {
  if (tcl.nodes.length !== ours.nodes.length) return `${ours.nodes.length} nodes, not ${tcl.nodes.length}`;
  for (const part of ["version", "root"] as const) {
    if (differs(ours[part], tcl[part])) return `${part} ${short(ours[part])}, not ${short(tcl[part])}`;
  }
  for (const [place, theirs] of tcl.nodes.entries()) {
    const mine = ours.nodes[place];
    if (differs(mine, theirs)) return `node ${place}: ${short(mine)}, not ${short(theirs)}`;
  }
  return null;
}

function differs(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(a, b);
    return false;
  } catch {
    return true;
  }
}

function short(value: unknown): string {
  return JSON.stringify(value).slice(0, 300);
}

/** A bracket in a knob's value that is not escaped: to Tcl a command to run while the script is read. */
function hasSubstitution(file: string): boolean {
  return /^\s*\w+ "(?:[^"\\[]|\\.)*\[/mu.test(readFileSync(file, "latin1"));
}
