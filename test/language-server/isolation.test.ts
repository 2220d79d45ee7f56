/** A script that is too hard to read does not affect the others, and cancelled requests stop early. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { inSlices } from "../../src/language-server/core/time-slicing.ts";
import { scriptFactsMethod } from "../../src/language-server/core/protocol.ts";
import type { ScriptFacts } from "../../src/plan/target.ts";
import { Editor } from "./editor.ts";

const server = join(import.meta.dirname, "hard-server.ts");
const [hard, tame] = ["file:///hard.nk", "file:///tame.nk"];
const write = "Write {\n file /out/a.%04d.exr\n name Write1\n}\n";

async function writesOf(editor: Editor, uri: string): Promise<string[] | null> {
  const facts = await editor.ask<ScriptFacts | null>(scriptFactsMethod, { uri });
  return facts && facts.writes.map(({ name }) => name);
}

for (const [request, what] of [
  ["test/hang", "hangs"],
  ["test/eat", "eats memory"],
] as const) {
  test(`a script that ${what} is given up; the others are answered, edits included`, async () => {
    await using editor = await Editor.start({ program: server });
    await editor.open(tame, write);
    await editor.open(hard, write);
    await editor.edit(tame, "2", {
      start: { line: 2, character: 11 },
      end: { line: 2, character: 12 },
    });
    const lost = editor.ask(request, { textDocument: { uri: hard } });
    const meanwhile = writesOf(editor, tame);
    assert.deepEqual(await meanwhile, ["Write2"]);
    assert.equal(await lost, null);
    const marks = await editor.marks(hard, (found) => found.some(({ code }) => code === "too-hard"));
    assert.match(JSON.stringify(marks), /too hard to read here: it (took|needed) more than/u);
    assert.equal(await writesOf(editor, hard), null);
    assert.deepEqual(await writesOf(editor, tame), ["Write2"]);
    assert.deepEqual(
      await editor.ask("textDocument/hover", at(tame)),
      await editor.ask("textDocument/hover", at(tame)),
    );
  });
}

test("a script that was given up is read again when it is edited, and tried by itself when it is opened again", async () => {
  await using editor = await Editor.start({ program: server });
  await editor.open(tame, write);
  await editor.open(hard, write);
  assert.equal(await editor.ask("test/hang", { textDocument: { uri: hard } }), null);
  await editor.edit(hard, write.replace("Write1", "Write3"));
  // Until its reader is there, nothing is known.
  const fresh = await editor.marks(hard, (found) => found.every(({ code }) => code !== "too-hard"));
  assert.deepEqual(
    fresh.map(({ code }) => code),
    [],
  );
  assert.deepEqual(await writesOf(editor, hard), ["Write3"]);
  await editor.close(hard);
  await editor.open(hard, write);
  assert.deepEqual(await writesOf(editor, hard), ["Write1"]);
  assert.deepEqual(await writesOf(editor, tame), ["Write1"]);
});

test("work that is stopped is left undone", async () => {
  let done = 0;
  let stopped = false;
  const work = function* (): Generator<void, string> {
    for (; done < 1_000_000; done++) {
      // Each step takes a tenth of a millisecond.
      const until = performance.now() + 0.1;
      while (performance.now() < until);
      yield;
    }
    return "all";
  };
  const result = inSlices("file:///a.nk", work(), () => stopped);
  await nextTurn();
  stopped = true;
  assert.equal(await result, null);
  assert.ok(done < 1000, `${done} steps`);
});

test("a cancelled request is not worked out to its end, and others have their turn", async () => {
  await using editor = await Editor.start();
  const text = Array.from({ length: 30_000 }, (_, index) => write.replace("Write1", `W${index}`)).join("");
  await editor.open(tame, text);
  await editor.ask("textDocument/hover", at(tame));
  for (const method of [
    "textDocument/documentSymbol",
    "textDocument/semanticTokens/full",
    scriptFactsMethod,
  ]) {
    const params = { textDocument: { uri: tame }, uri: tame };
    await assert.rejects(editor.askAndCancel(method, params), { code: -32_800 }, method);
  }
});

test("250,000 braces that never close: 60 edits in a row are answered", async () => {
  await using editor = await Editor.start();
  const [open, node] = ["file:///open.nk", "file:///node.nk"];
  await editor.open(open, `${write}${"{".repeat(250_000)}`);
  await editor.open(node, `${write}${"Grade {\n".repeat(250_000)}`);
  for (let step = 0; step < 60; step++) {
    for (const uri of [open, node]) {
      await editor.edit(uri, "{", { start: { line: 4, character: 0 }, end: { line: 4, character: 0 } });
      if (step % 6 === 5) assert.deepEqual(await writesOf(editor, uri), ["Write1"]);
    }
  }
});

function at(uri: string): object {
  return { textDocument: { uri }, position: { line: 2, character: 3 } };
}
