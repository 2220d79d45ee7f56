import assert from "node:assert/strict";
import { test } from "node:test";
import { executablesKey, launcherWords } from "../../../src/nuke/executables-setting.ts";

test("a chosen Nuke goes under the key that is to be corrected, else under the version both agree on, else under *", () => {
  assert.equal(executablesKey("15.1 v5", "15.1v5", {}), "15.1");
  assert.equal(executablesKey("15.1 v5", "15.1v2", {}), "15.1");
  assert.equal(executablesKey("15.1 v5", "16.0v1", {}), "*");
  assert.equal(executablesKey("15.1 v5", null, {}), "*");
  assert.equal(executablesKey(null, "15.1v5", {}), "*");
  assert.equal(executablesKey("15.1 v5", "16.0v1", { "15.1v5": "/wrong", "15.1": "/other" }), "15.1v5");
  assert.equal(executablesKey("15.1 v5", "15.1v5", { "15": "/wrong" }), "15");
  assert.equal(executablesKey("15.1 v5", "15.1v5", { "14.0": "/right", "*": "/wrong" }), "*");
});

test("a launcher command is split as it is typed", () => {
  const cases: [string, string[] | null][] = [
    ["/studio/bin/launch nuke", ["/studio/bin/launch", "nuke"]],
    ["  '/my tools/launch'  -p \"a b\" ", ["/my tools/launch", "-p", "a b"]],
    [String.raw`C:\Nuke\Nuke.exe -i`, [String.raw`C:\Nuke\Nuke.exe`, "-i"]],
    ['launch ""', ["launch", ""]],
    ["a'b c'd", ["ab cd"]],
    ["$(touch x); nuke", ["$(touch", "x);", "nuke"]],
    ["'open", null],
    ['""', null],
    ["  ", null],
  ];
  for (const [text, words] of cases) assert.deepEqual(launcherWords(text), words, text);
});
