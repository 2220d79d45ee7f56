/** A machine without a Nuke: what a click offers, what the demo renderer leaves alone, and how a Nuke is chosen. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as z from "zod";
import { installStandin } from "../standin/install.ts";
import { Person } from "./harness.ts";

const folder = mkdtempSync(join(tmpdir(), "no nuke "));
let person: Person;
let nuke: string;
let frame: string;
before(async () => {
  nuke = await installStandin(join(folder, "studio tools"), "launch");
  person = await Person.sitDown({ env: { ...process.env, NUKE_RENDER_INSTALL_ROOTS: join(folder, "none") } });
  frame = join(person.workspace, "renders", "beauty", "shot010_comp.1001.png");
  mkdirSync(join(person.workspace, "renders", "beauty"), { recursive: true });
  writeFileSync(frame, "real");
  await person.openFile("shot.nk");
  await person.goToLine(73);
});
after(async () => {
  await person.leave();
  rmSync(folder, { recursive: true });
});

const lens = "▶ Render 1001–1040";

test("Enter chooses a Nuke and renders nothing; test pictures are a separate choice, and touch no frame", async () => {
  await person.does("render test pictures", async () => {
    await person.lens(lens).click();
    const dialog = person.page.locator(".monaco-dialog-box");
    await dialog.getByText("No Nuke was found").waitFor();
    await person.picture("no-nuke");
    await person.page.keyboard.press("Enter");
    await person.page.locator(".quick-input-list").getByText("Launcher command…").waitFor();
    await person.picture("choose-nuke");
    await person.page.keyboard.press("Escape");
    await person.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
    assert.ok(!existsSync(join(person.workspace, "nuke-render-demo")));

    await person.lens(lens).click();
    await dialog.getByRole("button", { name: "Render Test Pictures" }).click();
    await person.lens(/^◐ demo · \d+\/40 test pictures/).waitFor();
    await person.page.locator(".statusbar").getByText("(demo)").waitFor();
    await person.lens(/^✓ demo · 40 test pictures/).waitFor({ timeout: 60_000 });
    await person.notification(/✓ Write_beauty: demo · 40 test pictures/).waitFor();
    await person.picture("test-pictures");
    assert.equal(readFileSync(frame, "utf8"), "real");
    const demo = join(person.workspace, "nuke-render-demo", "shot", "Write_beauty");
    assert.equal(readdirSync(demo).length, 40);
  });
});

test("as long as the demo renderer is switched on, the editor says so, with a way off", async () => {
  await person.does("switch the demo off", async () => {
    await person.runCommand("Nuke Render: Toggle Demo Renderer");
    await person.lens(`${lens} (demo)`).waitFor();
    const status = person.page.locator(".statusbar [id='status.languageStatus'] a").first();
    await status.hover();
    await person.page.getByText("Demo renderer is on").first().waitFor();
    await person.picture("demo-on");
    await person.page.locator(".hover-language-status").getByText("Switch Off").first().click();
    await person.lens(`${lens} (demo)`).waitFor({ state: "detached" });
  });
});

test("a launcher is tested, written into the settings of the machine, and renders what was wanted", async () => {
  await person.does("choose a launcher", async () => {
    await person.lens(lens).click();
    await person.page.locator(".monaco-dialog-box").getByRole("button", { name: "Choose Nuke…" }).click();
    await person.pick("Launcher command…");
    const box = person.page.locator(".quick-input-widget input");
    await person.page.locator(".quick-input-widget").getByText("Launcher command").first().waitFor();
    await box.fill("'no such program'");
    await person.page.keyboard.press("Enter");
    const dialog = person.page.locator(".monaco-dialog-box");
    await dialog.getByText("cannot be started").waitFor();
    await person.picture("not-a-nuke");
    await dialog.getByRole("button", { name: "Choose Another…" }).click();
    await person.pick("Launcher command…");
    await box.fill(`"${nuke}"`);
    await person.page.keyboard.press("Enter");
    // One of its frames is there already.
    await dialog.getByRole("button", { name: "Replace" }).click();
    await person.notification("Nuke 15.1v5 now renders scripts of Nuke 15.1").waitFor();
    await person.lens(/^◐ \d+\/40 frames/).waitFor();
    await person.lens(/^✓ 40 frames/).waitFor({ timeout: 60_000 });
    assert.equal(readdirSync(join(person.workspace, "renders", "beauty")).length, 40);
    assert.notEqual(readFileSync(frame, "utf8"), "real");
    // A window of this test is a remote one.
    const file = join(person.code.dataFolder, "data", "Machine", "settings.json");
    const settings = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, "utf8")));
    assert.deepEqual(settings["nukeRender.nuke.executables"], { "15.1": nuke });
  });
});

test("a path that is wrong is a problem in the form, with the same button, and the same key is corrected", async () => {
  await person.does("correct a path", async () => {
    await person.lens("⚙ Render settings…").click();
    const problem = person.form().locator('[data-code="nuke-missing"]');
    await person.form().locator("#summary").waitFor();
    assert.equal(await problem.count(), 0);
    const file = join(person.code.dataFolder, "data", "Machine", "settings.json");
    const read = (): Record<string, unknown> =>
      z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, "utf8")));
    writeFileSync(
      file,
      JSON.stringify({ ...read(), "nukeRender.nuke.executables": { "15": "/no/Nuke15", "*": nuke } }),
    );
    await problem.getByText('There is no program "/no/Nuke15" (nukeRender.nuke.executables, "15")').waitFor();
    await person.picture("wrong-path");
    await problem.getByRole("button", { name: "Choose Nuke…" }).click();
    await person.pick("Launcher command…");
    await person.page.locator(".quick-input-widget").getByText("Quotes keep spaces").waitFor();
    await person.page.locator(".quick-input-widget input").fill(`"${nuke}" --safe`);
    await person.page.keyboard.press("Enter");
    await person.notification("Nuke 15.1v5 now renders scripts of Nuke 15").waitFor();
    await problem.waitFor({ state: "detached" });
    assert.deepEqual(read()["nukeRender.nuke.executables"], { "15": [nuke, "--safe"], "*": nuke });
  });
});
