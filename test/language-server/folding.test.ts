/** Over the protocol: what can be folded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FoldingRange } from "vscode-languageserver-protocol";
import { Editor } from "./editor.ts";

const uri = "file:///shots/a.nk";

async function folds(editor: Editor): Promise<[number, number][]> {
  const ranges = await editor.ask<FoldingRange[]>("textDocument/foldingRange", { textDocument: { uri } });
  return ranges.map(({ startLine, endLine }) => [startLine, endLine]);
}

const text = `#! /usr/bin/nuke -nx
# one
# two

define_window_layout_xml {<?xml version="1.0"?>
<layout version="1.0">
</layout>
}
Read {
 name Read1
 label "one
two
three"
 curve {{curve 1
 2
 }}
}
Group {
 name Group1
}
 Dot {
  name Dot1
 }
end_group
Dot {}
`;

test("comments, layout, nodes, long values and groups", async () => {
  await using editor = await Editor.start();
  await editor.open(uri, text);
  assert.deepEqual(await folds(editor), [
    [0, 2],
    [4, 6],
    [8, 15],
    [10, 12],
    [13, 14],
    [17, 22],
    [19, 22],
    [20, 21],
  ]);
});

test("folds follow edits; a group that is never ended folds to the end; CR LF counts as one line end", async () => {
  await using editor = await Editor.start();
  await editor.open(uri, text);
  await folds(editor);
  const start = { line: 8, character: 0 };
  await editor.edit(uri, "Blur {\n name Blur1\n}\n", { start, end: start });
  assert.deepEqual((await folds(editor)).slice(2, 5), [
    [8, 9],
    [11, 18],
    [13, 15],
  ]);
  await editor.edit(uri, "Group {\r\n name Open\r\n}\r\nDot {\r\n name Dot1\r\n}\r\n");
  assert.deepEqual(await folds(editor), [
    [0, 6],
    [2, 6],
    [3, 4],
  ]);
});
