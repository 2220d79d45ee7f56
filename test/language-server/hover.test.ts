/** Over the protocol: what hovering tells. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MarkupContent, Range } from "vscode-languageserver-protocol";
import { Editor } from "./editor.ts";

const text = `Root {
 first_frame 1001
}
Read {
 inputs 0
 file plates/a.####.exr
 first 7
 name Read_1
}
Grade {
 name Grade1
}
Group {
 name Group1
 addUserKnob {7 size l "The *size*" t "how <large>"}
 size 3
 knobChanged "print(\\"\`\`\`\\")"
}
 Input {
  inputs 0
  name Input1
 }
 Merge2 {
  inputs 2+1
  label "<b>over</b> \\[value mix]"
  name Merge1
 }
end_group
Write {
 file /out/a.%04d.exr
 file_type exr
 nonsense {a {b c}}
 name Write1
}
`;
const uri = "file:///shots/a.nk";

interface Answer {
  readonly contents: MarkupContent;
  readonly range: Range;
}

async function hover(editor: Editor, line: number, character: number): Promise<string | null> {
  const position = { line, character };
  const answer = await editor.ask<Answer | null>("textDocument/hover", { textDocument: { uri }, position });
  if (answer === null) return null;
  assert.ok(answer.range.start.line <= line && answer.range.end.line >= line);
  return answer.contents.value;
}

test("a node: class, full name, label, inputs and the first file", async () => {
  await using editor = await Editor.start();
  await editor.open(uri, text);
  assert.equal(
    await hover(editor, 3, 2),
    "**Read\\_1** · `Read`\n\n`file` `/shots/plates/a.0007.exr` (frame 7)",
  );
  assert.equal(await hover(editor, 10, 8), "**Grade1** · `Grade`\n\n1. Read\\_1");
  assert.equal(
    await hover(editor, 22, 3),
    "**Group1\\.Merge1** · `Merge2`\n\nover \\[value mix\\]\n\n1. Group1\\.Input1\n2. nothing\n3. nothing",
  );
  assert.match((await hover(editor, 28, 1)) ?? "", /`\/out\/a.1001.exr` \(frame 1001\)/u);
});

test("a knob: what it is and what it says", async () => {
  await using editor = await Editor.start();
  await editor.open(uri, text);
  const type = (await hover(editor, 30, 3)) ?? "";
  assert.match(type, /^\*\*file\\_type\*\* of Write1 · `Write`\n\nThe format of the files/u);
  assert.match(type, /`exr`, `dpx`/u);
  assert.match(type, /```\nexr\n```$/u);
  assert.match((await hover(editor, 29, 8)) ?? "", /`\/out\/a.1001.exr` \(frame 1001\)$/u);
  assert.match((await hover(editor, 31, 15)) ?? "", /```\na \{b c\}\n```$/u);
});

test("a knob of the user's own tells its label and help, escaped; code cannot end its block", async () => {
  await using editor = await Editor.start();
  await editor.open(uri, text);
  assert.match((await hover(editor, 15, 2)) ?? "", /\n\nThe \\\*size\\\*: how \\<large\\>\n\n/u);
  assert.match((await hover(editor, 16, 4)) ?? "", /\n````python\nprint\("```"\)\n````$/u);
});

test("nothing where there is nothing", async () => {
  await using editor = await Editor.start();
  await editor.open(uri, text);
  assert.equal(await hover(editor, 27, 3), null);
  assert.equal(await hover(editor, 8, 1), null);
});

test("a variable tells what it holds; a name in an expression, which node it names", async () => {
  await using editor = await Editor.start();
  await editor.open(
    uri,
    "Read {\n inputs 0\n name Plate\n}\nset N1 [stack 0]\npush $N1\npush $N9\nGrade {\n white {{Plate.first}}\n name G\n}\n",
  );
  assert.match((await hover(editor, 4, 5)) ?? "", /^\*\*Plate\*\* · `Read`/u);
  assert.match((await hover(editor, 5, 7)) ?? "", /^\*\*Plate\*\*/u);
  assert.match((await hover(editor, 6, 7)) ?? "", /never set/u);
  assert.match((await hover(editor, 8, 11)) ?? "", /^\*\*Plate\*\* · `Read`/u);
  assert.match((await hover(editor, 8, 2)) ?? "", /white/u);
});
