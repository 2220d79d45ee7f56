import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { lensesUntil, openScript, withoutNotifications } from "./scripts.ts";

suite("The demo renderer in VS Code", () => {
  const title = (lens: vscode.CodeLens): string => lens.command?.title ?? "";
  const isOn = (): unknown => vscode.workspace.getConfiguration("nukeRender").get("nuke.useDemoRenderer");

  suiteSetup(withoutNotifications);

  test("it is switched on and off by its command; the lens says demo, and no frame is touched", async () => {
    const script = await openScript(4);
    mkdirSync(script.out);
    const frame = join(script.out, "f.0001.png");
    writeFileSync(frame, "real");
    // The command waits until its message is closed.
    void vscode.commands.executeCommand("nukeRender.useDemoRenderer");
    try {
      const [render] = await lensesUntil(script.uri, (titles) => titles.includes("▶ Render 1–4 (demo)"));
      assert.equal(isOn(), true);
      assert.ok(render?.command);
      await vscode.commands.executeCommand(render.command.command, ...(render.command.arguments ?? []));
      const lenses = await lensesUntil(script.uri, (titles) => titles.some((text) => text.startsWith("✓")));
      assert.match(lenses.map(title).at(-1) ?? "", /^✓ demo · 4 test pictures · /);
      assert.deepEqual(readdirSync(script.out), ["f.0001.png"]);
      assert.equal(readFileSync(frame, "utf8"), "real");
      assert.equal(readdirSync(join(script.folder, "nuke-render-demo", "shot", "Write1")).length, 4);
    } finally {
      void vscode.commands.executeCommand("nukeRender.useDemoRenderer");
      await lensesUntil(script.uri, (titles) => titles.includes("▶ Render 1–4"));
      script.dispose();
    }
    assert.equal(isOn(), false);
  });
});
