/** Editing scripts as a person does: checks with a quick fix, hover, go to definition, rename, outline. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Person } from "./harness.ts";

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

let person: Person;
before(async () => {
  person = await Person.sitDown();
  writeFileSync(join(person.workspace, "edit.nk"), text);
  await person.openFile("edit.nk");
});
after(() => person.leave());

test("what is wrong is marked and listed, and a quick fix puts it right", async () => {
  await person.does("quick fix", async () => {
    await person.runCommand("Problems: Focus on Problems View");
    const problem = person.page.locator(".markers-panel").getByText("Write1 has no frame number");
    await problem.waitFor();
    await person.picture("problems", true);
    await person.goToLine(16);
    await person.page.keyboard.press("End");
    await person.page.keyboard.press("Control+.");
    await person.page.locator(".action-widget").getByText("Add a frame number").click();
    await person.line("renders/out.####.exr").waitFor();
    await problem.waitFor({ state: "hidden" });
    await person.runCommand("View: Toggle Panel Visibility");
  });
});

test("hover tells of a node; go to definition finds it from an expression", async () => {
  await person.does("hover", async () => {
    const name = person.page
      .locator(".view-line span")
      .filter({ hasText: /^Grade1$/u })
      .last();
    await name.hover();
    await person.page.locator(".monaco-hover").getByText("Grade1").first().waitFor();
    await person.picture("hover");
    await person.page.keyboard.press("Escape");
    await person.goToLine(12);
    await person.goToLine(12, 18);
    await person.page.keyboard.press("F12");
    await person.page.locator(".statusbar").getByText("Ln 9").waitFor();
  });
});

test("rename changes the node and the expressions that name it", async () => {
  await person.does("rename", async () => {
    await person.goToLine(9, 8);
    await person.page.keyboard.press("F2");
    const box = person.page.locator(".rename-input");
    await box.waitFor();
    await box.fill("Plate");
    await person.page.keyboard.press("Enter");
    await person.line("parent.Plate.first").waitFor();
    await person.line("name Plate").waitFor();
    assert.equal(await person.line("Read1").count(), 0);
  });
});

test("the outline lists nodes with their classes", async () => {
  await person.does("outline", async () => {
    await person.runCommand("Explorer: Focus on Outline View");
    const outline = person.page.locator(".outline-pane");
    await outline.getByText("Write1").waitFor();
    await outline.getByText("Grade1").waitFor();
    await person.picture("outline", true);
  });
});
