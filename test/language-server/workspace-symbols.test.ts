/** Over the protocol: finding nodes by name. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { SymbolInformation } from "vscode-languageserver-protocol";
import { Editor } from "./editor.ts";

async function named(editor: Editor, query: string): Promise<unknown[]> {
  const symbols = await editor.ask<SymbolInformation[]>("workspace/symbol", { query });
  return symbols.map(({ name, containerName, location }) => [
    name,
    containerName,
    location.uri.replace(/^.*\//u, ""),
    location.range.start.line,
  ]);
}

test("nodes of open scripts and of those in the workspace; what is open counts as it stands in the editor", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nk workspace "));
  try {
    const inFolder = (name: string): string => join(folder, name);
    await writeFile(inFolder("a.nk"), "Write {\n name FinalWrite\n}\n");
    await writeFile(inFolder("b.nk"), "Group {\n name Look\n}\n Write {\n  name FinalInner\n }\nend_group\n");
    await writeFile(inFolder("broken.nk"), 'Write {\n name FinalBroken\n file "/out\n');
    await using editor = await Editor.start({ folders: [folder] });
    await editor.open(pathToFileURL(inFolder("a.nk")).href, "Dot {\n}\nWrite {\n name FinalRenamed\n}\n");
    await editor.open("untitled:Untitled-1", "Write {\n name FinalUntitled\n}\n");
    assert.deepEqual(await named(editor, "final"), [
      ["FinalRenamed", "Write", "a.nk", 2],
      ["FinalUntitled", "Write", "untitled:Untitled-1", 0],
      ["FinalInner", "Look · Write", "b.nk", 3],
      ["FinalBroken", "Write", "broken.nk", 0],
    ]);
    assert.deepEqual(await named(editor, "FnlIn"), [["FinalInner", "Look · Write", "b.nk", 3]]);
    assert.deepEqual(await named(editor, "nowhere"), []);
  } finally {
    await rm(folder, { recursive: true });
  }
});
