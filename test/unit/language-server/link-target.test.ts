import assert from "node:assert/strict";
import { test } from "node:test";
import { opensInEditor, outsideBundles } from "../../../src/language-server/features/link-target.ts";

test("links open pictures, scripts and text", () => {
  for (const path of [
    "/a/b.exr",
    "/a/B.EXR",
    "/a/x.1001.dpx",
    "/a/s.nk",
    "/a/look.cube",
    "/a/n.txt",
    "/a.b/c.mov",
  ])
    assert.ok(opensInEditor(path), path);
});

test("links open nothing that a system would run or unpack", () => {
  const endings =
    "app exe com bat cmd ps1 vbs js jse wsf msi scr lnk url desktop sh command py tool jar pkg dmg zip html svg webloc hta reg dll so scpt action";
  for (const ending of endings.split(" ")) {
    assert.ok(!opensInEditor(`/a/b.${ending}`), ending);
    assert.ok(!opensInEditor(`/a/b.${ending.toUpperCase()}`), ending);
  }
  for (const path of [
    "/a/b",
    "/a/.exr",
    "/a/b.exe ",
    "/a/b.exr:x.exe",
    "/a/b.exr.",
    "/a/X.app/b.exr",
    "/a/X.APP/Contents/b.nk",
  ])
    assert.ok(!opensInEditor(path), path);
});

test("a bundle is left for the folder that holds it", () => {
  assert.equal(outsideBundles("/a/X.app"), "/a");
  assert.equal(outsideBundles("/a/X.app/Contents/Y.framework/z"), "/a");
  assert.equal(outsideBundles("/a/app/b"), "/a/app/b");
});
