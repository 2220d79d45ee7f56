/** Over the protocol: a script one knob a line, from the buffer where it is open, else from disk. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { canonicalTextMethod, canonicalTextResultSchema } from "../../src/language-server/core/protocol.ts";
import { Editor } from "./editor.ts";

test("what is open counts, else what is on disk; what cannot be read says why", async () => {
  const folder = mkdtempSync(join(tmpdir(), "canonical "));
  try {
    const path = join(folder, "a.nk");
    const uri = pathToFileURL(path).href;
    writeFileSync(path, Buffer.from("Blur {\n label caf\u00E9\n xpos 1\n name B\n}\n", "latin1"));
    await using editor = await Editor.start();
    const ask = async (which: string) =>
      canonicalTextResultSchema.parse(await editor.ask(canonicalTextMethod, { uri: which }));
    assert.deepEqual(await ask(uri), { text: "Blur B\n  label caf\u00E9\n", problem: null });
    await editor.open(uri, "Blur {\n name C\n}\n");
    assert.deepEqual(await ask(uri), { text: "Blur C\n", problem: null });
    assert.match((await ask(`${uri}.gone`)).problem ?? "", /there is no such file/u);
    writeFileSync(join(folder, "b.nknc"), "\u0001\u0002");
    assert.match((await ask(pathToFileURL(join(folder, "b.nknc")).href)).problem ?? "", /encrypted/u);
    assert.match((await ask("untitled:none")).problem ?? "", /not a readable Nuke script/u);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
