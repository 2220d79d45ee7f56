/** Over the protocol: what is suggested where. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { CompletionItem, CompletionList } from "vscode-languageserver-protocol";
import { TextDocument } from "vscode-languageserver-textdocument";
import { Editor } from "./editor.ts";

const uri = "file:///shots/a.nk";

interface Suggested {
  readonly labels: string[];
  readonly items: readonly CompletionItem[];
  /** The text with the suggestion of this label taken. */
  readonly taken: (label: string) => string;
}

/** What is suggested where `|` stands, the most used first. */
async function suggested(editor: Editor, marked: string, typed?: string): Promise<Suggested> {
  const text = marked.replace("|", "");
  const document = TextDocument.create(uri, "nk", 1, text);
  await editor.open(uri, text);
  const list = await editor.ask<CompletionList | null>("textDocument/completion", {
    textDocument: { uri },
    position: document.positionAt(marked.indexOf("|")),
    context: typed === undefined ? { triggerKind: 1 } : { triggerKind: 2, triggerCharacter: typed },
  });
  await editor.close(uri);
  const items = (list?.items ?? []).toSorted((a, b) => ((a.sortText ?? "") < (b.sortText ?? "") ? -1 : 1));
  return {
    labels: items.map(({ label }) => label),
    items,
    taken: (label) => {
      const edit = items.find((item) => item.label === label)?.textEdit;
      assert.ok(edit && "range" in edit, `no suggestion ${label}`);
      return TextDocument.applyEdits(document, [edit]);
    },
  };
}

const grades = `Grade {\n white 2\n multiply {1 2 3}\n name A\n}\nGrade {\n white 3\n channels rgb\n name B\n}\n`;

test("knobs of a class: those its other nodes have, then the table's; not those the node has", async () => {
  await using editor = await Editor.start();
  const { labels, taken } = await suggested(editor, `${grades}Grade {\n mul|\n name C\n}\n`);
  assert.deepEqual(labels.slice(0, 3), ["white", "channels", "multiply"]);
  assert.ok(labels.includes("disable") && !labels.includes("mul") && !labels.includes("name"));
  assert.equal(taken("multiply"), `${grades}Grade {\n multiply\n name C\n}\n`);
});

test("knobs of a Write, in a body that is not closed yet", async () => {
  await using editor = await Editor.start();
  const { labels, items } = await suggested(editor, `Write {\n file /a.exr\n |`);
  assert.ok(
    labels.includes("file_type") && labels.includes("create_directories") && !labels.includes("file"),
  );
  assert.match(JSON.stringify(items.find(({ label }) => label === "use_limit")), /from `first`/u);
  assert.ok((await suggested(editor, `Root {\n fi|\n}\n`)).labels.includes("first_frame"));
});

test("values: the table's, flags, and those other nodes have", async () => {
  await using editor = await Editor.start();
  const types = await suggested(editor, `Write {\n file_type e|\n name W\n}\n`);
  assert.ok(types.labels.includes("exr") && types.labels.includes("dpx") && !types.labels.includes("e"));
  assert.equal(types.taken("dpx"), `Write {\n file_type dpx\n name W\n}\n`);
  const flags = await suggested(editor, `Write {\n use_limit |\n name W\n}\n`, " ");
  assert.deepEqual(flags.labels.toSorted(), ["false", "true"]);
  const white = await suggested(editor, `${grades}Grade {\n white |\n}\n`);
  assert.deepEqual(white.labels, ["2", "3"]);
  const depth = await suggested(editor, `Write {\n datatype "16| bit"\n}\n`);
  assert.equal(depth.taken("16 bit half"), `Write {\n datatype "16 bit half"\n}\n`);
});

test("classes at a line's start, most used first", async () => {
  await using editor = await Editor.start();
  const { labels, taken } = await suggested(editor, `${grades}Dot {\n}\n G|\nBlur {\n}\n`);
  assert.equal(labels[0], "Grade");
  assert.ok(["Dot", "Blur", "Write", "end_group"].every((label) => labels.includes(label)));
  assert.equal(taken("Grade"), `${grades}Dot {\n}\n Grade\nBlur {\n}\n`);
});

test("nothing in texts of several lines and commands; nor names after a blank that was typed", async () => {
  await using editor = await Editor.start();
  assert.deepEqual((await suggested(editor, `Grade {\n label "a\n b|"\n}\n`)).labels, []);
  assert.deepEqual((await suggested(editor, `push $N1|\n`)).labels, []);
  assert.deepEqual((await suggested(editor, `Write {\n |\n}\n`, " ")).labels, []);
});

test("scripts of the workspace teach their classes, once they have been read", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nk-workspace-"));
  try {
    await writeFile(join(folder, "a.nk"), "Sparkles {\n sparkle_type Rays\n name S\n}\n");
    await writeFile(join(folder, "b.gizmo"), "Gizmo {\n}\n Sparkles {\n size 3\n }\nend_group\n");
    await using editor = await Editor.start({ folders: [folder] });
    for (let round = 0; ; round++) {
      const { labels } = await suggested(editor, `Sparkles {\n |\n}\n`);
      if (labels.slice(0, 3).join(" ") === "name size sparkle_type") break;
      assert.ok(round < 50, `only ${labels.slice(0, 3).join(", ")}`);
      await setTimeout(100);
    }
    assert.deepEqual((await suggested(editor, `Sparkles {\n sparkle_type |\n}\n`)).labels, ["Rays"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("in an expression: sibling nodes, then the nodes inside them and their knobs", async () => {
  await using editor = await Editor.start();
  const script = (expression: string): string =>
    `Root {\n first_frame 1\n}\nRead {\n inputs 0\n first 7\n name Plate\n}\nGroup {\n name G\n}\n Blur {\n  inputs 0\n  size 3\n  name Inner\n }\nend_group\nGrade {\n white ${expression}\n name C\n}\n`;
  const plain = await suggested(editor, script("{{Pl|}}"));
  assert.ok(plain.labels.includes("Plate") && plain.labels.includes("G") && plain.labels.includes("parent"));
  assert.ok(!plain.labels.includes("C") && !plain.labels.includes("Inner"));
  assert.equal(plain.taken("Plate"), script("{{Plate}}"));
  const knobs = await suggested(editor, script("{{2*Plate.|}}"), ".");
  assert.ok(knobs.labels.includes("first") && !knobs.labels.includes("Plate"));
  assert.equal(knobs.taken("first"), script("{{2*Plate.first}}"));
  assert.ok((await suggested(editor, script("{{parent.G.|}}"), ".")).labels.includes("Inner"));
  assert.ok((await suggested(editor, script("{{root.|}}"), ".")).labels.includes("first_frame"));
  const bracketed = await suggested(editor, script(String.raw`"\[value Plate.|]"`), ".");
  assert.ok(bracketed.labels.includes("first"));
  // A dot in a number or in a file's name asks for nothing.
  assert.deepEqual((await suggested(editor, script("{{2.|}}"), ".")).labels, []);
  assert.deepEqual((await suggested(editor, script("/a/b.|"), ".")).labels, []);
});
