/** Every real script reads cleanly: no node of the tree is an error, and every Write is found with its file. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadParser } from "../../scripts/lib/grammar-parser.ts";
import { readScriptFile } from "../../src/script/read-script.ts";
import { readScript } from "../../src/script/script.ts";
import { writeTargets } from "../../src/script/write-targets.ts";
import { corpusFiles, hasRealScripts } from "./corpus-files.ts";

const files = corpusFiles();

test("all files are read without an error in the tree and without a problem", async () => {
  assert.ok(files.length >= (hasRealScripts ? 556 : 60), `only ${files.length} files`);
  const parser = await loadParser();
  const wrong: string[] = [];
  for (const file of files) {
    const { text } = await readScriptFile(file);
    const tree = parser.parse(text);
    const { problems } = readScript(text);
    if (tree.rootNode.hasError) wrong.push(`${file}: an ERROR or MISSING node`);
    for (const { line, message } of problems) wrong.push(`${file}:${line}: ${message}`);
    tree.delete();
  }
  assert.deepEqual(wrong, []);
});

test("every Write is found, clones included", async () => {
  // What real Tcl finds in the same files.
  const found = { Write: 0, WriteGeo: 0 };
  for (const file of files) {
    const script = await readScriptFile(file);
    const targets = writeTargets(script, file);
    for (const node of script.nodes) {
      if (node.class !== "Write" && node.class !== "WriteGeo") continue;
      found[node.class]++;
      const target = targets.find(({ line }) => line === node.place.line);
      assert.ok(target, `${file}:${node.place.line}: the ${node.class} is no target`);
      assert.ok(target.name.endsWith(node.name) && target.name !== "");
      assert.equal(target.file, node.effectiveKnob("file") ?? "");
    }
  }
  if (hasRealScripts) assert.deepEqual(found, { Write: 45, WriteGeo: 1 });
  else assert.ok(found.Write > 60, `${found.Write}`);
});

test("a script cut off anywhere still has the nodes before the cut", async () => {
  const file = files.find((name) => name.endsWith(".nk") && name.includes("breakdown")) ?? files[10];
  const { text, nodes } = await readScriptFile(file ?? "");
  for (let part = 1; part < 20; part++) {
    const cut = text.slice(0, Math.floor((text.length * part) / 20));
    const read = readScript(cut);
    const before = nodes.filter((node) => node.place.end <= cut.length);
    assert.deepEqual(
      read.nodes.slice(0, before.length).map((node) => node.fullName),
      before.map((node) => node.fullName),
    );
  }
});
