/** Names that take too long to work out are unknown, and cost their script little. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EvaluationBudget, LONGEST_VALUE } from "../../../../src/script/evaluate/budget.ts";
import { UnknownValueError } from "../../../../src/script/evaluate/unknown-value.ts";
import { FileNames } from "../../../../src/script/file-name.ts";
import { parseScript } from "../../../../src/script/script.ts";
import { scriptFacts } from "../../../../src/script/write-targets.ts";

function write(name: string, file: string): string {
  return `Write {\n inputs 0\n file ${file}\n name ${name}\n}\n`;
}

/** What each Write's file is, or why it is unknown. */
async function filesOf(text: string): Promise<Record<string, string>> {
  const script = await parseScript(text);
  const names = new FileNames(script, "/p/shot.nk", { SHOT: "sh010" });
  return Object.fromEntries(
    script.nodes.map((node) => {
      const { file, reason } = names.expand(node.effectiveKnob("file") ?? "", node);
      return [node.name, file ?? reason ?? ""];
    }),
  );
}

test("names that grow tenfold from Write to Write are unknown when they are too long", async () => {
  const tower = Array.from({ length: 12 }, (_, index) =>
    write(
      `W${index}`,
      index === 0 ? "/out/a.exr" : `"${String.raw`\[value W${index - 1}.file]`.repeat(10)}"`,
    ),
  );
  const files = await filesOf(tower.join(""));
  assert.equal(files.W0, "/out/a.exr");
  assert.equal(files.W2, "/out/a.exr".repeat(100));
  for (let index = 4; index < 12; index++) assert.equal(files[`W${index}`], "too-long", `W${index}`);
});

test("text that grows by the commands it passes through is unknown when it is too long", async () => {
  const map = `${"[string map {a aaaaaaaaaa} ".repeat(12)}${"a".repeat(10)}${"]".repeat(12)}`;
  const join = `[join {${"x ".repeat(5000)}} ${"-".repeat(100)}]`;
  const files = await filesOf(write("Map", `{/out/${map}.exr}`) + write("Join", `{/out/${join}.exr}`));
  assert.deepEqual(files, { Map: "too-long", Join: "too-long" });
});

test("commands in commands end at some depth, and knobs that name each other at once", async () => {
  const nested = (depth: number): string => `{${"[return ".repeat(depth)}/a${"]".repeat(depth)}/b.exr}`;
  const files = await filesOf(
    write("Flat", nested(10)) +
      write("Deep", nested(1000)) +
      write("A", String.raw`"\[value B.file]"`) +
      write("B", String.raw`"\[value A.file]"`),
  );
  assert.deepEqual(files, { Flat: "/a/b.exr", Deep: "too-deep", A: "circle", B: "circle" });
});

test("one script has one budget: names after costly ones are unknown, names without Tcl are known", async () => {
  const costly = `{[string map {${"b c ".repeat(2000)}} ${"a".repeat(450)}]/\\[lindex 1].exr}`;
  const many = Array.from({ length: 30 }, (_, index) => write(`W${index}`, costly)).join("");
  const files = await filesOf(many + write("Plain", "/out/plain.####.exr"));
  assert.match(files.W0 ?? "", /^\/p\/a/u);
  assert.equal(files.W29, "too-many-steps");
  assert.equal(files.Plain, "/out/plain.####.exr");
});

test("what was worked out once is kept: thousands of Writes may name the same knob", async () => {
  const root = `Root {\n addUserKnob {1 base}\n base "${String.raw`\[file join /out \[getenv SHOT] `}${"x".repeat(20_000)}]"\n}\n`;
  const writes = Array.from({ length: 3000 }, (_, index) =>
    write(`W${index}`, String.raw`"\[string range \[value root.base] 0 9]/${index}.exr"`),
  );
  const script = await parseScript(root + writes.join(""));
  const { writes: targets } = scriptFacts(script, "/p/shot.nk", { env: { SHOT: "sh010" } });
  assert.equal(targets.at(10)?.resolvedFile, "/out/sh010/10.exr");
});

test("a name says why it is unknown, in few words", async () => {
  const script = await parseScript(write("W", `{/out/${"[value x]".repeat(20_000)}.exr}`));
  const [target] = scriptFacts(script, "/p/shot.nk", { env: {} }).writes;
  assert.equal(target?.resolvedFile, null);
  assert.match(target?.unresolved ?? "", /too long to work out here/u);
  assert.ok((target?.unresolved ?? "").length < 200);
});

test("steps are counted for a question and for all of them", () => {
  const budget = new EvaluationBudget(0);
  const over = (error: unknown): boolean =>
    error instanceof UnknownValueError && error.reason === "too-many-steps";
  for (let question = 0; question < 4; question++) {
    budget.nextQuestion();
    budget.spend(1_900_000, "x");
    assert.throws(() => budget.spend(200_000, "x"), over);
  }
  budget.nextQuestion();
  assert.throws(() => budget.spend(1_700_000, "x"), over);
  assert.throws(() => budget.checkLength(LONGEST_VALUE + 1, "x"), UnknownValueError);
});
