/** Over the protocol: how a selection grows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Range, SelectionRange } from "vscode-languageserver-protocol";
import { TextDocument } from "vscode-languageserver-textdocument";
import { Editor } from "./editor.ts";

const uri = "file:///shots/a.nk";

/** What is selected step by step, from where `|` stands. */
async function grown(editor: Editor, marked: string): Promise<string[]> {
  const text = marked.replace("|", "");
  const document = TextDocument.create(uri, "nk", 1, text);
  await editor.open(uri, text);
  const positions = [document.positionAt(marked.indexOf("|"))];
  const [first] = await editor.ask<SelectionRange[]>("textDocument/selectionRange", {
    textDocument: { uri },
    positions,
  });
  await editor.close(uri);
  const ranges: Range[] = [];
  for (let one = first; one; one = one.parent) ranges.push(one.range);
  return ranges.map((range) => document.getText(range));
}

test("from a word in an expression to the document", async () => {
  await using editor = await Editor.start();
  const node = " Grade {\n  white {{Read1.first+1}}\n  name Grade1\n }\n";
  const knob = "white {{Read1.first+1}}";
  assert.deepEqual(
    await grown(
      editor,
      `Group {\n}\n Grade {\n  white {{Rea|d1.first+1}}\n  name Grade1\n }\nend_group\nDot {\n}\n`,
    ),
    [
      "Read1.first",
      "Read1.first+1",
      "{Read1.first+1}",
      "{{Read1.first+1}}",
      knob,
      `${knob}\n  name Grade1`,
      node.trim(),
      `Group {\n}\n${node}`,
      `Group {\n}\n${node}end_group`,
      `Group {\n}\n${node}end_group\nDot {\n}\n`,
    ],
  );
});

test("within quotes, at a name, and outside of nodes", async () => {
  await using editor = await Editor.start();
  assert.deepEqual(await grown(editor, `Dot {\n label "two wo|rds"\n}`), [
    "words",
    "two words",
    `"two words"`,
    `label "two words"`,
    `Dot {\n label "two words"\n}`,
  ]);
  assert.deepEqual(await grown(editor, `Dot {\n na|me Dot1\n}`), [
    "name",
    "name Dot1",
    `Dot {\n name Dot1\n}`,
  ]);
  assert.deepEqual(await grown(editor, `pu|sh 0\n`), ["push", "push 0", "push 0\n"]);
  assert.deepEqual(await grown(editor, `|`), [""]);
});
