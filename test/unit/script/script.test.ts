/** What the model makes of scripts: connections, groups, clones, broken text, encodings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeScript } from "../../../src/script/read-script.ts";
import { parseScript } from "../../../src/script/script.ts";
import type { ScriptNode } from "../../../src/script/script-node.ts";

const wiring = async (text: string): Promise<Record<string, (string | null)[]>> =>
  Object.fromEntries(
    (await parseScript(text)).nodes.map((node) => [
      node.fullName,
      node.inputs.map((input) => input?.name ?? null),
    ]),
  );

test("the last thing pushed is the first input", async () => {
  assert.deepEqual(
    await wiring(
      "Read {\n inputs 0\n name A\n}\nset N1 [stack 0]\nRead {\n inputs 0\n name B\n}\npush $N1\nMerge2 {\n inputs 2\n name M\n}\npush 0\npush $N1\nCopy {\n inputs 2+1\n name C\n}\n",
    ),
    { A: [], B: [], M: ["A", "B"], C: ["A", null, "M"] },
  );
});

test("groups have their own stack and restore the outer one", async () => {
  const script = await parseScript(
    "Blur {\n inputs 0\n name Outside\n}\nGroup {\n name G\n}\n Input {\n  inputs 0\n  name In\n }\n Group {\n  name Inner\n }\n  Write {\n   name W\n  }\n end_group\n Output {\n  name Out\n }\nend_group\nWrite {\n name After\n}\n",
  );
  assert.deepEqual(
    script.nodes.map((node) => [node.fullName, node.inputs.map((input) => input?.fullName ?? null)]),
    [
      ["Outside", []],
      ["G", ["Outside"]],
      ["G.In", []],
      ["G.Inner", ["G.In"]],
      ["G.Inner.W", [null]],
      ["G.Out", ["G.Inner"]],
      ["After", ["G"]],
    ],
  );
});

test("a clone has the class of what it clones, and only its own knobs", async () => {
  const { nodes } = await parseScript(
    "Write {\n file a.exr\n name W\n}\nset C1 [stack 0]\nclone $C1 {\n xpos 3\n}\nclone node1|Read|7 Read {\n file b\n name R\n}\nclone node1|Read|7 {\n ypos 1\n}\n",
  );
  const seen = nodes.map((node: ScriptNode) => [node.class, [...node.knobNames], node.effectiveKnob("file")]);
  assert.deepEqual(seen, [
    ["Write", ["file", "name"], "a.exr"],
    ["Write", ["xpos"], "a.exr"],
    ["Read", ["file", "name"], "b"],
    ["Read", ["ypos"], "b"],
  ]);
});

test("values are what Tcl hands over", async () => {
  const { root, nodes, version } = await parseScript(
    String.raw`version 15.1 v5
Root {
 "a b" true
 name "C:\\x \[y] \x41\u00e9"
 curve {{curve x1 0 x20 1} {0}}
}
T {
 words one {two three} "four"
 empty {}
 last 1
 last 2
}
`,
  );
  assert.equal(version, "15.1 v5");
  assert.equal(root?.knob("a b"), "true");
  assert.equal(root?.knob("name"), "C:\\x [y] Aé");
  assert.equal(root?.knob("curve"), "{curve x1 0 x20 1} {0}");
  const [node] = nodes;
  assert.equal(node?.knob("words"), "one {two three} four");
  assert.equal(node?.knob("empty"), "");
  assert.equal(node?.knob("last"), "2");
});

test("damage costs the nodes it touches; those above and below stay", async () => {
  const whole = (name: string): string => `Write {\n file "/x/${name}.exr"\n name ${name}\n}\n`;
  const broken = [
    "Grade {\n white {1 2\n name G\n}\n",
    'Grade {\n label "half\n name G\n}\n',
    "Grade {\n name G\n",
    "}\n}\n",
    "<<<<<<< HEAD\nGrade {\n name G\n=======\nGrade {\n name H\n}\n>>>>>>> other\n",
  ];
  for (const damage of broken) {
    const { nodes, problems } = await parseScript(`${whole("Above")}${damage}${whole("Below")}`);
    const names = nodes.filter((node) => node.class === "Write").map((node) => node.name);
    assert.deepEqual(names, ["Above", "Below"], damage);
    assert.ok(problems.length > 0, damage);
    assert.ok((problems[0]?.line ?? 0) >= 5, `${damage}: line ${problems[0]?.line ?? 0}`);
  }
});

test("bytes: UTF-8, Latin-1 in between, a byte-order mark", () => {
  const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
  assert.equal(decodeScript(Buffer.from("label é")), "label é");
  assert.equal(decodeScript(bytes("label \xe9 x")), "label é x");
  assert.equal(decodeScript(Buffer.concat([Buffer.from("é "), bytes("\xe9")])), "é é");
  assert.equal(decodeScript(Buffer.from("\uFEFFversion 1")), "version 1");
});

test("line ends of Windows change nothing", async () => {
  const text = 'Read {\n inputs 0\n file "a b"\n name A\n}\nset N [stack 0]\npush $N\nWrite {\n name W\n}\n';
  const [unix, windows] = [await parseScript(text), await parseScript(text.replaceAll("\n", "\r\n"))];
  const shape = (nodes: readonly ScriptNode[]): unknown =>
    nodes.map((node) => [node.fullName, node.knob("file"), node.inputs.length, node.place.line]);
  assert.deepEqual(shape(windows.nodes), shape(unix.nodes));
});
