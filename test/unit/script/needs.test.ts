/** Which Write reads what another one writes, and in which order they are rendered. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NEAR_LINEAR, growthOfFourfold } from "../growth.ts";
import type { ScriptFacts } from "../../../src/plan/target.ts";
import { orderWrites, waitingText } from "../../../src/plan/write-order.ts";
import { type Script, parseScript } from "../../../src/script/script.ts";
import { frameFile, frameReader } from "../../../src/plan/frames/frame-file.ts";
import { scriptFacts } from "../../../src/script/write-targets.ts";
import { aWrite } from "../plan/plan-facts.ts";

async function needsOf(text: string): Promise<Record<string, string[]>> {
  const { writes } = scriptFacts(await parseScript(text), "/p/shot.nk", { env: {} });
  return Object.fromEntries(
    writes.map(({ name, needs }) => [name, needs.map(({ write, reader }) => `${write} by ${reader}`)]),
  );
}

const source = "Constant {\n inputs 0\n}\n";
const pre = `${source}Write {\n file /out/pre.####.exr\n name Pre\n}\n`;

test("a Read of what another Write writes is found through nodes, names written alike or not", async () => {
  const read = "Read {\n inputs 0\n file /out/pre.%04d.exr\n name Read1\n}\n";
  const text = `${pre}${read}Blur {\n}\nset N1 [stack 0]\nWrite {\n file /out/a.####.exr\n name A\n}\npush $N1\nGrade {\n}\nWrite {\n file /out/b.####.exr\n name B\n}\n`;
  assert.deepEqual(await needsOf(text), { Pre: [], A: ["Pre by Read1"], B: ["Pre by Read1"] });
  const [three, upper] = [text.replace("%04d", "%03d"), text.replace("/out/pre.%04d", "/out/Pre.%04d")];
  for (const other of [three, upper]) assert.deepEqual((await needsOf(other)).A, []);
});

test("through groups by their Input and Output nodes, through clones, and past what a reading Write has above it", async () => {
  const read = "Read {\n inputs 0\n file /out/pre.####.exr\n name Read1\n}\n";
  const other = "Constant {\n inputs 0\n name Other\n}\n";
  const group = (number: number): string =>
    `Group {\n inputs 2\n name G\n}\n Input {\n inputs 0\n name I1\n number ${number}\n}\n Blur {\n}\n Output {\n name Output1\n}\nend_group\nWrite {\n file /out/a.####.exr\n name A\n}\n`;
  // The last one pushed is the first input.
  assert.deepEqual((await needsOf(`${pre}${other}${read}${group(0)}`)).A, ["Pre by Read1"]);
  assert.deepEqual((await needsOf(`${pre}${other}${read}${group(1)}`)).A, []);
  const inside = `${pre}Group {\n inputs 0\n name G\n}\n ${read} Write {\n file /out/in.####.exr\n name In\n}\n Output {\n name Output1\n}\nend_group\nWrite {\n file /out/a.####.exr\n name A\n}\n`;
  assert.deepEqual(await needsOf(inside), { Pre: [], "G.In": ["Pre by G.Read1"], A: ["Pre by G.Read1"] });
  const cloned = `${pre}${read}set C1 [stack 0]\nGrade {\n name Far\n}\nclone $C1 {\n inputs 0\n}\nWrite {\n file /out/a.####.exr\n name A\n}\n`;
  assert.deepEqual((await needsOf(cloned)).A?.length, 1);
  const reading = `${pre}${read}Write {\n file /out/mid.####.exr\n reading true\n name Mid\n}\nWrite {\n file /out/a.####.exr\n name A\n}\n`;
  assert.deepEqual((await needsOf(reading)).A, []);
});

test("a Write switched to read needs the Write of its file; disabled Reads, own files and unused cameras need no Write", async () => {
  const same = `${pre}${source}Write {\n file /out/pre.####.exr\n reading 1\n name Cache\n}\nWrite {\n file /out/a.####.exr\n name A\n}\n`;
  assert.deepEqual(await needsOf(same), { Pre: [], Cache: ["Pre by Cache"], A: ["Pre by Cache"] });
  const disabled = `${pre}Read {\n inputs 0\n file /out/pre.####.exr\n disable true\n}\nWrite {\n file /out/a.####.exr\n name A\n}\n`;
  assert.deepEqual((await needsOf(disabled)).A, []);
  const feedback =
    "Read {\n inputs 0\n file /out/a.####.exr\n}\nWrite {\n file /out/a.####.exr\n name A\n}\n";
  assert.deepEqual((await needsOf(feedback)).A, []);
  const camera = (knob: string): string =>
    `${source}WriteGeo {\n file /out/cam.abc\n file_type abc\n name Geo\n}\nCamera2 {\n inputs 0\n ${knob}\n file /out/cam.abc\n name Cam\n}\nScanlineRender {\n inputs 1\n}\nWrite {\n file /out/a.####.exr\n name A\n}\n`;
  assert.deepEqual((await needsOf(camera("read_from_file true"))).A, ["Geo by Cam"]);
  assert.deepEqual((await needsOf(camera("label x"))).A, []);
});

test("a hundred Writes that read each other come in their order, in linear time", async () => {
  // Each Write reads what the one before it writes, with a hundred nodes between.
  const chain = async (writes: number): Promise<Script> => {
    const parts = Array.from(
      { length: writes },
      (_, at) =>
        `Read {\n inputs 0\n file /out/w${at - 1}.####.exr\n}\n${"Blur {\n}\n".repeat(100)}Write {\n file /out/w${at}.####.exr\n name W${at}\n}\n`,
    );
    return await parseScript(parts.join(""));
  };
  const scripts = new Map([
    [25, await chain(25)],
    [100, await chain(100)],
  ]);
  const facts = (size: number): ScriptFacts => {
    const script = scripts.get(size);
    assert.ok(script);
    return scriptFacts(script, "/p/shot.nk", { env: {} });
  };
  const { writes } = facts(100);
  assert.deepEqual(
    writes[99]?.needs.map(({ write }) => write),
    ["W98"],
  );
  const order = orderWrites([...writes].reverse()).writes.map(({ write }) => write.name);
  assert.deepEqual(
    order,
    writes.map(({ name }) => name),
  );
  const growth = growthOfFourfold(25, (size) => () => void facts(size));
  assert.ok(growth < NEAR_LINEAR, `${growth}`);
});

test("real needs come before render_order, and the same number is no order", () => {
  const write = (name: string, renderOrder: number, ...needs: string[]) =>
    aWrite({ name, renderOrder, needs: needs.map((need) => ({ write: need, reader: "R" })) });
  const { writes, problems } = orderWrites([write("A", 1, "B"), write("B", 2), write("C", 1), write("D", 2)]);
  assert.deepEqual(
    writes.map((one) => [one.write.name, one.after.map((before) => before.write)]),
    [
      ["C", []],
      ["B", ["C"]],
      ["A", ["B"]],
      ["D", ["C", "A"]],
    ],
  );
  assert.deepEqual(problems, []);
  const texts = writes.map((one) => waitingText(one));
  assert.deepEqual(texts.slice(0, 3), [
    null,
    "B waits for C (render_order).",
    "A waits for B (R reads what it writes).",
  ]);
});

test("a circle is broken at one place, and told", () => {
  const needs = (...names: string[]) => names.map((write) => ({ write, reader: "R" }));
  const { writes, problems } = orderWrites([
    aWrite({ name: "A", needs: needs("B") }),
    aWrite({ name: "B", needs: needs("C") }),
    aWrite({ name: "C", needs: needs("A") }),
  ]);
  assert.deepEqual(
    writes.map((one) => [one.write.name, one.after.map((before) => before.write)]),
    [
      ["A", []],
      ["C", ["A"]],
      ["B", ["C"]],
    ],
  );
  assert.equal(problems.length, 1);
  assert.match(problems[0]?.message ?? "", /A reads what B writes, and the other way around/u);
});

test("the frame of a file is read back from its name, and only from names that are really its own", () => {
  for (const pattern of [
    "a.####.exr",
    "a.%04d.exr",
    "a(1)+.%d.exr",
    "####/x.####".slice(5),
    "%V.%v.####.exr",
    "a.##.b.####.exr",
  ])
    for (const frame of [0, 1, 99, 1001, 12_345, -3])
      assert.equal(
        frameReader(pattern, "left")(frameFile(pattern, frame, "left")),
        frame,
        `${pattern} ${frame}`,
      );
  const frame = frameReader("a.####.exr", "main");
  for (const name of [
    "a.1.exr",
    "a.00001.exr",
    "a.0001.exr.tmp",
    "b.0001.exr",
    "axexr",
    "a.-000.exr",
    "a.999999999999.exr",
  ])
    assert.equal(frame(name), null, name);
  assert.equal(frameReader("%V.####.exr", "left")("right.0001.exr"), null);
});
