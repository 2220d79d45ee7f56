/** Text that fuzzing found to be too slow, to end the reader or to be misread. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkText } from "../../../scripts/lib/fuzz-checks.ts";
import { parseScript } from "../../../src/script/script.ts";
import { writeTargets } from "../../../src/script/write-targets.ts";

const write = (name: string): string => `Write {\n file "/x/${name}.exr"\n name ${name}\n}\n`;

/** A busy machine is no fault of the reader's; quadratic time is far beyond that. */
const SLACK = 4;

/** Each was quadratic, or all but: brackets, braces and quotes that are not closed, in a body, in a broken one and outside. */
const floods: Record<string, string> = {
  "open brackets": "[",
  "brackets with blanks": "[a ",
  "open braces in lines": "{\n",
  "open braces in a line": " {",
  "closing braces": "}\n",
  "quotes with brackets": '"[" ',
  "quotes with braces": ' "{',
  "nodes that are not closed": "Grade {\n white {",
  "brackets in nodes that are not closed": "Grade {\n white [\n",
  "brackets before nodes": "a [\nN {\n}\n",
  "knobs in one line": ";a",
  backslashes: "\\",
};
const before: Record<string, string> = {
  "the top": "",
  "a node": `${write("A")}N {\n`,
  "a line": "N {\n a ",
};

for (const [what, piece] of Object.entries(floods)) {
  test(`a flood: ${what}`, async () => {
    const flood = piece.repeat(Math.floor(300_000 / piece.length));
    for (const [where, head] of Object.entries(before)) {
      await assert.doesNotReject(checkText(`${head}${flood}\n`, SLACK), `at ${where}`);
      await assert.doesNotReject(
        checkText(`${head}${flood}\n}\n${write("B")}`, SLACK),
        `at ${where}, closed`,
      );
    }
  });
}

test("behind more damage than is worth searching, Writes are still found", async () => {
  const damage = 'Grade {\n white {1 2\n label "x\n name G\n';
  const text = `${write("Above")}${damage.repeat(200)}${write("Below")}${damage}${write("Last")}`;
  const script = await parseScript(text);
  const found = writeTargets(script, "/a.nk", { env: {} });
  assert.deepEqual(
    found.map(({ name, file }) => [name, file]),
    ["Above", "Below", "Last"].map((name) => [name, `/x/${name}.exr`]),
  );
  assert.equal(script.nodes.filter((node) => node.class === "Grade").length, 201);
});

test("groups nested deeper than calls can go", async () => {
  const depth = 30_000;
  const open = "Group {\n name G\n}\n".repeat(depth);
  await checkText(open, SLACK);
  const text = `${open}${"end_group\n".repeat(depth)}${write("After")}`;
  await checkText(text, SLACK);
  const { nodes } = await parseScript(text);
  assert.equal(nodes.length, depth + 1);
  assert.equal(nodes.at(-1)?.fullName, "After");
});

test("what cannot be read is told a thousand times and no more", async () => {
  const { problems } = await parseScript("a {\n".repeat(5000));
  assert.equal(problems.length, 1000);
});

test("names that every object has are names like others", async () => {
  for (const name of ["constructor", "__proto__", "toString"]) {
    const text = `Root {\n ${name} 1\n}\n${name} {\n name ${name}\n ${name} 2\n}\nWrite {\n file_type ${name}\n file /x/[getenv ${name}]/[value root.${name}].exr\n}\n`;
    await checkText(text);
    await checkText(text.replace(` ${name} 1\n`, ""));
    const [target] = writeTargets(await parseScript(text), "/a.nk", { env: {} });
    assert.equal(target?.resolvedFile, null);
    const [known] = writeTargets(await parseScript(text.replace(/\[getenv \w+\]/u, "y")), "/a.nk");
    assert.equal(known?.resolvedFile, "/x/y/1.exr");
    const [unknown] = writeTargets(
      await parseScript(text.replace(/\[getenv \w+\]/u, "y").replace(` ${name} 1\n`, "")),
      "/a.nk",
    );
    assert.match(unknown?.unresolved ?? "", /a default that only Nuke knows/u);
  }
});

test("a Viewer that feeds a node", async () => {
  await checkText("Viewer {\n inputs 0\n name Viewer1\n}\nBlur {\n name B\n}\n");
});

test("thousands of nodes without a name", async () => {
  await checkText(Array.from({ length: 30_000 }, (_, at) => `Blur {\n size ${at % 7}\n}\n`).join(""), SLACK);
});
