/** Real scripts compared with themselves, moved about, and with one knob changed. */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";
import { canonicalText } from "../../src/script/canonical.ts";
import { compareScripts, isEqual } from "../../src/script/compare.ts";
import { readScriptFile } from "../../src/script/read-script.ts";
import { parseScript } from "../../src/script/script.ts";
import { corpusFiles, hasRealScripts } from "./corpus-files.ts";

test("a script is equal to itself, and to itself with every node elsewhere", async () => {
  let moved = 0;
  for (const file of corpusFiles()) {
    const script = await readScriptFile(file);
    const text = script.text.replaceAll(/^( *[xy]pos) -?\d+$/gmu, "$1 12345");
    const other = await parseScript(text);
    if (text !== script.text) moved++;
    const difference = compareScripts(script, other);
    assert.ok(isEqual(difference), `${basename(file)}: ${JSON.stringify(difference).slice(0, 500)}`);
    assert.equal(canonicalText(other), canonicalText(script), basename(file));
  }
  assert.ok(moved > (hasRealScripts ? 500 : 50), `${moved}`);
});

test("one knob changed is one knob in the comparison and one line of the canonical text", async () => {
  let compared = 0;
  for (const file of corpusFiles()) {
    const script = await readScriptFile(file);
    const node = script.nodes.find((one) => one.class !== "Viewer" && one.knobPlace("name") !== undefined);
    const name = node?.knobPlace("name");
    if (node === undefined || name === undefined) continue;
    const text = `${script.text.slice(0, name.start)}zz_test 1\n ${script.text.slice(name.start)}`;
    const other = await parseScript(text);
    const { changed, ...rest } = compareScripts(script, other);
    assert.deepEqual(
      changed.map(({ knobs }) => knobs),
      [[{ knob: "zz_test", old: null, new: "1" }]],
      basename(file),
    );
    assert.ok(isEqual({ ...rest, changed: [] }), basename(file));
    const [before, after] = [canonicalText(script).split("\n"), canonicalText(other).split("\n")];
    assert.equal(after.length, before.length + 1, basename(file));
    compared++;
  }
  assert.ok(compared > (hasRealScripts ? 500 : 50), `${compared}`);
});
