/** Over the protocol: what is colored, and as what. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Range, SemanticTokens, SemanticTokensDelta } from "vscode-languageserver-protocol";
import { Editor } from "./editor.ts";

const uri = "file:///shots/a.nk";

function legendOf(editor: Editor): readonly string[] {
  return editor.initialized.capabilities.semanticTokensProvider?.legend.tokenTypes ?? [];
}

/** `type text` of each token. */
function told(editor: Editor, text: string, data: readonly number[]): string[] {
  const lines = text.split(/\r\n|\r|\n/u);
  const found: string[] = [];
  let [line, column] = [0, 0];
  for (let at = 0; at < data.length; at += 5) {
    const [down = 0, right = 0, length = 0, type = 0, declares = 0] = data.slice(at, at + 5);
    line += down;
    column = down === 0 ? column + right : right;
    const written = lines[line]?.slice(column, column + length) ?? "";
    assert.equal(written.length, length, `a token reaches beyond line ${line}`);
    found.push(`${legendOf(editor)[type]}${declares === 1 ? "!" : ""} ${written}`);
  }
  return found;
}

async function tokensOf(editor: Editor, text: string, range?: Range): Promise<string[]> {
  await editor.open(uri, text);
  const method = `textDocument/semanticTokens/${range ? "range" : "full"}`;
  const { data } = await editor.ask<SemanticTokens>(method, { textDocument: { uri }, range });
  await editor.close(uri);
  return told(editor, text, data);
}

test("classes, names, and expressions; numbers, curves and lists of words are the grammar's", async () => {
  await using editor = await Editor.start();
  const text = `Group {
 name Group1
}
  Grade {
   white {{Read1.first*2+sin(frame)} 3 {curve x1 0 x2 3}}
   in {{rgba.red rgba.green}}
   file "/a/\\[value root.name]/\\[file tail \\[getenv SHOT]].exr"
   label "\\[not a command] b\\[0]"
   name G1
  }
end_group
clone $C1 {
 xpos 1
}
Expression {
 expr0 "r > 0.5 ? max(r, g) : 0"
}
`;
  const expected = [
    ["class Group", "function! Group1", "class Grade"],
    ["property Read1.first", "operator *", "number 2", "operator +", "function sin", "variable frame"],
    ["function value", "property root.name", "function file", "variable tail"],
    ["function getenv", "variable SHOT", "function! G1"],
    ["keyword clone", "variable $C1", "class Expression"],
    ["variable r", "operator >", "number 0.5", "operator ?", "function max", "variable r", "variable g"],
    ["operator :", "number 0"],
  ].flat();
  assert.deepEqual(await tokensOf(editor, text), expected);
  assert.deepEqual(await tokensOf(editor, text.replaceAll("\n", "\r\n")), expected);
  const range = { start: { line: 11, character: 0 }, end: { line: 12, character: 0 } };
  assert.deepEqual(await tokensOf(editor, text, range), ["keyword clone", "variable $C1"]);
});

test("Python in quotes, in braces, in buttons and in brackets", async () => {
  await using editor = await Editor.start();
  assert.deepEqual(
    await tokensOf(editor, `NoOp {\n knobChanged "# \\[x]\\nif n\\['a'].value() == \\"b\\":\\n\\tpass"\n}\n`),
    [
      ["class NoOp", "comment # \\[x]", "keyword if", "variable n", "operator \\[", "string 'a'"],
      ["operator ]", "operator .", "function value", "operator ()", "operator ==", `string \\"b\\"`],
      ["operator :", "keyword pass"],
    ].flat(),
  );
  assert.deepEqual(
    await tokensOf(editor, `Root {\n onScriptLoad {def f(a):\n  """x\n  y"""\n}\n}\n`),
    [
      ["class Root", "keyword def", "function! f", "operator (", "variable a", "operator ):"],
      [`string """x`, `string   y"""`],
    ].flat(),
  );
  assert.deepEqual(
    await tokensOf(editor, `NoOp {\n addUserKnob {22 go l Go T "print(1)" +STARTLINE}\n go "import os"\n}\n`),
    ["class NoOp", "function print", "operator (", "number 1", "operator )", "keyword import", "variable os"],
  );
  assert.deepEqual(
    await tokensOf(editor, `NoOp {\n label "\\[python nuke.frame()] [value a]"\n}\n`),
    [
      ["class NoOp", "function python", "variable nuke", "operator .", "function frame", "operator ()"],
      ["function value", "variable a"],
    ].flat(),
  );
});

test("after an edit only what is different is sent", async () => {
  await using editor = await Editor.start();
  const text = `Dot {\n name Dot1\n}\nDot {\n name Dot2\n}\nDot {\n name Dot3\n}\n`;
  await editor.open(uri, text);
  const full = await editor.ask<SemanticTokens>("textDocument/semanticTokens/full", {
    textDocument: { uri },
  });
  const start = { line: 3, character: 0 };
  await editor.edit(uri, "Blur {\n name Blur1\n}\n", { start, end: start });
  const { edits } = await editor.ask<SemanticTokensDelta>("textDocument/semanticTokens/full/delta", {
    textDocument: { uri },
    previousResultId: full.resultId,
  });
  assert.equal(edits.length, 1);
  const data = [...full.data];
  for (const edit of edits) data.splice(edit.start, edit.deleteCount, ...(edit.data ?? []));
  const after = text.replace("Dot {\n name Dot2", "Blur {\n name Blur1\n}\nDot {\n name Dot2");
  assert.ok((edits[0]?.data ?? []).length <= 10);
  assert.deepEqual(
    told(editor, after, data),
    ["Dot", "Blur", "Dot", "Dot"].flatMap((name, index) => [
      `class ${name}`,
      `function! ${["Dot1", "Blur1", "Dot2", "Dot3"][index]}`,
    ]),
  );
});
