/** Scripts made to take more time or memory than a text may: all that reads a script ends, with an answer of a sensible size. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalText } from "../../../src/script/canonical.ts";
import { compareScripts } from "../../../src/script/compare.ts";
import { parseScript } from "../../../src/script/script.ts";
import { namesOf } from "../../../src/script/symbol-table.ts";
import { scriptFacts } from "../../../src/script/write-targets.ts";
import { hostileDocuments } from "../../hostile/documents.ts";

/** Characters of an answer for each one of the script: names of groups and views stand in many places. */
const MOST_GROWTH = 30;

/** What is larger is only many, and takes longer than a unit test may. */
const LARGEST = 1_200_000;

for (const { name, aims, text } of hostileDocuments.filter((one) => one.text().length <= LARGEST))
  test(`${name}: ${aims}`, async () => {
    const written = text();
    const script = await parseScript(written);
    const most = MOST_GROWTH * written.length + 1_000_000;
    const { writes } = scriptFacts(script, "/shots/hostile.nk", { env: {} });
    const length = writes.reduce((sum, write) => sum + JSON.stringify(write).length, 0);
    assert.ok(length < most, `${length} characters about the Writes`);
    assert.ok(namesOf(script).uses.length <= written.length);
    assert.ok(canonicalText(script).length < most);
    const { added } = compareScripts(
      script,
      await parseScript(`${written}\nGrade {\n name Hostile_new\n}\n`),
    );
    assert.ok(added.length <= script.nodes.length + 1);
  });

test("what is honest in a hostile script is still known", async () => {
  const honest = "Write {\n inputs 0\n file /out/honest.%04d.exr\n name Honest\n}\n";
  for (const { name, text } of hostileDocuments.filter((one) =>
    /values|names|frame|hashes/u.test(one.name),
  )) {
    const { writes } = scriptFacts(await parseScript(text() + honest), "/shots/hostile.nk", { env: {} });
    assert.equal(writes.at(-1)?.resolvedFile, "/out/honest.%04d.exr", name);
  }
});
