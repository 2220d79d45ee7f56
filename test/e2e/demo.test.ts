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
import { Workbench } from "./harness.ts";

const folder = mkdtempSync(join(tmpdir(), "no nuke "));
let workbench: Workbench;
let nuke: string;
let frame: string;
before(async () => {
  nuke = await installStandin(join(folder, "studio tools"), "launch");
  workbench = await Workbench.start({
    env: { ...process.env, NUKE_RENDER_INSTALL_ROOTS: join(folder, "none") },
  });
  frame = join(workbench.workspace, "renders", "beauty", "shot010_comp.1001.png");
  mkdirSync(join(workbench.workspace, "renders", "beauty"), { recursive: true });
  writeFileSync(frame, "real");
  await workbench.openFile("shot.nk");
  await workbench.goToLine(73);
});
after(async () => {
  await workbench.leave();
  rmSync(folder, { recursive: true });
});

const lens = "▶ Render 1001–1040";

test("Enter chooses a Nuke and renders nothing; test pictures are a separate choice, and touch no frame", async () => {
  await workbench.does("render test pictures", async () => {
    await workbench.lens(lens).click();
    const dialog = workbench.page.locator(".monaco-dialog-box");
    await dialog.getByText("No Nuke was found").waitFor();
    await workbench.picture("no-nuke");
    await workbench.page.keyboard.press("Enter");
    await workbench.page.locator(".quick-input-list").getByText("Launcher command…").waitFor();
    await workbench.picture("choose-nuke");
    await workbench.page.keyboard.press("Escape");
    await workbench.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
    assert.ok(!existsSync(join(workbench.workspace, "nuke-render-demo")));

    await workbench.lens(lens).click();
    await dialog.getByRole("button", { name: "Render Test Pictures" }).click();
    await workbench.lens(/^◐ demo · \d+\/40 test pictures/).waitFor();
    await workbench.page.locator(".statusbar").getByText("(demo)").waitFor();
    await workbench.lens(/^✓ demo · 40 test pictures/).waitFor({ timeout: 60_000 });
    await workbench.notification(/✓ Write_beauty: demo · 40 test pictures/).waitFor();
    await workbench.picture("test-pictures");
    assert.equal(readFileSync(frame, "utf8"), "real");
    const demo = join(workbench.workspace, "nuke-render-demo", "shot", "Write_beauty");
    assert.equal(readdirSync(demo).length, 40);
  });
});

test("as long as the demo renderer is switched on, the editor says so, with a way off", async () => {
  await workbench.does("switch the demo off", async () => {
    await workbench.runCommand("Nuke Render: Toggle Demo Renderer");
    await workbench.lens(`${lens} (demo)`).waitFor();
    const status = workbench.page.locator(".statusbar [id='status.languageStatus'] a").first();
    await status.hover();
    await workbench.page.getByText("Demo renderer is on").first().waitFor();
    await workbench.picture("demo-on");
    await workbench.page.locator(".hover-language-status").getByText("Switch Off").first().click();
    await workbench.lens(`${lens} (demo)`).waitFor({ state: "detached" });
  });
});

test("a launcher is tested, written into the settings of the machine, and renders what was wanted", async () => {
  await workbench.does("choose a launcher", async () => {
    await workbench.lens(lens).click();
    await workbench.page.locator(".monaco-dialog-box").getByRole("button", { name: "Choose Nuke…" }).click();
    await workbench.pick("Launcher command…");
    const box = workbench.page.locator(".quick-input-widget input");
    await workbench.page.locator(".quick-input-widget").getByText("Launcher command").first().waitFor();
    await box.fill("'no such program'");
    await workbench.page.keyboard.press("Enter");
    const dialog = workbench.page.locator(".monaco-dialog-box");
    await dialog.getByText("cannot be started").waitFor();
    await workbench.picture("not-a-nuke");
    await dialog.getByRole("button", { name: "Choose Another…" }).click();
    await workbench.pick("Launcher command…");
    await box.fill(`"${nuke}"`);
    await workbench.page.keyboard.press("Enter");
    // One of its frames is there already.
    await dialog.getByRole("button", { name: "Replace" }).click();
    await workbench.notification("Nuke 15.1v5 now renders scripts of Nuke 15.1").waitFor();
    await workbench.lens(/^◐ \d+\/40 frames/).waitFor();
    await workbench.lens(/^✓ 40 frames/).waitFor({ timeout: 60_000 });
    assert.equal(readdirSync(join(workbench.workspace, "renders", "beauty")).length, 40);
    assert.notEqual(readFileSync(frame, "utf8"), "real");
    // A window of this test is a remote one.
    const file = join(workbench.code.dataFolder, "data", "Machine", "settings.json");
    const settings = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, "utf8")));
    assert.deepEqual(settings["nukeRender.nuke.executables"], { "15.1": nuke });
  });
});

test("a path that is wrong is a problem in the form, with the same button, and the same key is corrected", async () => {
  await workbench.does("correct a path", async () => {
    await workbench.lens("⚙ Render settings…").click();
    const problem = workbench.form().locator('[data-code="nuke-missing"]');
    await workbench.form().locator("#summary").waitFor();
    assert.equal(await problem.count(), 0);
    const file = join(workbench.code.dataFolder, "data", "Machine", "settings.json");
    const read = (): Record<string, unknown> =>
      z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, "utf8")));
    writeFileSync(
      file,
      JSON.stringify({ ...read(), "nukeRender.nuke.executables": { "15": "/no/Nuke15", "*": nuke } }),
    );
    await problem.getByText('There is no program "/no/Nuke15" (nukeRender.nuke.executables, "15")').waitFor();
    await workbench.picture("wrong-path");
    await problem.getByRole("button", { name: "Choose Nuke…" }).click();
    await workbench.pick("Launcher command…");
    await workbench.page.locator(".quick-input-widget").getByText("Quotes keep spaces").waitFor();
    await workbench.page.locator(".quick-input-widget input").fill(`"${nuke}" --safe`);
    await workbench.page.keyboard.press("Enter");
    await workbench.notification("Nuke 15.1v5 now renders scripts of Nuke 15").waitFor();
    await problem.waitFor({ state: "detached" });
    assert.deepEqual(read()["nukeRender.nuke.executables"], { "15": [nuke, "--safe"], "*": nuke });
  });
});
