/** `nbr doctor`, as a program. */
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as z from "zod";
import { runNbr } from "./run-nbr.ts";

const reportSchema = z.object({
  version: z.string(),
  nukes: z.object({
    installed: z.array(z.object({ version: z.string(), path: z.string() })),
    chosen: z.array(
      z.object({ forVersion: z.string().nullable(), argv: z.array(z.string()), how: z.string() }),
    ),
  }),
  settings: z.object({
    changed: z.array(z.object({ key: z.string(), value: z.unknown(), from: z.string() })),
  }),
  memory: z.object({ cores: z.int(), totalMB: z.int() }),
  service: z.object({ kind: z.string() }),
  findings: z.array(z.string()),
});

test("the Nukes it finds, the settings and the files they come from, and no service started for it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nbr doctor "));
  try {
    const nuke = join(folder, "installed", "Nuke15.1v5", "Nuke15.1");
    await mkdir(join(nuke, ".."), { recursive: true });
    await writeFile(nuke, "#!/bin/sh\n");
    await chmod(nuke, 0o755);
    const settings = join(folder, ".vscode", "settings.json");
    await mkdir(join(folder, ".vscode"));
    await writeFile(settings, '{ "nukeRender.render.split": 4, // four\n "nukeRender.farm.command": ["x"] }');
    const env = {
      ...process.env,
      NUKE_RENDER_INSTALL_ROOTS: join(folder, "installed"),
      NUKE_RENDER_STATE_DIR: join(folder, "state"),
      XDG_CONFIG_HOME: join(folder, "config"),
      APPDATA: join(folder, "config"),
    };
    const { code, stdout } = await runNbr(["doctor", "--json"], { cwd: folder, env });
    assert.equal(code, 0);
    const report = reportSchema.parse(JSON.parse(stdout));
    assert.deepEqual(report.nukes.installed, [{ version: "15.1v5", path: nuke }]);
    assert.deepEqual(report.nukes.chosen[0], { forVersion: "15.1", argv: [nuke], how: "installed" });
    const [split] = report.settings.changed;
    assert.deepEqual(split, { key: "nukeRender.render.split", value: 4, from: settings });
    assert.equal(report.service.kind, "none");
    assert.match(report.findings.join("\n"), /farm\.command.*nbr trust/u);

    const text = await runNbr(["doctor"], { cwd: folder, env });
    assert.match(text.stdout, /scripts of 15\.1: .*Nuke15\.1 \(installed\)/u);
    assert.match(text.stdout, /not running; it starts with the first render/u);
    assert.match(text.stdout, /What does not fit together/u);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
