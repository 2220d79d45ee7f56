/** The committed parser and .wasm are those of the committed sources; the queries fit the grammar. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Language, Parser, Query } from "web-tree-sitter";
import { buildGrammar, grammarFolder, sourceStamp } from "../../../scripts/lib/grammar.ts";
import { treeSitterFile } from "../../../scripts/lib/grammar-parser.ts";
import { grammarFile } from "../../../src/paths.ts";

test("the .wasm is what the sources compile to, byte by byte", { timeout: 240_000 }, async () => {
  const committed = readFileSync(join(grammarFolder, "tree-sitter-nk.wasm"));
  assert.equal(Buffer.compare(committed, await buildGrammar()), 0, "run: npm run grammar -- --wasm");
});

test("parser.c belongs to grammar.js", async () => {
  const committed = readFileSync(join(grammarFolder, "src", "generated-from.txt"), "utf8");
  assert.equal(committed.replaceAll("\r\n", "\n"), await sourceStamp(), "run: npm run grammar");
});

test("the generator makes the same parser.c again", (t) => {
  if (spawnSync("tree-sitter", ["--version"]).error) {
    t.skip("the tree-sitter command is not on the PATH (cargo install tree-sitter-cli --locked)");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "grammar-"));
  try {
    for (const file of ["grammar.js", "tree-sitter.json", "package.json"])
      cpSync(join(grammarFolder, file), join(folder, file));
    const { status, stderr } = spawnSync("tree-sitter", ["generate", "--abi", "15"], { cwd: folder });
    assert.equal(status, 0, stderr.toString());
    for (const file of ["parser.c", "grammar.json", "node-types.json"])
      assert.equal(
        readFileSync(join(folder, "src", file), "utf8"),
        readFileSync(join(grammarFolder, "src", file), "utf8"),
        file,
      );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the queries fit the grammar and find what they are for", async () => {
  await Parser.init({ locateFile: () => treeSitterFile });
  const language = await Language.load(new Uint8Array(readFileSync(grammarFile())));
  const parser = new Parser();
  parser.setLanguage(language);
  const tree = parser.parse('# hello\nGrade {\n white 2.5\n label "a b"\n name Grade1\n}\npush 0\n');
  assert.ok(tree);
  const found: Record<string, string[]> = {};
  const folder = join(grammarFolder, "queries");
  for (const file of readdirSync(folder)) {
    const query = new Query(language, readFileSync(join(folder, file), "utf8"));
    for (const { name, node } of query.captures(tree.rootNode)) (found[name] ??= []).push(node.text);
    query.delete();
  }
  assert.deepEqual(found["type"], ["Grade"]);
  assert.deepEqual(found["keyword"], ["push"]);
  assert.deepEqual(found["variable"], ["0"]);
  assert.equal(found["fold"]?.length, 1);
  tree.delete();
  parser.delete();
});
