import assert from "node:assert/strict";
import { test } from "node:test";
import { visibleLines, visibleText } from "../../../../src/plan/text/visible-text.ts";

test("what a terminal obeys is shown, and everything else stays", () => {
  const table: readonly (readonly [string, string])[] = [
    ["\u001B]52;c;ZXZpbA==\u0007", String.raw`\x1b]52;c;ZXZpbA==\x07`],
    ["a\u001B[2Jb", String.raw`a\x1b[2Jb`],
    ["\u009B2J \u009D0;t\u009C", String.raw`\u009b2J \u009d0;t\u009c`],
    ["12 %\rdone", String.raw`12 %\rdone`],
    ["one\ntwo", String.raw`one\ntwo`],
    ["ab\b\b\u007F", String.raw`ab\x08\x08\u007f`],
    ["exr\u202Egpj", String.raw`exr\u202egpj`],
    ["\u2066x\u2069\u2028\u2029\u200F", String.raw`\u2066x\u2069\u2028\u2029\u200f`],
    ["\u{E0041}", String.raw`\udb40\udc41`],
    ["tab\there", "tab\there"],
    ["Grün 日本語 👩‍👧 ✓ █▏ \\x1b", "Grün 日本語 👩‍👧 ✓ █▏ \\x1b"],
  ];
  for (const [text, shown] of table) assert.equal(visibleText(text), shown);
});

test("no character of the kinds that are obeyed gets through, alone or within text", () => {
  const ranges = [
    [0x00, 0x08],
    [0x0a, 0x1f],
    [0x7f, 0x9f],
    [0x2028, 0x202e],
    [0x2066, 0x2069],
  ] as const;
  for (const [first, last] of ranges)
    for (let code = first; code <= last; code++) {
      const character = String.fromCodePoint(code);
      assert.ok(!visibleText(`a${character}b`).includes(character), code.toString(16));
    }
});

test("a line of JSON is the same document afterwards", () => {
  const value = { text: '\u001B[31m\u007F\u009B\u202E\u2028\u{E0041}\uFEFF\n"\\' };
  const line = visibleText(JSON.stringify(value));
  assert.deepEqual(JSON.parse(line), value);
  assert.match(line, /^[\u0020-\u007E]+$/u);
});

test("lines stay lines where several are meant, whichever way they end", () => {
  assert.equal(visibleLines("a\u0007\nb\r\nc\rd"), String.raw`a\x07` + "\nb\n" + String.raw`c\rd`);
});
