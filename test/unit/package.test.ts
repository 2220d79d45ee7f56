/** What users install: everything package.json names, and nothing that is not for them. */
import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import manifest from "../../package.json" with { type: "json" };
import { packedFiles } from "../../scripts/lib/package.ts";

const root = join(import.meta.dirname, "..", "..");
let files: string[] = [];
before(async () => {
  assert.ok(existsSync(join(root, "out", "extension.cjs")), "build first: npm run build");
  files = (await packedFiles()).filter((file) => !file.endsWith(".map"));
});

test("what package.json names is packed", () => {
  const { main, icon, bin, contributes } = manifest;
  const named = [main, icon, bin.nbr, ...contributes.grammars.map((one) => one.path)];
  for (const language of contributes.languages) {
    if (language.configuration) named.push(language.configuration);
    if (language.icon) named.push(language.icon.light, language.icon.dark);
  }
  for (const path of named) assert.ok(files.includes(path.replace(/^\.\//u, "")), path);
});

test("every program and module is packed, and no sources, tests or settings of ours", () => {
  for (const file of ["cli", "language-server", "render-service", "demo-renderer"])
    assert.ok(files.includes(`out/${file}.mjs`), file);
  for (const file of [
    "out/exrs.wasm",
    "out/warm_nuke.py",
    "out/python/nuke.py",
    "out/webview/form.js",
    "bin/nbr",
    "syntaxes/tree-sitter-nk/tree-sitter-nk.wasm",
  ]) {
    assert.ok(files.includes(file), file);
  }
  const strays = files.filter(
    (file) =>
      /\.ts$|^(?:src|test|scripts|node_modules|examples|docs|\.)/u.test(file) || file.includes("grammar.js"),
  );
  assert.deepEqual(strays, []);
});

test("the package stays small", () => {
  const bytes = files.reduce((sum, file) => sum + statSync(join(root, file)).size, 0);
  assert.ok(bytes < 12 * 1024 * 1024, `${(bytes / 1024 / 1024).toFixed(1)} MB unpacked`);
});
