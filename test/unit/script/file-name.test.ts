/** What file knobs say, as far as reading can tell. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { frameFile } from "../../../src/plan/frames/frame-file.ts";
import { parseScript } from "../../../src/script/script.ts";
import { writeTargets } from "../../../src/script/write-targets.ts";
import type { WriteTarget } from "../../../src/plan/target.ts";

async function target(file: string, root = "", more = ""): Promise<WriteTarget> {
  const script = await parseScript(
    `Root {\n first_frame 1\n${root}}\nRead {\n inputs 0\n file /plates/bg.%04d.exr\n name Read1\n}\nWrite {\n file ${file}\n name Write1\n${more}}\n`,
  );
  const [write] = writeTargets(script, "/jobs/sh 010/comp_v003.nk", { env: { SHOT: "sh010" } });
  assert.ok(write);
  return write;
}

async function resolved(file: string, root = ""): Promise<string | null> {
  return (await target(file, root)).resolvedFile;
}

test("Tcl in names is worked out where it only looks at the script", async () => {
  const cases: [string, string][] = [
    ["/out/a.%04d.exr", "/out/a.%04d.exr"],
    [String.raw`"\[file dirname \[value root.name]]/r/a.####.png"`, "/jobs/sh 010/r/a.####.png"],
    [String.raw`"/r/\[file rootname \[file tail \[value root.name]]].#.exr"`, "/r/comp_v003.#.exr"],
    [String.raw`"/r/\[getenv SHOT]/a.exr"`, "/r/sh010/a.exr"],
    [String.raw`"/r/\$env(SHOT)/a.exr"`, "/r/sh010/a.exr"],
    [String.raw`"/r/\[lindex \[split \[file tail \[value root.name]] _] 0]/a.exr"`, "/r/comp/a.exr"],
    [String.raw`"\[file dirname \[value Read1.file]]/out.exr"`, "/plates/out.exr"],
    ["exr:/out/a.####.foo", "/out/a.####.foo"],
    ["C:/out/a.exr", "C:/out/a.exr"],
    ["relative/a.exr", "/jobs/sh 010/relative/a.exr"],
    ["{/a $(touch x); 'q'/é/b.exr}", "/a $(touch x); 'q'/é/b.exr"],
  ];
  for (const [file, expected] of cases) assert.equal(await resolved(file), expected, file);
  assert.equal(await resolved("r/a.exr", " project_directory /project\n"), "/project/r/a.exr");
  assert.equal(
    await resolved("r/a.exr", String.raw` project_directory "\[python \{nuke.script_directory()\}]"` + "\n"),
    "/jobs/sh 010/r/a.exr",
  );
});

test("what only Nuke knows is said to be so", async () => {
  for (const file of [
    String.raw`"/r/\[getenv NOT_SET_ANYWHERE]/a.exr"`,
    String.raw`"/r/\[python \{studio.path()\}]/a.exr"`,
    String.raw`"/r/\[metadata input/x]/a.exr"`,
    String.raw`"\[value Nobody.file]"`,
    "{$studio/a.exr}",
  ]) {
    const { resolvedFile, unresolved } = await target(file);
    assert.equal(resolvedFile, null, file);
    assert.ok((unresolved ?? "").length > 10, file);
  }
});

test("frame and view tokens", async () => {
  assert.equal(frameFile("/a.%04d.exr", 7, "main"), "/a.0007.exr");
  assert.equal(frameFile("/a.####.exr", -7, "main"), "/a.-007.exr");
  assert.equal(frameFile("/%V/%v.#.exr", 12, "left"), "/left/l.12.exr");
  assert.equal(frameFile("/a.%d.exr", 12345, "main"), "/a.12345.exr");
  assert.equal((await target("/a.%04d.exr")).frameToken, true);
  assert.equal((await target("/a.exr")).frameToken, false);
  // In a folder too: Nuke fills in the whole path.
  assert.equal((await target("/a.####/b.exr")).frameToken, true);
});

test("a Write's own knobs", async () => {
  const write = await target(
    "/a.mov",
    ' views "left #ff0000\nright #00ff00"\n',
    " file_type mov\n use_limit true\n first 5\n last 9\n disable true\n render_order 3\n create_directories true\n",
  );
  assert.deepEqual(
    [write.movie, write.first, write.last, write.disabled, write.renderOrder, write.createDirectories],
    [true, 5, 9, true, 3, true],
  );
  assert.deepEqual(write.views, ["left", "right"]);
});
