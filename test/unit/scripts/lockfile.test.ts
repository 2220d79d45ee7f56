import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import lock from "../../../package-lock.json" with { type: "json" };
import manifest from "../../../package.json" with { type: "json" };
import { lockfileProblems } from "../../../scripts/lib/lockfile.ts";

const integrity = `sha512-${"a".repeat(86)}==`;
const asked = { dependencies: { a: "1.0.0" } };
const good = { version: "1.0.0", integrity };
const problems = (packages: Readonly<Record<string, unknown>>, wanted: object = asked): string[] =>
  lockfileProblems({ lockfileVersion: 3, packages: { "": asked, ...packages } }, wanted);

test("the lock file of this project is sound", () => {
  assert.deepEqual(lockfileProblems(lock, manifest), []);
});

test("a sound one, with and without addresses", () => {
  assert.deepEqual(problems({ "node_modules/a": good }), []);
  const resolved = "https://registry.example/a/-/a-1.0.0.tgz";
  assert.deepEqual(problems({ "node_modules/a": { ...good, resolved } }), []);
  const nested = {
    "node_modules/a": { ...good, dependencies: { "@s/b": "^1.0.0" } },
    "node_modules/a/node_modules/@s/b": { ...good, dependencies: { c: "npm:d@^1" } },
    "node_modules/c": { ...good, name: "d" },
  };
  assert.deepEqual(problems(nested), []);
});

test("what comes from anywhere else, or is not known by its hash, is named", () => {
  const table: Record<string, Readonly<Record<string, unknown>>> = {
    "no hash": { "node_modules/a": { version: "1.0.0" } },
    "weak hash": { "node_modules/a": { ...good, integrity: "sha1-abc=" } },
    http: { "node_modules/a": { ...good, resolved: "http://registry.example/a/-/a-1.0.0.tgz" } },
    git: { "node_modules/a": { ...good, resolved: "git+ssh://git@github.com/o/a.git#abc" } },
    file: { "node_modules/a": { ...good, resolved: "file:../a.tgz" } },
    "an archive that is no package": { "node_modules/a": { ...good, resolved: "https://example.com/a.tgz" } },
    "a token": {
      "node_modules/a": { ...good, resolved: "https://me:secret@registry.example/a/-/a-1.0.0.tgz" },
    },
    link: { "node_modules/a": { link: true, resolved: "../a" } },
    "a folder elsewhere": { "node_modules/a": good, "../b": good },
    "two hosts": {
      "node_modules/a": { ...good, resolved: "https://one.example/a/-/a-1.0.0.tgz" },
      "node_modules/b": { ...good, resolved: "https://two.example/b/-/b-1.0.0.tgz" },
    },
    "two hashes of one version": {
      "node_modules/a": good,
      "node_modules/b/node_modules/a": { ...good, integrity: `sha512-${"b".repeat(86)}==` },
    },
    "a dependency from git": {
      "node_modules/a": { ...good, dependencies: { b: "github:o/b" } },
      "node_modules/b": good,
    },
    "a dependency from GitHub's short form": {
      "node_modules/a": { ...good, dependencies: { b: "o/b#main" } },
      "node_modules/b": good,
    },
    "a dependency that is not locked": { "node_modules/a": { ...good, dependencies: { b: "^1.0.0" } } },
    "a bundle that no package holds": { "node_modules/a": { version: "1.0.0", inBundle: true } },
    "no version": { "node_modules/a": { ...good, version: "git" } },
  };
  for (const [name, packages] of Object.entries(table)) assert.notDeepEqual(problems(packages), [], name);
  assert.notDeepEqual(problems({ "node_modules/a": good }, { dependencies: { a: "2.0.0" } }), []);
  for (const broken of [null, [], {}, { lockfileVersion: 2, packages: {} }])
    assert.notDeepEqual(lockfileProblems(broken, asked), []);
});

test("workflows use actions by commit and may only read", () => {
  for (const name of ["test.yml", "release.yml"]) {
    const text = readFileSync(
      join(import.meta.dirname, "..", "..", "..", ".github", "workflows", name),
      "utf8",
    );
    for (const [, used = ""] of text.matchAll(/uses: *(\S+)/gu))
      assert.match(used, /^\.\/|@[\da-f]{40}$/u, `${name}: ${used}`);
    assert.match(text, /^permissions:\n {2}contents: read$/mu, name);
    assert.doesNotMatch(text, /write-all|pull_request_target/u, name);
  }
});
