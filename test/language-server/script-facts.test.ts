/** Over the protocol: where the Writes are, and what could not be read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptFactsMethod, scriptFactsResultSchema } from "../../src/language-server/core/protocol.ts";
import type { ScriptFacts } from "../../src/plan/target.ts";
import { Editor } from "./editor.ts";

const text = `version 15.1 v5
Root {
 first_frame 1001
 last_frame 1100
}
Write {
 file /out/a.####.exr
 name Write1
}
`;
const uri = "file:///shots/a%20shot.nk";

async function factsOf(editor: Editor, document = uri): Promise<ScriptFacts | null> {
  return scriptFactsResultSchema.parse(await editor.ask(scriptFactsMethod, { uri: document }));
}

test("an open document's Writes, by edits too; none once it is closed", async () => {
  await using editor = await Editor.start();
  await editor.open(uri, text);
  const facts = await factsOf(editor);
  assert.deepEqual(
    [facts?.path, facts?.first, facts?.last, facts?.writes.map(({ name, line }) => [name, line])],
    ["/shots/a shot.nk", 1001, 1100, [["Write1", 6]]],
  );
  const start = { line: 5, character: 0 };
  await editor.edit(uri, "Write {\n file /b.exr\n name Above\n}\n", { start, end: start });
  assert.deepEqual(
    (await factsOf(editor))?.writes.map(({ name, line }) => [name, line]),
    [
      ["Above", 6],
      ["Write1", 10],
    ],
  );
  await editor.close(uri);
  assert.equal(await factsOf(editor), null);
});

test("an untitled document has Writes and no path", async () => {
  await using editor = await Editor.start();
  await editor.open("untitled:Untitled-1", text);
  const facts = await factsOf(editor, "untitled:Untitled-1");
  assert.deepEqual([facts?.path, facts?.writes.length], ["", 1]);
});

test("damage is marked where it begins, and the mark goes with it", async () => {
  await using editor = await Editor.start();
  await editor.open(uri, text.replace("/out/a.####.exr", '"/out/a'));
  const [mark] = await editor.marks(uri, ({ length }) => length > 0);
  assert.equal(mark?.range.start.line, 6);
  assert.match(JSON.stringify(mark?.message), /never closed/u);
  assert.equal((await factsOf(editor))?.writes.length, 1);
  await editor.edit(uri, text);
  await editor.marks(uri, ({ length }) => length === 0);
});

test("other editors start it with nbr", async () => {
  await using editor = await Editor.start({ byNbr: true });
  await editor.open(uri, text);
  assert.equal((await factsOf(editor))?.writes.length, 1);
});
