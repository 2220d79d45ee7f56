/** Renders that take their time: cancelled from the notification, and left alone by a closed window. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as z from "zod";
import { processesWith } from "../../scripts/lib/leftovers.ts";
import { findRenderService } from "../../src/render-service/client/connect.ts";
import { Workbench } from "./harness.ts";

const folder = mkdtempSync(join(tmpdir(), "leave-"));
const profile = join(folder, "slow.json");
let workbench: Workbench;

before(async () => {
  writeFileSync(profile, JSON.stringify({ secondsPerFrame: 0.4 }));
  workbench = await Workbench.start({ env: { ...process.env, NUKE_STANDIN_PROFILE: profile } });
  await workbench.openFile("shot.nk");
  await workbench.goToLine(73);
});
after(async () => {
  await workbench.leave();
  rmSync(folder, { recursive: true });
});

test("Cancel in the notification leaves no Nuke, and the rest can be rendered from the lens", async () => {
  await workbench.does("cancel from the notification", async () => {
    await workbench.lens("▶ Render 1001–1040").click();
    await workbench.lens(/^◐ [3-9]\/40 frames/).waitFor();
    await workbench.notification("Rendering Write_beauty").getByRole("button", { name: "Cancel" }).click();
    await workbench.lens(/^■ .*Render the rest/).waitFor();
    await workbench.picture("cancelled");
    assert.deepEqual(
      processesWith(profile).filter(({ command }) => command.includes("standin")),
      [],
    );
    const said = await workbench.notification(/Done: 1001/).textContent();
    const done = readdirSync(join(workbench.workspace, "renders", "beauty"));
    assert.match(said ?? "", /Done: 1001/);
    assert.ok(done.length >= 3 && done.length < 40);
  });
});

test("a closed window stops no render; the next window shows it", async () => {
  await workbench.does("close the window", async () => {
    // Long enough for a window to open in the middle of it, on a slow machine too.
    writeFileSync(profile, JSON.stringify({ secondsPerFrame: 2 }));
    await workbench.lens("▶ Render 1001–1040").click();
    await workbench.dialog().getByRole("button", { name: "Replace" }).click();
    await workbench.lens(/^◐ [1-9]\/40 frames/).waitFor();
    await workbench.closeWindow();
    const service = await findRenderService();
    assert.ok(service, "the service has ended with the window");
    const [job] = (await service.jobs()).filter(({ state }) => state.kind !== "done");
    assert.equal(job?.write, "Write_beauty");
    const seen = job.framesDone;
    // Frames go on while no window is open.
    await new Promise<void>((resolve) => {
      const listener = service.onEvent((event) => {
        if (event.type !== "progress" || event.status.framesDone < seen + 2) return;
        listener.dispose();
        resolve();
      });
      void service.watch({ jobs: [job.job], lines: false });
    });
    service.dispose();
    await workbench.openNextWindow();
    await workbench.lens(/^◐ \d+\/40 frames/).waitFor();
    await workbench.picture("second-window");
    await workbench.lens(/^✓ 40 frames/).waitFor();
    assert.equal(readdirSync(join(workbench.workspace, "renders", "beauty")).length, 40);
  });
});

test("the farm side shows what will be run, and a submit command gets exactly that", async () => {
  await workbench.does("send to the farm", async () => {
    await workbench.lens("☁ Send to farm…").click();
    const form = workbench.form();
    await form.locator("#batch-size input").fill("5");
    await form.locator("#command").getByText("--chunk 5").waitFor();
    await workbench.picture("farm", true);
    await form.getByRole("button", { name: /^Send/ }).click();
    // The window that agreed to replace them is closed.
    await workbench.dialog().getByRole("button", { name: "Replace" }).click();
    await workbench.notification("Write_beauty was sent to the farm").waitFor();
    const lines = readFileSync(join(workbench.workspace, "renders", "submitted.jsonl"), "utf8")
      .trim()
      .split("\n");
    const words = z.array(z.string()).parse(JSON.parse(lines.at(-1) ?? ""));
    assert.deepEqual(words.slice(0, 8), [
      "--script",
      join(workbench.workspace, "shot.nk"),
      "--write",
      "Write_beauty",
      "--frames",
      "1001-1040",
      "--chunk",
      "5",
    ]);
  });
});
