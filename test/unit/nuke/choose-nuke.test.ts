import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { after, before, test } from "node:test";
import { NukeNotFoundError, chooseNuke, nearest } from "../../../src/nuke/choose-nuke.ts";
import { discoverNukes, findOnPath } from "../../../src/nuke/discover.ts";

let root = "";
const program = (path: string): string => {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "");
  chmodSync(path, 0o755);
  return path;
};
before(() => {
  root = mkdtempSync(join(tmpdir(), "nuke installs "));
  for (const version of ["13.2v8", "15.0v4", "15.1v2", "15.1v10", "16.0v1"]) {
    program(join(root, `Nuke${version}`, `Nuke${version.split("v")[0]}`));
  }
  program(join(root, "Nuke11.1v1", "Nuke11.1v1.app", "Contents", "MacOS", "Nuke11.1v1"));
  program(join(root, "Nuke12.2v1", "Nuke12.2v1.app", "Contents", "MacOS", "Nuke12.2"));
  mkdirSync(join(root, "Nuke14.0v1"));
});
after(() => rmSync(root, { recursive: true }));

test("finds installs by their folders, newest first, the mac's two spellings too", () => {
  const versions = (platform: NodeJS.Platform): string[] =>
    discoverNukes([root, join(root, "not there")], platform).map(
      ({ version: { major, minor, patch } }) => `${major}.${minor}v${patch}`,
    );
  assert.deepEqual(versions("linux"), ["16.0v1", "15.1v10", "15.1v2", "15.0v4", "13.2v8"]);
  assert.deepEqual(versions("darwin"), ["12.2v1", "11.1v1"]);
});

test("same major.minor, else the nearest newer, never an older one", () => {
  const installs = discoverNukes([root], "linux");
  const chosen = (version: string | null): string | undefined =>
    chooseNuke(version, {}, { env: { PATH: "" }, cwd: root, installs: () => installs })?.version;
  assert.equal(chosen("15.1 v5"), "15.1v10");
  assert.equal(chosen("14.0 v1"), "15.0v4");
  assert.equal(chosen("15.2 v1"), "16.0v1");
  assert.equal(chosen("16.1 v1"), undefined);
  assert.equal(chosen(null), "16.0v1");
  assert.equal(nearest(null, []), null);
});

test("what is named wins, and must be there", () => {
  const path = program(join(root, "studio bin", "launch nuke"));
  const surroundings = {
    env: { PATH: join(root, "studio bin") },
    cwd: root,
    installs: () => discoverNukes([root], "linux"),
  };
  assert.deepEqual(chooseNuke("15.1 v5", { path: "studio bin/launch nuke" }, surroundings)?.argv, [path]);
  assert.throws(() => chooseNuke("15.1 v5", { path: "nowhere/Nuke15.1" }, surroundings), NukeNotFoundError);
  const executables = { "15.1": ["launch nuke", "-15"], "*": "launch nuke" };
  assert.deepEqual(chooseNuke("15.1 v5", { executables }, surroundings), {
    argv: [path, "-15"],
    version: "15.1",
    demo: false,
  });
  assert.deepEqual(chooseNuke("13.2 v1", { executables }, surroundings), {
    argv: [path],
    version: "",
    demo: false,
  });
  assert.equal(
    chooseNuke("15.1 v5", { path: join(root, "Nuke15.1v2", "Nuke15.1") }, surroundings)?.version,
    "15.1v2",
  );
});

test("a studio's own nuke on PATH serves where nothing is installed", () => {
  const path = program(join(root, "bin", "nuke"));
  const found = chooseNuke(
    "15.1 v5",
    {},
    { env: { PATH: join(root, "bin") }, cwd: root, installs: () => [] },
  );
  assert.deepEqual(found, { argv: [path], version: "", demo: false });
  assert.equal(chooseNuke("15.1 v5", {}, { env: { PATH: "" }, cwd: root, installs: () => [] }), null);
});

test("a program on PATH is never one of the folder a command happens to run in", () => {
  const bin = join(root, "bin");
  program(join(bin, process.platform === "win32" ? "nuke.exe" : "nuke"));
  const env = (path: string): NodeJS.ProcessEnv => ({ PATH: path, PATHEXT: ".EXE" });
  assert.notEqual(findOnPath("nuke", env(bin)), null);
  for (const path of [relative(process.cwd(), bin), "", ".", `.${delimiter}`])
    assert.equal(findOnPath("nuke", env(path)), null, path);
});
