/** Hostile scripts in the editor: whatever they cost, requests about another open script are answered. */
import assert from "node:assert/strict";
import { hostileDocuments } from "../hostile/documents.ts";
import { scriptFactsMethod, scriptFactsResultSchema } from "../../src/language-server/core/protocol.ts";
import { Editor } from "../language-server/editor.ts";
import type { Random } from "./scenario.ts";

const [hostile, tame] = ["file:///hostile.nk", "file:///tame.nk"];
const methods = [
  "textDocument/documentSymbol",
  "textDocument/foldingRange",
  "textDocument/documentLink",
  "textDocument/semanticTokens/full",
  scriptFactsMethod,
];

/** A hostile script is opened, asked about, edited and asked about again, while another one is edited. */
export async function openHostileScript(random: Random): Promise<void> {
  const document = hostileDocuments[Math.floor(random() * hostileDocuments.length)];
  assert.ok(document);
  await using editor = await Editor.start();
  await editor.open(tame, "Write {\n file /out/a.%04d.exr\n name W\n}\n");
  await editor.open(hostile, document.text());
  for (let step = 0; step < 4; step++) {
    const method = methods[Math.floor(random() * methods.length)] ?? scriptFactsMethod;
    // Its answer may be late, empty or an error.
    editor.ask(method, { textDocument: { uri: hostile }, uri: hostile }).catch(() => null);
    const at = { line: Math.floor(random() * 6), character: 0 };
    await editor.edit(hostile, random() < 0.5 ? "{" : '"', { start: at, end: at });
    const behind = { line: 2, character: 7 };
    await editor.edit(tame, "x", { start: behind, end: behind });
    const facts = scriptFactsResultSchema.parse(await editor.ask(scriptFactsMethod, { uri: tame }));
    assert.equal(facts?.writes[0]?.name, `W${"x".repeat(step + 1)}`, document.name);
  }
}
