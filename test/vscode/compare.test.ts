import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { type OpenScript, openScript } from "./scripts.ts";

suite("Comparing nodes in VS Code", () => {
  let script: OpenScript;
  let other: vscode.Uri;

  setup(async () => {
    script = await openScript(8);
    const path = join(script.folder, "shot_v002.nk");
    const text = script.document
      .getText()
      .replace("last_frame 8", "last_frame 16")
      .replace("Constant1", "Plate");
    writeFileSync(path, `${text}Viewer {\n name Viewer1\n}\n`);
    other = vscode.Uri.file(path);
  });
  teardown(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    script.dispose();
  });

  const canonical = (lastFrame: number, name: string): string => {
    const constant = `\nConstant ${name}\n`;
    const write = `\nWrite Write1\n  inputs ${name}\n  create_directories true\n  file ${script.out.replaceAll("\\", "/")}/f.####.png\n  file_type png\n`;
    return `version 15.1 v5\n\nRoot\n  first_frame 1\n  last_frame ${lastFrame}\n${constant}${write}`;
  };

  async function shown(): Promise<string[]> {
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff);
    const documents = await Promise.all(
      [input.original, input.modified].map((uri) => vscode.workspace.openTextDocument(uri)),
    );
    for (const { uri } of documents)
      assert.notEqual(vscode.workspace.fs.isWritableFileSystem(uri.scheme), true);
    return documents.map((document) => document.getText());
  }

  test("two scripts stand side by side, one knob a line", async () => {
    await vscode.commands.executeCommand("nukeRender.compareNodes", script.uri, other);
    assert.equal(vscode.window.tabGroups.activeTabGroup.activeTab?.label, "shot.nk ↔ shot_v002.nk (nodes)");
    assert.deepEqual(await shown(), [canonical(8, "Constant1"), canonical(16, "Plate")]);
  });

  test("two files selected in the explorer are compared without asking", async () => {
    await vscode.commands.executeCommand("nukeRender.compareNodes", other, [other, script.uri]);
    assert.deepEqual(await shown(), [canonical(16, "Plate"), canonical(8, "Constant1")]);
  });

  test("an edit that is not saved is in the comparison", async () => {
    await vscode.commands.executeCommand("nukeRender.compareNodes", script.uri, other);
    await shown();
    const edit = new vscode.WorkspaceEdit();
    edit.replace(script.uri, script.document.lineAt(3).range, " last_frame 99");
    await vscode.workspace.applyEdit(edit);
    for (;;) {
      const [text] = await shown();
      if (text === canonical(99, "Constant1")) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await script.document.save();
  });
});
