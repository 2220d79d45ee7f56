/** Restricted Mode: scripts are read, nothing is started, until the folder is trusted. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { findRenderService } from "../../src/render-service/client/connect.ts";
import { Person } from "./harness.ts";

// A separate place, where no other test has started a service.
const stateFolder = mkdtempSync(join(tmpdir(), "trust-"));
let person: Person;
before(async () => {
  person = await Person.sitDown({
    trust: true,
    env: { ...process.env, NUKE_RENDER_STATE_DIR: stateFolder },
  });
});
after(async () => {
  await person.leave();
  const service = await findRenderService({ stateFolder });
  await service?.shutdown({ force: true });
  service?.dispose();
  rmSync(stateFolder, { recursive: true });
});

test("a folder that is not trusted is read and not rendered", async () => {
  await person.does("stay restricted", async () => {
    await person.page.getByText("Restricted Mode is intended").waitFor();
    await person.openFile("shot.nk");
    await person.goToLine(73);
    await person.lens("Trust this folder to render").waitFor();
    assert.equal(await person.lens("▶ Render").count(), 0);
    await person.picture("restricted");
    assert.equal(await findRenderService({ stateFolder }), null);
  });
});

test("trusting it brings the actions", async () => {
  await person.does("grant trust", async () => {
    await person.lens("Trust this folder to render").click();
    await person.page.getByRole("button", { name: "Trust", exact: true }).click();
    await person.page.getByText("You trust this folder").waitFor();
    await person.page
      .locator(".monaco-modal-editor-block")
      .getByRole("button", { name: /^Close/ })
      .first()
      .click();
    await person.page.locator(".monaco-modal-editor-block").waitFor({ state: "hidden" });
    await person.goToLine(73);
    await person.lens("▶ Render 1001–1040").click();
    await person.lens(/^✓ 40 frames/).waitFor();
  });
});
