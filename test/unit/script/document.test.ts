/** After any edits a document equals its text read from scratch, and its memory stays constant. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Script, parseScript } from "../../../src/script/script.ts";
import { ScriptDocument } from "../../../src/script/script-document.ts";

const text = readFileSync(join(import.meta.dirname, "..", "..", "..", "examples", "shot.nk"), "utf8");

function change(document: ScriptDocument, start: number, end: number, insert: string): void {
  const before = document.text;
  document.edit({ start, end, text: insert }, before.slice(0, start) + insert + before.slice(end));
}

function shape(script: Script): unknown {
  return {
    version: script.version,
    root: script.root?.knob("last_frame"),
    nodes: script.nodes.map((node) => [
      node.class,
      node.fullName,
      node.inputs.map((input) => input?.fullName ?? null),
      node.place.start,
      node.place.end,
      node.place.line,
      [...node.knobNames].map((name) => [name, node.knob(name)]),
    ]),
    problems: script.problems,
  };
}

function random(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

const pieces = [
  "{",
  "}",
  '"',
  "\n",
  "\r\n",
  "\\",
  " ",
  "#",
  "[",
  "]",
  ";",
  "a",
  "Write {\n name W\n}\n",
  "end_group\n",
  "push 0\n",
  "set N1 [stack 0]\n",
  "Group {\n name G\n}\n",
  " file /x.exr\n",
  "\n}\n",
  "é",
];

test("2,000 random edits, each as if the text had been read from scratch", async () => {
  const pick = random(20_261_121);
  const document = new ScriptDocument(text);
  for (let step = 0; step < 2000; step++) {
    const length = document.text.length;
    const start = pick(length + 1);
    const end = Math.min(length, pick(3) === 0 ? start + pick(60) : start);
    const insert = pick(3) === 0 ? "" : (pieces[pick(pieces.length)] ?? "");
    change(document, start, end, insert);
    // Several edits may come before a request.
    if (pick(3) === 0) continue;
    assert.deepEqual(shape(document.script), shape(await parseScript(document.text)), `step ${step}`);
    if (step % 100 === 0 || document.text.length < 500) document.replace(text);
  }
});

test("braces opened and closed far from each other, and more broken than is read", async () => {
  const pick = random(7);
  const document = new ScriptDocument(text);
  const open: number[] = [];
  for (let step = 0; step < 150; step++) {
    const at = pick(document.text.length + 1);
    const close = open.length > 0 && pick(3) === 0;
    change(document, at, at, close ? "\n}\n" : (["{", "\nGrade {\n", '"', "["][pick(4)] ?? ""));
    if (close) open.pop();
    else open.push(at);
    assert.deepEqual(shape(document.script), shape(await parseScript(document.text)), `step ${step}`);
  }
  const end = document.text.length;
  change(document, end, end, "\nGrade {\n".repeat(1500));
  assert.deepEqual(shape(document.script), shape(await parseScript(document.text)));
  const lines = document.script.statements.length;
  assert.ok(lines < 1500, `${lines} statements`);
  change(document, end, document.text.length, "");
  assert.deepEqual(shape(document.script), shape(await parseScript(document.text)));
});

test("typing and taking back leaves everything as it was", async () => {
  const document = new ScriptDocument(text);
  const before = shape(document.script);
  const at = text.indexOf("last_frame");
  for (const typed of ["x", "{", '"', "}\nWrite {\n", "\n"]) {
    change(document, at, at, typed);
    assert.notDeepEqual(document.script.problems.length + document.text.length, text.length);
    change(document, at, at + typed.length, "");
    assert.deepEqual(shape(document.script), before);
  }
});

/** Megabytes in use, garbage taken out. */
function memory(): () => number {
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("gc");
  assert.ok(typeof gc === "function");
  return () => {
    gc();
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 1024 / 1024;
  };
}

test("10,000 edits leave memory where it was", async () => {
  const used = memory();
  const document = new ScriptDocument(text.repeat(4));
  const length = document.text.length;
  const edit = (step: number): void => {
    const at = (step * 7919) % length;
    change(document, at, at, "x");
    assert.ok(document.script.nodes.length > 0);
    change(document, at, at + 1, "");
    assert.ok(document.script.nodes.length > 0);
  };
  for (let step = 0; step < 500; step++) edit(step);
  const before = used();
  for (let step = 0; step < 5000; step++) edit(step);
  const grown = used() - before;
  assert.ok(grown < 3, `${grown.toFixed(1)} MB`);
});

test("a node whose knobs were looked at does not hold the text of that time", async () => {
  const used = memory();
  const node = "Write {\n create_directories true\n}\n";
  const document = new ScriptDocument(node.repeat(20_000));
  const look = (): void => {
    for (const one of document.script.nodes) assert.equal(one.knob("create_directories"), "true");
  };
  look();
  const before = used();
  // Each edit reads another node again, which then has seen another text.
  for (let step = 0; step < 40; step++) {
    const at = step * 100 * node.length + step + "Write {\n".length;
    change(document, at, at, " ");
    look();
  }
  const grown = used() - before;
  assert.ok(grown < 10, `${grown.toFixed(1)} MB`);
});
