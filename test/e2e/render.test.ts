/** The main job as a user does it: open a script, click above a Write, see it render, find the frames. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Workbench } from "./harness.ts";

let workbench: Workbench;
before(async () => {
  workbench = await Workbench.start();
});
after(() => workbench.leave());

function frames(folder: string): string[] {
  return readdirSync(join(workbench.workspace, "renders", folder));
}

/** When each frame was written. */
function times(): Map<string, number> {
  const folder = join(workbench.workspace, "renders", "beauty");
  return new Map(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mtimeMs]));
}

test("the actions stand above the Writes, and a click renders in the background", async () => {
  await workbench.does("click the lens", async () => {
    await workbench.openFile("shot.nk");
    await workbench.goToLine(73);
    await workbench.lens("▶ Render 1001–1040").waitFor();
    await workbench.picture("lenses", true);
    await workbench.lens("▶ Render 1001–1040").click();
    await workbench.lens(/^◐ \d+\/40 frames/).waitFor();
    await workbench.notification("Rendering Write_beauty").waitFor();
    await workbench.lens(/^◐ [1-9]\d?\/40 frames/).waitFor();
    await workbench.picture("rendering", true);
    await workbench.lens(/^✓ 40 frames/).waitFor();
    await workbench.picture("rendered");
    const files = frames("beauty");
    assert.equal(files.length, 40);
    for (const file of files) {
      const bytes = readFileSync(join(workbench.workspace, "renders", "beauty", file));
      assert.equal(bytes.subarray(1, 4).toString("latin1"), "PNG", file);
      assert.ok(bytes.length > 1000, file);
    }
  });
});

test("the output channel has every Nuke's lines with its chunk in front, and a summary", async () => {
  await workbench.does("read the output", async () => {
    await workbench.runCommand("Nuke Render: Show Output");
    await workbench.output("finished after").waitFor();
    await workbench.output(/\[Write_beauty\s\d\/\d\]\sFrame\s10\d\d/).waitFor();
    await workbench.picture("output", true);
    await workbench.runCommand("View: Toggle Panel Visibility");
  });
});

test("a second click says what it replaces, and a user may decide against it", async () => {
  await workbench.does("decide against replacing", async () => {
    const before = times();
    await workbench.lens("▶ Render 1001–1040").click();
    await workbench
      .dialog()
      .getByText(/Write_beauty replaces 40 frames of (?:today|yesterday) \d\d:\d\d/)
      .waitFor();
    await workbench.picture("replaces");
    await workbench.dialog().getByRole("button", { name: "Cancel" }).click();
    await workbench.dialog().waitFor({ state: "detached" });
    assert.deepEqual(times(), before);
  });
});

test("the form changes the split and renders from there", async () => {
  await workbench.does("use the form", async () => {
    await workbench.lens("⚙ Render settings…").click();
    const form = workbench.form();
    await form.locator("#summary").waitFor();
    await workbench.picture("form", true);
    await form.getByRole("radio", { name: "Chunks", exact: true }).click();
    await form.locator("#split-count input").fill("8");
    await form.locator("#chunks").getByText("1001-1005").waitFor();
    await workbench.picture("form-split-8");
    await form.locator("#problems").getByText("Write_beauty replaces 40 frames").waitFor();
    const before = times();
    await form.getByRole("button", { name: /^Render 1001/ }).click();
    await workbench.dialog().getByRole("button", { name: "Replace" }).click();
    await workbench.lens(/^◐ \d+\/40 frames/).waitFor();
    await workbench.picture("form-rendering");
    await workbench.lens(/^✓ 40 frames/).waitFor();
    for (const [name, time] of times()) assert.ok(time > (before.get(name) ?? Infinity), name);
    // It was agreed to for this output.
    await workbench.lens("▶ Render 1001–1040").click();
    await workbench.lens(/^◐ \d+\/40 frames/).waitFor();
    await workbench.lens(/^✓ 40 frames/).waitFor();
  });
});
