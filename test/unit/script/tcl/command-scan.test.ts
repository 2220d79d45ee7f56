/** Commands are found as the grammar for editors finds them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadParser } from "../../../../scripts/lib/grammar-parser.ts";
import { Random } from "../../../../scripts/lib/random.ts";
import { CommandScanner } from "../../../../src/script/tcl/command-scan.ts";

const example = readFileSync(join(import.meta.dirname, "../../../../examples/shot.nk"), "utf8");
const names: Readonly<Record<string, string>> = {
  crowded_node: "crowded",
  broken_node: "broken",
  stray_close: "stray",
};

async function byGrammar(text: string): Promise<string[]> {
  const tree = (await loadParser()).parse(text);
  const cursor = tree.walk();
  const found: string[] = [];
  for (let more = cursor.gotoFirstChild(); more; more = cursor.gotoNextSibling())
    found.push(`${names[cursor.nodeType] ?? cursor.nodeType} ${cursor.startIndex} ${cursor.endIndex}`);
  cursor.delete();
  tree.delete();
  return found;
}

function byScanner(text: string): string[] {
  const scanner = new CommandScanner(text);
  const found: string[] = [];
  while (scanner.next()) found.push(`${scanner.type} ${scanner.start} ${scanner.end}`);
  return found;
}

const pieces = [
  "{",
  "}",
  "[",
  "]",
  `"`,
  "\\",
  ";",
  "#",
  " ",
  "\t",
  "\n",
  "\r",
  "a",
  "𝒳",
  "é",
  "\r\n",
  "A {\n",
  "Write {\n name W\n}\n",
  "\n}\n",
  "end_group\n",
  "push 0\n",
  "set N1 [stack 0]\n",
  "set ",
  "x.y",
];

test("5,000 random texts, and the example with random damage, are taken apart as by the grammar", async () => {
  const random = new Random(20_261_127);
  const piece = (): string => pieces[random.below(pieces.length)] ?? "";
  for (let round = 0; round < 5000; round++) {
    const text = Array.from({ length: random.below(40) }, piece).join("");
    assert.deepEqual(byScanner(text), await byGrammar(text), JSON.stringify(text));
  }
  let text = example;
  for (let round = 0; round < 200; round++) {
    const at = random.below(text.length);
    text = text.slice(0, at) + piece() + text.slice(at + random.below(3));
    assert.deepEqual(byScanner(text), await byGrammar(text), `round ${round}`);
  }
});
