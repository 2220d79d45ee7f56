/** Which scripts may be rendered from a copy, and how one is known again. */
import assert from "node:assert/strict";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { NEAR_LINEAR, growthOfFourfold } from "../growth.ts";
import { planRender } from "../../../src/plan/plan-render.ts";
import { wordsForCopy } from "../../../src/plan/snapshot-policy.ts";
import {
  FingerprintCheck,
  fingerprintScript,
} from "../../../src/render-service/script-snapshot/fingerprint.ts";
import { usesOwnName } from "../../../src/script/script-path-references.ts";
import { parseScript } from "../../../src/script/script.ts";
import { scriptFacts } from "../../../src/script/write-targets.ts";
import { aRequest, someFacts } from "../plan/plan-facts.ts";

test("scripts that use only their folder may be copied into it", () => {
  for (const text of [
    'Root {\n name /p/shot.nk\n project_directory "\\[python \\{nuke.script_directory()\\}]"\n}',
    String.raw`Write { file "\[file dirname \[value root.name]]/../renders/a.%04d.exr" }`,
    "Write { file {[file dirname [knob root.name]]/a.exr} }",
    String.raw`Write { file "\[python \{os.path.dirname(nuke.root().name())\}]/a.exr" }`,
    "Text { message {[value root.first_frame] of [value root.name_of_shot]} }",
    "",
  ])
    assert.equal(usesOwnName(text), null, text);
});

test("scripts that use their file's name may not", () => {
  for (const [text, words] of [
    [String.raw`Write { file "r/\[file rootname \[file tail \[value root.name]]].%04d.exr" }`, "root.name"],
    [String.raw`Text { message "\[value root.name]" }`, "root.name"],
    [String.raw`Write { beforeRender "n = nuke.root().name()\nprint(n)" }`, "root().name()"],
    [String.raw`NoOp { knobChanged "x = nuke.root()\[\"name\"\].value()" }`, 'root()["name"]'],
    ["NoOp { onCreate {nuke.root().knob('name').getValue()} }", "root().knob('name')"],
    ["NoOp { label {[python nuke.scriptName()]} }", "scriptName("],
    [
      String.raw`W { file "\[file dirname \[value root.name]]/\[file tail \[value root.name]]" }`,
      "root.name",
    ],
  ] as const)
    assert.equal(usesOwnName(text), words, text);
});

test("megabytes are read for it in linear time", () => {
  const growth = growthOfFourfold(15_000, (size) => {
    const text = String.raw`Write { file "\[file dirname \[value root.name]]/a.exr" root root() }`.repeat(
      size,
    );
    return () => assert.equal(usesOwnName(text), null);
  });
  assert.ok(growth < NEAR_LINEAR, `${growth}`);
});

test("the plan says so, and renders such a script in place; what was asked for otherwise stays", async () => {
  const script = await parseScript(
    'Write {\n file "\\[file tail \\[value root.name]].%04d.exr"\n name Write1\n}\n',
  );
  const own = someFacts({ script: scriptFacts(script, "/p/my shot.nk") });
  const plan = planRender(aRequest(), own);
  assert.equal(plan.whileRendering, "hold");
  const [problem] = plan.problems.filter(({ code }) => code === "script-not-copied");
  assert.ok(problem?.severity === "info" && /own file name \(root\.name\)/u.test(problem.message));
  assert.equal(planRender(aRequest({ whileRendering: "go-on" }), own).whileRendering, "go-on");
  assert.equal(planRender(aRequest(), someFacts()).whileRendering, "copy");
  assert.equal(planRender(aRequest(), someFacts({ whileRendering: "hold" })).whileRendering, "hold");
});

test("the words for a copy differ in the script's and nothing else", () => {
  const { chunks, script } = planRender(aRequest(), someFacts());
  const copy = "/p/.my shot.rendering-01234567.nk";
  for (const { argv } of chunks)
    assert.deepEqual(
      wordsForCopy(argv, script, copy),
      argv.map((word) => (word === "/p/my shot.nk" ? copy : word)),
    );
  // A Nuke that stays open is told by name.
  assert.deepEqual(wordsForCopy(["nuke", "-t", "warm_nuke.py", `script=${script}`], script, copy), [
    "nuke",
    "-t",
    "warm_nuke.py",
    `script=${copy}`,
  ]);
});

test("a script is known by its text: touched it is the same, changed it is not, and gone it is gone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nbr script "));
  try {
    const path = join(folder, "a.nk");
    assert.equal(await fingerprintScript(path), null);
    await writeFile(path, "one");
    const mark = await fingerprintScript(path);
    assert.ok(mark);
    const watch = new FingerprintCheck(path, mark);
    assert.equal(await watch.look(), "same");
    await utimes(path, new Date(), new Date(Date.now() + 5000));
    assert.equal(await watch.look(), "same");
    // As long, so its time alone tells.
    await writeFile(path, "two");
    await utimes(path, new Date(), new Date(Date.now() + 9000));
    assert.equal(await watch.look(), "changed");
    assert.equal(await watch.look(), "changed", "until somebody accepts it");
    watch.accept();
    assert.equal(await watch.look(), "same");
    await rm(path);
    assert.equal(await watch.look(), "gone");
  } finally {
    await rm(folder, { recursive: true });
  }
});
