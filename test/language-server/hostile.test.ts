/** Scripts that nest deeper than calls can: the language server answers every request about them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hostileDocuments } from "../hostile/documents.ts";
import { Editor } from "./editor.ts";

const deep = new Set([
  "tower of values",
  "5 MB of values in one knob",
  "nested commands",
  "20,000 groups in each other",
  "half a million braces, closed",
  "half a million brackets, closed",
  "clones of clones",
  "endless expressions",
]);

test("no request about a hostile script fails", { timeout: 600_000 }, async () => {
  await using editor = await Editor.start();
  for (const { name, text } of hostileDocuments.filter((one) => deep.has(one.name))) {
    const uri = `file:///shots/${encodeURIComponent(name)}.nk`;
    const written = text();
    await editor.open(uri, written);
    const lines = written.split("\n");
    const longest = lines.reduce(
      (best, { length }, at) => (length > (lines[best] ?? "").length ? at : best),
      0,
    );
    const position = { line: longest, character: Math.floor((lines[longest] ?? "").length / 2) };
    const textDocument = { uri };
    for (const [method, more] of [
      ["documentSymbol", {}],
      ["foldingRange", {}],
      ["selectionRange", { positions: [position] }],
      ["semanticTokens/full", {}],
      ["documentLink", {}],
      ["hover", { position }],
      ["completion", { position }],
      ["definition", { position }],
      ["references", { position, context: { includeDeclaration: true } }],
      ["documentHighlight", { position }],
      ["prepareRename", { position }],
      ["prepareCallHierarchy", { position }],
    ] as const)
      await assert.doesNotReject(
        editor.ask(`textDocument/${method}`, { textDocument, ...more }),
        `${method} of ${name}`,
      );
    await editor.close(uri);
  }
});

test("a selection grows from the word to the document in steps that can be printed", async () => {
  await using editor = await Editor.start();
  const uri = "file:///shots/braces.nk";
  const depth = 5000;
  await editor.open(uri, `Grade {\n white ${"{".repeat(depth)}1${"}".repeat(depth)}\n name Grade1\n}\n`);
  interface Step {
    readonly range: { readonly start: { readonly line: number } };
    readonly parent?: Step;
  }
  const [step] = await editor.ask<Step[]>("textDocument/selectionRange", {
    textDocument: { uri },
    positions: [{ line: 1, character: 7 + depth }],
  });
  let count = 0;
  let outermost = step;
  for (let at = step; at; at = at.parent) {
    count++;
    outermost = at;
  }
  assert.ok(count > 50 && count <= 100, `${count} steps`);
  assert.equal(outermost?.range.start.line, 0);
});
