import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import manifest from "../../../package.json" with { type: "json" };
import type { SettingsTrust } from "../../../src/facts/settings-trust.ts";
import { SettingsFileError, readSettings } from "../../../src/facts/settings-files.ts";
import {
  SettingError,
  serviceSettings,
  memorySettings,
  parseSettings,
  programKeys,
  settingEffects,
  settingKeys,
} from "../../../src/facts/settings.ts";

const folder = mkdtempSync(join(tmpdir(), "settings "));
after(() => rmSync(folder, { recursive: true }));

test("the README lists every setting with its default", () => {
  const readme = readFileSync(join(import.meta.dirname, "..", "..", "..", "README.md"), "utf8");
  for (const [key, declared] of Object.entries(manifest.contributes.configuration.properties)) {
    const row = `| \`${key}\` | \`${JSON.stringify(declared.default)}\` |`;
    assert.ok(readme.includes(row), `README.md has no row that begins with: ${row}`);
  }
});

test("package.json and the schema name the same settings with the same defaults", () => {
  const declared = manifest.contributes.configuration.properties;
  assert.deepEqual(Object.keys(declared).sort(), settingKeys.map((key) => `nukeRender.${key}`).sort());
  const defaults = Object.fromEntries(
    Object.entries(declared).map(([key, { default: value }]) => [key.replace("nukeRender.", ""), value]),
  );
  assert.deepEqual(parseSettings({}), defaults);
  for (const [key, { scope, markdownDescription }] of Object.entries(declared)) {
    assert.ok(scope.length > 0 && markdownDescription.length > 20, key);
  }
});

test("what decides what is run, and nothing else, is restricted in untrusted folders", () => {
  const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
  assert.deepEqual(
    [...restrictedConfigurations].sort(),
    programKeys.map((key) => `nukeRender.${key}`).sort(),
  );
  for (const key of ["nuke.executables", "nuke.extraArguments"] as const)
    assert.equal(settingEffects[key], "program", key);
  for (const key of settingKeys.filter((one) => one.startsWith("farm."))) {
    assert.equal(settingEffects[key], "program", key);
  }
});

test("a value that cannot be used is named", () => {
  assert.throws(
    () => parseSettings({ "memory.budget": "lots" }),
    (error) => error instanceof SettingError && error.key === "memory.budget",
  );
  assert.throws(
    () => parseSettings({ "nuke.executables": { "15.1": 3 } }),
    (error) => error instanceof SettingError && /15\.1/.test(error.message),
  );
  assert.deepEqual(memorySettings(parseSettings({ "memory.budget": "48G", "memory.allowance": "1.5G" })), {
    budgetMB: 49_152,
    allowanceMB: 1536,
  });
});

test("what the service is told: days, and MB of a log; an empty size is the default", () => {
  assert.deepEqual(serviceSettings(parseSettings({ "history.days": 0.5, "history.logSize": "1G" })), {
    historyDays: 0.5,
    logCapMB: 1024,
    systemdScope: false,
  });
  assert.equal(serviceSettings(parseSettings({ "history.logSize": " " })).logCapMB, null);
});

test("the terminal reads user, workspace and named files, later ones winning, comments allowed", () => {
  const config = join(folder, "config");
  mkdirSync(join(config, "Code", "User"), { recursive: true });
  writeFileSync(
    join(config, "Code", "User", "settings.json"),
    `{ // mine\n "nukeRender.render.split": 3, "editor.fontSize": 12, }`,
  );
  const workspace = join(folder, "show", "shot");
  mkdirSync(join(folder, "show", ".vscode"), { recursive: true });
  mkdirSync(workspace, { recursive: true });
  const own = join(folder, "show", ".vscode", "settings.json");
  writeFileSync(own, `{"nukeRender.farm.command": ["sub", "{script}"], "nukeRender.render.split": 5}`);
  const named = join(folder, "named.json");
  writeFileSync(named, `{"nukeRender.render.split": 7}`);
  const env = { XDG_CONFIG_HOME: config, APPDATA: config };
  const allowed: SettingsTrust = { ask: () => "allowed" };
  const read = (cwd: string, file?: string) => readSettings({ cwd, named: file, env, trust: allowed });
  assert.equal(read(workspace, named).settings["render.split"], 7);
  assert.equal(read(workspace).settings["render.split"], 5);
  assert.deepEqual(read(workspace).settings["farm.command"], ["sub", "{script}"]);
  if (process.platform === "linux") {
    assert.equal(read(folder).settings["render.split"], 3);
    assert.deepEqual(read(workspace, named).files, [
      join(config, "Code", "User", "settings.json"),
      own,
      named,
    ]);
  }
  assert.throws(() => read(folder, join(folder, "none.json")), SettingsFileError);
  assert.throws(() => read(folder, folder), SettingsFileError);
  writeFileSync(named, "{");
  assert.throws(() => read(folder, named), SettingsFileError);
});
