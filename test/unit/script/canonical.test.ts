/** A script as text that does not depend on how it was saved. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalText, printValue } from "../../../src/script/canonical.ts";
import { parseScript } from "../../../src/script/script.ts";

test("headers, inputs, sorted knobs, groups indented, nothing of the screen", async () => {
  const text = `version 15.1 v5
define_window_layout_xml {<layout/>}
Root {
 name /a.nk
 last_frame 10
 first_frame 1
}
add_layer {depth depth.Z}
Read {
 inputs 0
 name Z
 file "/a b/c.####.exr"
 xpos 4
}
set N1 [stack 0]
Group {
 name G
 tile_color 0xff
 addUserKnob {20 User}
 addUserKnob {7 amount}
 amount 2
}
 Input {
  inputs 0
  name In
 }
 TimeClip {
  label "two\\nlines"
 }
end_group
push 0
push $N1
Merge2 {
 inputs 2
 operation ""
 name M
}
clone $N1 {
 inputs 0
 name A
}
Viewer {
 name Viewer1
}
`;
  assert.equal(
    canonicalText(await parseScript(text)),
    `version 15.1 v5
add_layer {depth depth.Z}

Root
  first_frame 1
  last_frame 10

Read A
  clone Z

Group G
  inputs Z
  amount 2
  addUserKnob 20 User
  addUserKnob 7 amount

  Input G.In

  TimeClip G.TimeClip1
    inputs In
    label "two\\nlines"

Merge2 M
  inputs Z
  operation ""

Read Z
  file /a b/c.####.exr
`,
  );
  const all = canonicalText(await parseScript(text), { all: true });
  for (const line of ["  xpos 4", "Viewer Viewer1", "define_window_layout_xml <layout/>", "  name /a.nk"])
    assert.ok(all.split("\n").includes(line), line);
});

test("every value is one line, and no two are written alike", () => {
  const values = [
    "",
    " ",
    "a",
    "a ",
    '"a"',
    "\n",
    String.raw`\n`,
    '"',
    "a\rb",
    "\u2028",
    "é",
    "{a b}",
    "\u0000",
  ];
  const printed = values.map(printValue);
  assert.equal(new Set(printed).size, values.length);
  for (const line of printed) assert.equal(line.split(/[\n\r\u2028\u2029\u0085]/u).length, 1, line);
});

test("groups in groups in groups", async () => {
  const depth = 3000;
  const text = `${"Group {\n name G\n}\n".repeat(depth)}${"end_group\n".repeat(depth)}`;
  const script = await parseScript(text);
  assert.equal(script.nodes.length, depth);
  assert.ok(canonicalText(script).includes("G.G.G"));
});

test("thousands of dividers without a name", { timeout: 20_000 }, async () => {
  const dividers = 40_000;
  const script = await parseScript(
    `NoOp {\n inputs 0\n${' addUserKnob {26 ""}\n'.repeat(dividers)} name N\n}\n`,
  );
  const lines = canonicalText(script).split("\n");
  assert.equal(lines.filter((line) => line.includes("addUserKnob")).length, dividers);
});
