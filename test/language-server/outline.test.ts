/** Over the protocol: the outline and the breadcrumbs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type DocumentSymbol, SymbolKind } from "vscode-languageserver-protocol";
import { Editor } from "./editor.ts";

const text = `Read {
 name Read1
 label "<b>plate</b>\\nsecond line"
}
Group {
 name Group1
}
 Input {
  inputs 0
  name Input1
 }
 Group {
  inputs 0
  name Inner
 }
  Dot {
  }
 end_group
end_group
Write {
 file /out/a.exr
 name Write1
}
Root {
 name /shots/a.nk
}
`;
const uri = "file:///shots/a.nk";

async function symbolsOf(editor: Editor): Promise<readonly DocumentSymbol[]> {
  return await editor.ask("textDocument/documentSymbol", { textDocument: { uri } });
}

const names = (symbols: readonly DocumentSymbol[] = []): unknown[] =>
  symbols.map(({ name, children }) => (children ? [name, names(children)] : name));

test("groups nest, Root comes first, and what a node is shows", async () => {
  await using editor = await Editor.start();
  await editor.open(uri, text);
  const symbols = await symbolsOf(editor);
  assert.deepEqual(names(symbols), ["Root", "Read1", ["Group1", ["Input1", ["Inner", ["Dot"]]]], "Write1"]);
  assert.deepEqual(
    symbols.map(({ detail, kind }) => [detail, kind]),
    [
      ["/shots/a.nk", SymbolKind.Module],
      ["Read · plate", SymbolKind.File],
      ["Group", SymbolKind.Namespace],
      ["Write", SymbolKind.Event],
    ],
  );
});

test("a group reaches to its end_group, and a name is what is selected", async () => {
  await using editor = await Editor.start();
  await editor.open(uri, text);
  const group = (await symbolsOf(editor))[2];
  assert.deepEqual(group?.range, { start: { line: 4, character: 0 }, end: { line: 18, character: 9 } });
  assert.deepEqual(group?.selectionRange, {
    start: { line: 5, character: 6 },
    end: { line: 5, character: 12 },
  });
});

test("an edit above moves what is below it, and a group without an end reaches to the text's", async () => {
  await using editor = await Editor.start();
  await editor.open(uri, text);
  await symbolsOf(editor);
  const start = { line: 0, character: 0 };
  await editor.edit(uri, "Blur {\n name Blur1\n}\n", { start, end: start });
  const read = (await symbolsOf(editor)).find(({ name }) => name === "Read1");
  assert.equal(read?.selectionRange.start.line, 4);
  await editor.edit(uri, "Group {\n name Open\n}\nDot {\n name Dot1\n}\n");
  assert.deepEqual(names(await symbolsOf(editor)), [["Open", ["Dot1"]]]);
});

test("a node that is broken off at its head is still within itself", async () => {
  await using editor = await Editor.start();
  await editor.open(uri, "Dot {\n name Dot1\n}\nclone $C1");
  assert.deepEqual(names(await symbolsOf(editor)), ["Dot1"]);
  await editor.edit(uri, "clone $C1 {");
  const [clone] = await symbolsOf(editor);
  assert.ok((clone?.selectionRange.end.character ?? 0) <= (clone?.range.end.character ?? 0));
});
