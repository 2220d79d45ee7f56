/** The main job as a person does it: open a script, click above a Write, see it render, find the frames. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Person } from "./harness.ts";

let person: Person;
before(async () => {
  person = await Person.sitDown();
});
after(() => person.leave());

function frames(folder: string): string[] {
  return readdirSync(join(person.workspace, "renders", folder));
}

/** When each frame was written. */
function times(): Map<string, number> {
  const folder = join(person.workspace, "renders", "beauty");
  return new Map(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mtimeMs]));
}

test("the actions stand above the Writes, and a click renders in the background", async () => {
  await person.does("click the lens", async () => {
    await person.openFile("shot.nk");
    await person.goToLine(73);
    await person.lens("▶ Render 1001–1040").waitFor();
    await person.picture("lenses", true);
    await person.lens("▶ Render 1001–1040").click();
    await person.lens(/^◐ \d+\/40 frames/).waitFor();
    await person.notification("Rendering Write_beauty").waitFor();
    await person.lens(/^◐ [1-9]\d?\/40 frames/).waitFor();
    await person.picture("rendering", true);
    await person.lens(/^✓ 40 frames/).waitFor();
    await person.picture("rendered");
    const files = frames("beauty");
    assert.equal(files.length, 40);
    for (const file of files) {
      const bytes = readFileSync(join(person.workspace, "renders", "beauty", file));
      assert.equal(bytes.subarray(1, 4).toString("latin1"), "PNG", file);
      assert.ok(bytes.length > 1000, file);
    }
  });
});

test("the output channel has every Nuke's lines with its chunk in front, and a summary", async () => {
  await person.does("read the output", async () => {
    await person.runCommand("Nuke Render: Show Output");
    await person.output("finished after").waitFor();
    await person.output(/\[Write_beauty\s\d\/\d\]\sFrame\s10\d\d/).waitFor();
    await person.picture("output", true);
    await person.runCommand("View: Toggle Panel Visibility");
  });
});

test("a second click says what it replaces, and a person may decide against it", async () => {
  await person.does("decide against replacing", async () => {
    const before = times();
    await person.lens("▶ Render 1001–1040").click();
    await person
      .dialog()
      .getByText(/Write_beauty replaces 40 frames of (?:today|yesterday) \d\d:\d\d/)
      .waitFor();
    await person.picture("replaces");
    await person.dialog().getByRole("button", { name: "Cancel" }).click();
    await person.dialog().waitFor({ state: "detached" });
    assert.deepEqual(times(), before);
  });
});

test("the form changes the split and renders from there", async () => {
  await person.does("use the form", async () => {
    await person.lens("⚙ Render settings…").click();
    const form = person.form();
    await form.locator("#summary").waitFor();
    await person.picture("form", true);
    await form.getByRole("radio", { name: "Chunks", exact: true }).click();
    await form.locator("#split-count input").fill("8");
    await form.locator("#chunks").getByText("1001-1005").waitFor();
    await person.picture("form-split-8");
    await form.locator("#problems").getByText("Write_beauty replaces 40 frames").waitFor();
    const before = times();
    await form.getByRole("button", { name: /^Render 1001/ }).click();
    await person.dialog().getByRole("button", { name: "Replace" }).click();
    await person.lens(/^◐ \d+\/40 frames/).waitFor();
    await person.picture("form-rendering");
    await person.lens(/^✓ 40 frames/).waitFor();
    for (const [name, time] of times()) assert.ok(time > (before.get(name) ?? Infinity), name);
    // It was agreed to for this output.
    await person.lens("▶ Render 1001–1040").click();
    await person.lens(/^◐ \d+\/40 frames/).waitFor();
    await person.lens(/^✓ 40 frames/).waitFor();
  });
});
