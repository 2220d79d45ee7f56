/** What must not stand in the sources, because every way around it would be a way to run something. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";

const source = join(import.meta.dirname, "..", "..", "..", "src");

function filesWith(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(source, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(source, folder, name))
    .filter((file) => pattern.test(readFileSync(file, "utf8")))
    .map((file) => relative(source, file).replaceAll("\\", "/"))
    .sort();
}

test("nothing is opened with the system's program for it, and no markup of ours may run commands", () => {
  assert.deepEqual(filesWith("extension", /openExternal|vscode\.open\b|supportHtml\s*[:=]\s*true/u), []);
  assert.deepEqual(filesWith("extension", /isTrusted\s*[:=]\s*true|enableCommandUris/u), []);
});

test("messages reach VS Code through notify.ts alone", () => {
  assert.deepEqual(filesWith("extension", /\.show(?:Information|Warning|Error)Message/u), [
    "extension/notify.ts",
  ]);
});

test("the language server looks at the disk through Disk alone", () => {
  assert.deepEqual(filesWith("language-server", /from "node:fs/u), [
    "language-server/core/disk.ts",
    // Makes a folder for a quick fix, after asking Disk.
    "language-server/diagnostics/diagnostics.ts",
  ]);
});

test("nbr writes to the terminal through Terminal alone", () => {
  assert.deepEqual(filesWith("cli", /(?:stdout|stderr)\.write|console\./u), ["cli/terminal.ts"]);
});
