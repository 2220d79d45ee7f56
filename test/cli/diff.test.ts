/** `nbr diff` and `nbr canonical`, and git with the lines of the README. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { programFile } from "../../src/paths.ts";
import { runNbr } from "./run-nbr.ts";

const folder = mkdtempSync(join(tmpdir(), "two scripts "));
after(() => rmSync(folder, { recursive: true }));

const shot = `version 15.1 v5
Grade {
 inputs 0
 white 1.2
 name Grade1
 xpos 10
}
Write {
 file /out/a.####.exr
 name Write1
}
`;
const changed = shot.replace("white 1.2", "white 1.3").replace("xpos 10", "xpos 900");

function script(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

test("diff ends with 0 when scripts are equal, with 1 when they differ, with 2 when one cannot be read", async () => {
  const [a, b, c] = [
    script("a.nk", shot),
    script("b.nk", changed),
    script("c.nk", shot.replace("xpos 10", "xpos 9")),
  ];
  const diff = (...args: readonly string[]) => runNbr(["diff", ...args], { cwd: folder });
  const [equal, different, all, json, missing, one, flag] = await Promise.all([
    diff(a, c),
    diff(a, b),
    diff(a, c, "--all"),
    diff("--json", a, b),
    diff(a, "none.nk"),
    diff(a),
    diff(a, b, "--no-such"),
  ]);
  assert.deepEqual([equal.code, equal.stdout], [0, ""]);
  assert.deepEqual([different.code, different.stdout], [1, "~ Grade Grade1\n    white  1.2 → 1.3\n"]);
  assert.deepEqual([all.code, all.stdout], [1, "~ Grade Grade1\n    xpos  10 → 9\n"]);
  assert.deepEqual(
    [json.code, JSON.parse(json.stdout).changed],
    [1, [{ name: "Grade1", class: "Grade", knobs: [{ knob: "white", old: "1.2", new: "1.3" }] }]],
  );
  for (const { code, stderr } of [missing, one, flag]) assert.match(`${code} ${stderr}`, /^2 nbr: /u);
});

test("a damaged script is never called equal", async () => {
  const [a, b, c] = [
    script("whole.nk", shot),
    script("damaged.nk", `${shot}}\n`),
    script("other.nk", changed),
  ];
  const [unsure, different, itself] = await Promise.all(
    [
      [a, b],
      [c, b],
      [b, b],
    ].map((pair) => runNbr(["diff", ...pair], { cwd: folder })),
  );
  assert.equal(unsure?.code, 2);
  assert.match(unsure?.stderr ?? "", /^warning: damaged\.nk, line 12: .*\n.*cannot be read completely/u);
  assert.deepEqual([different?.code, itself?.code], [1, 0]);
});

test("git diff shows the changed knob and nothing else, with the two lines of the README", async () => {
  const readme = readFileSync(join(import.meta.dirname, "..", "..", "README.md"), "utf8");
  const attributes = /^\*\.nk diff=nuke$/mu.exec(readme)?.[0];
  const [, key, command] = /^git config (\S+) "(nbr canonical)"$/mu.exec(readme) ?? [];
  assert.ok(attributes !== undefined && key !== undefined && command !== undefined);

  const git = (...words: readonly string[]): string =>
    execFileSync("git", ["-C", folder, ...words], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  git("init", "--quiet");
  script(".gitattributes", `${attributes}\n`);
  // `nbr` need not be installed here: what the line runs is this checkout's.
  const quoted = (path: string): string =>
    `'${path.replaceAll("'", String.raw`'\''`).replaceAll("\\", "/")}'`;
  const nbr = `${quoted(process.execPath)} --disable-warning=ExperimentalWarning ${quoted(programFile("cli"))}`;
  git("config", key, command.replace("nbr", nbr));
  const name = script("shot.nk", shot);
  git("add", name);
  script("shot.nk", changed);
  const lines = git("diff", "--", name).split("\n");
  assert.deepEqual(
    lines.filter((line) => /^[+-](?![+-])/u.test(line)),
    ["-  white 1.2", "+  white 1.3"],
  );
  assert.ok(lines.includes(" Grade Grade1"), "the node's header is the line above");
  script("shot.nk", shot.replace("xpos 10", "xpos 900"));
  assert.doesNotMatch(git("diff", "--", name), /^@@/mu);
});
