/** Two scripts by meaning: what is the same, what is another, and what of it is said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NEAR_LINEAR, growthOfFourfold } from "../growth.ts";
import { differenceLines } from "../../../src/cli/diff-command.ts";
import { type ScriptDifference, compareScripts, isEqual } from "../../../src/script/compare.ts";
import { type Script, parseScript } from "../../../src/script/script.ts";

async function compare(old: string, now: string, options: { all?: boolean } = {}): Promise<ScriptDifference> {
  return compareScripts(await parseScript(old), await parseScript(now), options);
}

async function lines(old: string, now: string): Promise<string[]> {
  return differenceLines(await compare(old, now));
}

const shot = `version 15.1 v5
Root {
 name /shots/a_v001.nk
 frame 7
 first_frame 1001
}
Read {
 inputs 0
 file /plates/a.####.exr
 name Read1
 xpos 10
}
Grade {
 white 1.2
 name Grade1
 selected true
}
Group {
 name Group1
}
 Input {
  inputs 0
  name Input1
 }
 Blur {
  size 4
  name Blur1
 }
 Output {
  name Output1
 }
end_group
Write {
 file /out/a.####.exr
 name Write1
}
`;

test("what lies elsewhere on the screen or was written another way is equal", async () => {
  const moved = shot
    .replace("xpos 10", "xpos -400\n ypos 3\n tile_color 0xff")
    .replace(" selected true\n", "")
    .replace("frame 7", "frame 99")
    .replace("a_v001.nk", "a_v002.nk")
    .replace("white 1.2\n name Grade1", 'name "Grade1"\n white {1.2}')
    .replace("Write {\n", "# a comment\nWrite {\n inputs 1\n")
    .replaceAll("\n", "\r\n");
  const viewer = "Viewer {\n frame 3\n name Viewer1\n}\ndefine_window_layout {x}\n";
  const difference = await compare(shot, moved + viewer);
  assert.ok(isEqual(difference), JSON.stringify(difference));
  const all = await compare(shot, moved + viewer, { all: true });
  assert.deepEqual(
    [
      all.root.map(({ knob }) => knob),
      all.added.map(({ name }) => name),
      all.changed.map(({ name }) => name),
    ],
    [["frame", "name"], ["Viewer1"], ["Read1", "Grade1"]],
  );
  assert.deepEqual(all.commands.added, ["define_window_layout x"]);
});

test("knobs, Root, version and layers, with null for what is not written", async () => {
  const difference = await compare(
    shot,
    shot
      .replace("15.1 v5", "15.2 v1")
      .replace("first_frame 1001", "last_frame 1100")
      .replace("white 1.2", "white {{curve x1 0 x2 1}}\n black 0.1")
      .replace("size 4", 'size "8 8"')
      .replace("Read {", "add_layer {depth depth.Z}\nRead {"),
  );
  assert.deepEqual(difference, {
    version: { old: "15.1 v5", new: "15.2 v1" },
    root: [
      { knob: "first_frame", old: "1001", new: null },
      { knob: "last_frame", old: null, new: "1100" },
    ],
    added: [],
    removed: [],
    renamed: [],
    reclassed: [],
    recloned: [],
    rewired: [],
    changed: [
      {
        name: "Grade1",
        class: "Grade",
        knobs: [
          { knob: "white", old: "1.2", new: "{curve x1 0 x2 1}" },
          { knob: "black", old: null, new: "0.1" },
        ],
      },
      { name: "Group1.Blur1", class: "Blur", knobs: [{ knob: "size", old: "4", new: "8 8" }] },
    ],
    commands: { added: ["add_layer {depth depth.Z}"], removed: [] },
  });
});

test("a node between two others rewires the lower one", async () => {
  const between = shot.replace("Group {", "Saturation {\n name Saturation1\n}\nGroup {");
  assert.deepEqual(await lines(shot, between), [
    "+ Saturation Saturation1",
    "~ Group Group1",
    "    inputs  Grade1 → Saturation1",
  ]);
  assert.deepEqual(await lines(between, shot), [
    "- Saturation Saturation1",
    "~ Group Group1",
    "    inputs  Saturation1 → Grade1",
  ]);
});

test("a renamed group is the same one, and so is all that is in it and below it", async () => {
  assert.deepEqual(
    await lines(shot, shot.replace("name Group1", "name Despill").replace("size 4", "size 5")),
    ["~ Group Despill", "    name  Group1 → Despill", "~ Blur Despill.Blur1", "    size  4 → 5"],
  );
});

test("of several nodes with new names, those that are most alike are one", async () => {
  const blur = (name: string, size: number, more = ""): string =>
    `Blur {\n inputs 0\n size ${size}\n channels rgb\n ${more}\n name ${name}\n}\n`;
  const difference = await compare(
    blur("A", 1, "filter box") + blur("B", 2, "filter gaussian") + blur("C", 3),
    blur("Z", 3) + blur("Y", 2, "filter gaussian\n mix 0.5") + blur("X", 1, "filter box"),
  );
  assert.deepEqual(
    difference.renamed.map((one) => [one.old, one.new]),
    [
      ["C", "Z"],
      ["B", "Y"],
      ["A", "X"],
    ],
  );
  assert.deepEqual(
    difference.changed.map(({ name, knobs }) => [name, knobs]),
    [["Y", [{ knob: "mix", old: null, new: "0.5" }]]],
  );
});

test("a node that is nothing like the one that went is a new one", async () => {
  const read = (name: string, file: string): string => `Read {\n inputs 0\n file ${file}\n name ${name}\n}\n`;
  assert.deepEqual(await lines(read("Read1", "/a"), read("Read9", "/b")), ["- Read Read1", "+ Read Read9"]);
});

test("nodes without a name are matched by their place", async () => {
  const dots = (...sizes: readonly number[]): string =>
    sizes.map((size) => `Blur {\n inputs 0\n size ${size}\n}\n`).join("");
  assert.deepEqual(await lines(dots(1, 2, 3), dots(1, 5, 3)), ["~ Blur Blur2", "    size  2 → 5"]);
});

test("another class under the same name, a clone of another node, a user knob", async () => {
  const text = (source: string, shuffle: string): string =>
    `Grade {\n inputs 0\n name A\n}\nset N1 [stack 0]\nGrade {\n inputs 0\n name B\n}\nset N2 [stack 0]\nclone $${source} {\n inputs 0\n name C\n}\n${shuffle} {\n inputs 0\n addUserKnob {20 User}\n addUserKnob {7 amount t ${shuffle}}\n amount 1\n name S\n}\n`;
  assert.deepEqual(await lines(text("N1", "Shuffle"), text("N2", "Shuffle2")), [
    "~ Shuffle2 S",
    "    class  Shuffle → Shuffle2",
    "    addUserKnob amount  7 amount t Shuffle → 7 amount t Shuffle2",
    "~ clone C",
    "    clone of  A → B",
  ]);
});

test("of long values that is shown in which they differ", async () => {
  const curve = (at: number): string =>
    `Blur {\n size {{curve ${Array.from({ length: 500 }, (_, key) => `x${key} ${key === 250 ? at : 1}`).join(" ")}}}\n name B\n}\n`;
  const [head, knob, old = "", now = ""] = await lines(curve(1), curve(7));
  assert.deepEqual([head, knob], ["~ Blur B", "    size"]);
  assert.match(old, /^ {6}- ….* x250 1 .*…$/u);
  assert.match(now, /^ {6}\+ ….* x250 7 .*…$/u);
  assert.ok(now.length < 100);
});

test("thousands of nodes with other names take no quadratic time", async () => {
  const dots = (count: number, from: number): Promise<Script> =>
    parseScript(
      Array.from({ length: count }, (_, at) => `Dot {\n name D${at + from}\n note ${at}\n}\n`).join(""),
    );
  const pairs = new Map<number, readonly [Script, Script]>();
  for (const count of [1500, 6000]) pairs.set(count, [await dots(count, 0), await dots(count, 10_000)]);
  const growth = growthOfFourfold(1500, (count) => () => {
    const [old, now] = pairs.get(count) ?? [];
    assert.ok(old && now);
    assert.equal(compareScripts(old, now).renamed.length, count);
  });
  assert.ok(growth < NEAR_LINEAR, `${growth}`);
});
