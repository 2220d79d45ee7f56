/** Restricted Mode: scripts are read, nothing is started, until the folder is trusted. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { findRenderService } from "../../src/render-service/client/connect.ts";
import { Workbench } from "./harness.ts";

// A separate place, where no other test has started a service.
const stateFolder = mkdtempSync(join(tmpdir(), "trust-"));
let workbench: Workbench;
before(async () => {
  workbench = await Workbench.start({
    trust: true,
    env: { ...process.env, NUKE_RENDER_STATE_DIR: stateFolder },
  });
});
after(async () => {
  await workbench.leave();
  const service = await findRenderService({ stateFolder });
  await service?.shutdown({ force: true });
  service?.dispose();
  rmSync(stateFolder, { recursive: true });
});

test("a folder that is not trusted is read and not rendered", async () => {
  await workbench.does("stay restricted", async () => {
    await workbench.page.getByText("Restricted Mode is intended").waitFor();
    await workbench.openFile("shot.nk");
    await workbench.goToLine(73);
    await workbench.lens("Trust this folder to render").waitFor();
    assert.equal(await workbench.lens("▶ Render").count(), 0);
    await workbench.picture("restricted");
    assert.equal(await findRenderService({ stateFolder }), null);
  });
});

test("trusting it brings the actions", async () => {
  await workbench.does("grant trust", async () => {
    await workbench.lens("Trust this folder to render").click();
    await workbench.page.getByRole("button", { name: "Trust", exact: true }).click();
    await workbench.page.getByText("You trust this folder").waitFor();
    await workbench.page
      .locator(".monaco-modal-editor-block")
      .getByRole("button", { name: /^Close/ })
      .first()
      .click();
    await workbench.page.locator(".monaco-modal-editor-block").waitFor({ state: "hidden" });
    await workbench.goToLine(73);
    await workbench.lens("▶ Render 1001–1040").click();
    await workbench.lens(/^✓ 40 frames/).waitFor();
  });
});
