/** No regular expression takes more than linear time with the length of a text: scripts, logs and settings come from anyone. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import jsTokens from "js-tokens";
import { analyse } from "scslre";

const root = join(import.meta.dirname, "../../..");

/** Super-linear by the look of it, and why they are not, or why that does no harm. */
const allowed: ReadonlyMap<string, string> = new Map([
  [
    "src/nuke/output-text.ts /(-?[\\d.]+) ?([hms])/gu",
    "only asked about text that is a duration: each number has a unit",
  ],
  [
    "src/language-server/semantic-tokens/python-tokens.ts",
    "each alternative that begins also matches, and code has a limit",
  ],
  ["scripts/bench.ts", "reads a page of this project"],
]);

/** Files that build one, and from what. */
const built: ReadonlyMap<string, string> = new Map([
  ["src/render-service/memory/tree-usage.ts", "names of fields of /proc, written there"],
  ["src/facts/cgroup.ts", "names of fields of memory.stat, written there"],
  ["src/facts/machine.ts", "names of fields of vm_stat, written there"],
]);

interface Found {
  readonly place: string;
  readonly file: string;
  /** Null: one that is built while the program runs. */
  readonly written: string | null;
}

function regularExpressions(): Found[] {
  const files = globSync(["src/**/*.ts", "scripts/**/*.{ts,mjs}"], { cwd: root }).map((file) =>
    file.replaceAll("\\", "/"),
  );
  return files.flatMap((file) => {
    const found: Found[] = [];
    let line = 1;
    let before = "";
    for (const { type, value } of jsTokens(readFileSync(join(root, file), "utf8"))) {
      if (type === "RegularExpressionLiteral") found.push({ place: `${file}:${line}`, file, written: value });
      else if (value === "(" && before === "RegExp")
        found.push({ place: `${file}:${line}`, file, written: null });
      if (type !== "WhiteSpace" && type !== "LineTerminatorSequence") before = value;
      line += value.split("\n").length - 1;
    }
    return found;
  });
}

function isSuperLinear(written: string): boolean {
  const end = written.lastIndexOf("/");
  const literal = { source: written.slice(1, end), flags: written.slice(end + 1) };
  return analyse(literal).reports.length > 0;
}

test("the check knows what takes too long, and what does not", () => {
  for (const bad of [String.raw`/\s+$/u`, "/<[^>]*>/gu", "/(?:a|a)*b/u", String.raw`/^(-?\d+)(-?\d+)$/u`])
    assert.equal(isSuperLinear(bad), true, bad);
  for (const good of [String.raw`/^\s+/u`, "/a{1,9}b/u", String.raw`/^[\w.]*$/u`])
    assert.equal(isSuperLinear(good), false, good);
});

test("regular expressions take linear time", () => {
  const all = regularExpressions();
  assert.ok(all.length > 100, `only ${all.length} were found`);
  const slow = all.flatMap(({ place, file, written }) =>
    written === null || allowed.has(file) || allowed.has(`${file} ${written}`) || !isSuperLinear(written)
      ? []
      : [`${place} ${written}`],
  );
  assert.deepEqual(slow, [], "read the text by hand, bound the quantifier, or say here why it does no harm");
});

test("regular expressions are not built from what someone wrote", () => {
  const unknown = regularExpressions().filter(({ file, written }) => written === null && !built.has(file));
  assert.deepEqual(
    unknown.map(({ place }) => place),
    [],
  );
});
