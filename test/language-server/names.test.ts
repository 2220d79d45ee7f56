/** Over the protocol: definition, references, rename, highlights and call hierarchy of nodes and variables. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type {
  CallHierarchyIncomingCall,
  CallHierarchyItem,
  CallHierarchyOutgoingCall,
  DocumentHighlight,
  Location,
  WorkspaceEdit,
} from "vscode-languageserver-protocol";
import { Editor } from "./editor.ts";

const uri = "file:///shots/names.nk";
const text = String.raw`Root {
 first_frame 1
}
Read {
 inputs 0
 file /plates/Grade1.exr
 name Read1
}
set N1 [stack 0]
Grade {
 white {{parent.Read1.first*Read1.last}}
 label "\[value Read1.first] Read1.first"
 name Grade1
}
push $N1
Merge2 {
 inputs 2
 mix {{Group1.Blur1.size}}
 name Merge1
}
Group {
 name Group1
 addUserKnob {20 User}
 addUserKnob {41 size T Blur1.size}
}
 Blur {
  size {{parent.size*root.first_frame + Grade1.white}}
  name Blur1
 }
end_group
clone $N1 {
 xpos 4
}
`;

/** Position of the n-th place where a piece of text begins. */
function at(piece: string, nth = 0): { line: number; character: number } {
  let offset = -1;
  for (let count = 0; count <= nth; count++) offset = text.indexOf(piece, offset + 1);
  assert.ok(offset >= 0, piece);
  const head = text.slice(0, offset).split("\n");
  return { line: head.length - 1, character: head.at(-1)?.length ?? 0 };
}

/** `line:text` of each place. */
function places(found: readonly { range: Location["range"] }[] | null): string[] {
  const lines = text.split("\n");
  return (found ?? []).map(
    ({ range: { start, end } }) =>
      `${start.line + 1}:${lines[start.line]?.slice(start.character, end.character) ?? ""}`,
  );
}

async function opened(): Promise<Editor> {
  const editor = await Editor.start();
  await editor.open(uri, text);
  return editor;
}

const document = { textDocument: { uri } };

test("definition: from expressions, links, variables and clones to the node", async () => {
  await using editor = await opened();
  const go = async (position: object): Promise<string[]> =>
    places(await editor.ask<Location[] | null>("textDocument/definition", { ...document, position }));
  assert.deepEqual(await go(at("Read1.last")), ["7:Read1"]);
  assert.deepEqual(await go(at("Read1.first]")), ["7:Read1"]);
  // Outside of brackets it is text.
  assert.deepEqual(await go(at('Read1.first"')), []);
  assert.deepEqual(await go(at("Blur1.size}}")), ["28:Blur1"]);
  assert.deepEqual(await go(at("Blur1.size}\n")), ["28:Blur1"]);
  assert.deepEqual(await go(at("Grade1.white")), ["13:Grade1"]);
  assert.deepEqual(await go(at("N1\nMerge2")), ["7:Read1"]);
  assert.deepEqual(await go(at("clone")), ["7:Read1"]);
});

test("references: the name, expressions, the variables that hold it; no file names", async () => {
  await using editor = await opened();
  const all = async (position: object): Promise<string[]> =>
    places(
      await editor.ask<Location[]>("textDocument/references", {
        ...document,
        position,
        context: { includeDeclaration: true },
      }),
    );
  assert.deepEqual(await all(at("Read1\n")), [
    "7:Read1",
    "9:N1",
    "11:Read1",
    "11:Read1",
    "12:Read1",
    "15:N1",
    "31:N1",
  ]);
  assert.deepEqual(await all(at("Grade1\n")), ["13:Grade1", "27:Grade1"]);
  assert.deepEqual(await all(at("N1\nMerge2")), ["9:N1", "15:N1", "31:N1"]);
});

test("rename changes the knob and every expression, and refuses what cannot be", async () => {
  await using editor = await opened();
  const rename = async (position: object, newName: string): Promise<string[]> => {
    const edit = await editor.ask<WorkspaceEdit>("textDocument/rename", { ...document, position, newName });
    assert.ok((edit.changes?.[uri] ?? []).every((change) => change.newText === newName));
    return places(edit.changes?.[uri] ?? []);
  };
  assert.deepEqual(await rename(at("Blur1\n"), "Soft"), ["28:Blur1", "18:Blur1", "24:Blur1"]);
  assert.deepEqual(await rename(at("Read1.last"), "Plate"), ["7:Read1", "11:Read1", "11:Read1", "12:Read1"]);
  assert.deepEqual(await rename(at("N1 [stack"), "Nplate"), ["9:N1", "15:N1", "31:N1"]);
  await assert.rejects(rename(at("Read1\n"), "Grade1"), /already/u);
  await assert.rejects(rename(at("Read1\n"), "1st"), /not a valid node name/u);
  // In another group the name is free.
  assert.deepEqual(await rename(at("Blur1\n"), "Grade1"), ["28:Blur1", "18:Blur1", "24:Blur1"]);
});

test("highlights: a node, what feeds it and what it feeds", async () => {
  await using editor = await opened();
  const found = await editor.ask<DocumentHighlight[]>("textDocument/documentHighlight", {
    ...document,
    position: at("Grade1\n"),
  });
  const of = (kind: number): string[] => places(found.filter((one) => one.kind === kind));
  assert.deepEqual([of(1), of(2), of(3)], [["13:Grade1", "27:Grade1"], ["7:Read1"], ["19:Merge1"]]);
});

test("call hierarchy: upstream and downstream", async () => {
  await using editor = await opened();
  const [item] = await editor.ask<CallHierarchyItem[]>("textDocument/prepareCallHierarchy", {
    ...document,
    position: at("Merge1\n"),
  });
  assert.equal(item?.name, "Merge1");
  const up = await editor.ask<CallHierarchyOutgoingCall[]>("callHierarchy/outgoingCalls", { item });
  assert.deepEqual(
    up.map(({ to }) => to.name),
    ["Read1", "Grade1"],
  );
  const down = await editor.ask<CallHierarchyIncomingCall[]>("callHierarchy/incomingCalls", { item });
  assert.deepEqual(
    down.map(({ from }) => from.name),
    ["Group1"],
  );
});

test("a class leads to its gizmo, a LiveGroup to its script", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nuke path "));
  try {
    mkdirSync(join(folder, "gizmos"));
    mkdirSync(join(folder, "work", "tools", "deep"), { recursive: true });
    writeFileSync(join(folder, "work", "tools", "deep", "Grain3.gizmo"), "Gizmo {\n}\n");
    writeFileSync(join(folder, "gizmos", "Sharpen2.gizmo"), "Gizmo {\n}\n");
    writeFileSync(join(folder, "live.nk"), "Root {\n}\n");
    await using editor = await Editor.start({
      folders: [join(folder, "work")],
      env: { ...process.env, NUKE_PATH: join(folder, "gizmos") },
    });
    const script = `Sharpen2 {\n name S\n}\nLiveGroup {\n file "${folder}/live.nk"\n name L\n}\nBlur {\n name B\n}\nGrain3 {\n name G\n}\n`;
    await editor.open(uri, script);
    const go = async (line: number, character: number): Promise<string[]> =>
      (
        (await editor.ask<Location[] | null>("textDocument/definition", {
          ...document,
          position: { line, character },
        })) ?? []
      ).map((found) => decodeURIComponent(found.uri));
    assert.deepEqual(await go(0, 3), [`file://${folder}/gizmos/Sharpen2.gizmo`]);
    assert.deepEqual(await go(4, 10), [`file://${folder}/live.nk`]);
    assert.deepEqual(await go(7, 2), []);
    assert.deepEqual(await go(10, 2), [`file://${folder}/work/tools/deep/Grain3.gizmo`]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
