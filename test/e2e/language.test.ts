/** Editing scripts as a user does: checks with a quick fix, hover, go to definition, rename, outline. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Workbench } from "./harness.ts";

const text = `version 15.1 v5
Root {
 first_frame 1001
 last_frame 1040
}
Read {
 inputs 0
 file plates/bg.%04d.exr
 name Read1
}
Grade {
 white {{parent.Read1.first/1000}}
 name Grade1
}
Write {
 file renders/out.exr
 file_type exr
 create_directories true
 name Write1
}
`;

let workbench: Workbench;
before(async () => {
  workbench = await Workbench.start();
  writeFileSync(join(workbench.workspace, "edit.nk"), text);
  await workbench.openFile("edit.nk");
});
after(() => workbench.leave());

test("what is wrong is marked and listed, and a quick fix puts it right", async () => {
  await workbench.does("quick fix", async () => {
    await workbench.runCommand("Problems: Focus on Problems View");
    const problem = workbench.page.locator(".markers-panel").getByText("Write1 has no frame number");
    await problem.waitFor();
    await workbench.picture("problems", true);
    await workbench.goToLine(16);
    await workbench.page.keyboard.press("End");
    await workbench.page.keyboard.press("Control+.");
    await workbench.page.locator(".action-widget").getByText("Add a frame number").click();
    await workbench.line("renders/out.####.exr").waitFor();
    await problem.waitFor({ state: "hidden" });
    await workbench.runCommand("View: Toggle Panel Visibility");
  });
});

test("hover tells of a node; go to definition finds it from an expression", async () => {
  await workbench.does("hover", async () => {
    const name = workbench.page
      .locator(".view-line span")
      .filter({ hasText: /^Grade1$/u })
      .last();
    await name.hover();
    await workbench.page.locator(".monaco-hover").getByText("Grade1").first().waitFor();
    await workbench.picture("hover");
    await workbench.page.keyboard.press("Escape");
    await workbench.goToLine(12);
    await workbench.goToLine(12, 18);
    await workbench.page.keyboard.press("F12");
    await workbench.page.locator(".statusbar").getByText("Ln 9").waitFor();
  });
});

test("rename changes the node and the expressions that name it", async () => {
  await workbench.does("rename", async () => {
    await workbench.goToLine(9, 8);
    await workbench.page.keyboard.press("F2");
    const box = workbench.page.locator(".rename-input");
    await box.waitFor();
    await box.fill("Plate");
    await workbench.page.keyboard.press("Enter");
    await workbench.line("parent.Plate.first").waitFor();
    await workbench.line("name Plate").waitFor();
    assert.equal(await workbench.line("Read1").count(), 0);
  });
});

test("the outline lists nodes with their classes", async () => {
  await workbench.does("outline", async () => {
    await workbench.runCommand("Explorer: Focus on Outline View");
    const outline = workbench.page.locator(".outline-pane");
    await outline.getByText("Write1").waitFor();
    await outline.getByText("Grade1").waitFor();
    await workbench.picture("outline", true);
  });
});
