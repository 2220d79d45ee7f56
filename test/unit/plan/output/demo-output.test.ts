/** Files of a demo render: in its own folder, as many as the Writes have, and none twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DEMO_FOLDER_VARIABLE, demoScript } from "../../../../src/plan/output/demo-output.ts";
import { planRender } from "../../../../src/plan/plan-render.ts";
import type { WriteTarget } from "../../../../src/plan/target.ts";
import { frameFile } from "../../../../src/plan/frames/frame-file.ts";
import { aRequest, aWrite, someFacts } from "../plan-facts.ts";

const folder = "/p/nuke-render-demo/shot";
const filesOf = (...writes: Partial<WriteTarget>[]): (string | null)[] =>
  demoScript(
    someFacts(
      {},
      writes.map((write) => aWrite(write)),
    ).script,
    folder,
  ).writes.map(({ resolvedFile }) => resolvedFile);

test("each Write has its own folder; frames and views in folder names are kept", () => {
  assert.deepEqual(filesOf({ name: "A" }, { name: "B" }), [
    `${folder}/A/a.%04d.exr`,
    `${folder}/B/a.%04d.exr`,
  ]);
  assert.deepEqual(filesOf({ resolvedFile: "/out/%V/v01/####/f.exr" }), [`${folder}/Write1/%V/####/f.exr`]);
  assert.deepEqual(filesOf({ resolvedFile: "C:\\out\\%v\\f.%d.exr" }), [`${folder}/Write1/%v/f.%d.exr`]);
});

test("no two files are the same, whatever the names of the Writes", () => {
  const names = [
    "Write1",
    "write1",
    "Write1",
    "../../Write1",
    "a/b",
    "a_b",
    "",
    "..",
    "Group1.Write1",
    "a:b",
  ];
  const one = filesOf(...names.map((name) => ({ name })));
  assert.equal(new Set(one.map((file) => file?.toLowerCase())).size, names.length, one.join("\n"));
  for (const file of one) {
    assert.ok(file?.startsWith(`${folder}/`), file ?? "none");
    assert.ok(!(file ?? "").split("/").includes(".."), file ?? "none");
  }
});

test("a name that only Nuke can work out gets one here, with frame and views in it", () => {
  const unknown = { file: "[python {x()}]", resolvedFile: null, unresolved: "Nuke", frameToken: false };
  const [sequence, movie, stereo] = demoScript(
    someFacts({}, [
      aWrite({ ...unknown, fileType: "" }),
      aWrite({ ...unknown, name: "Mov", fileType: "mov64", movie: true }),
      aWrite({ ...unknown, name: "Both", views: ["left", "right"] }),
    ]).script,
    folder,
  ).writes;
  assert.equal(sequence?.resolvedFile, `${folder}/Write1/Write1.####.png`);
  assert.deepEqual([sequence.fileType, sequence.frameToken, sequence.unresolved], ["png", true, null]);
  assert.equal(movie?.resolvedFile, `${folder}/Mov/Mov.mov`);
  assert.equal(frameFile(stereo?.resolvedFile ?? "", 7, "left"), `${folder}/Both/Both.left.0007.exr`);
});

test("the plan of a demo looks for, checks and expects the demo's files, proxies and shared names too", () => {
  const writes = [aWrite({ proxyFile: "/out/proxy.####.exr" }), aWrite({ name: "Write2" })];
  const facts = someFacts({}, writes);
  const demo = {
    ...facts,
    script: demoScript({ ...facts.script, proxy: true }, folder),
    nuke: { argv: ["node"], version: "", demo: true, env: { [DEMO_FOLDER_VARIABLE]: folder } },
    outputs: { Write1: [{ folder: `${folder}/Write1`, exists: false, writable: true }] },
    files: { Write1: [{ view: null, fresh: "1-98", older: "", whole: null }] },
  };
  const real = planRender(aRequest(), { ...facts, script: { ...facts.script, proxy: true } });
  assert.ok(real.problems.some(({ code }) => code === "same-path"));
  const plan = planRender(aRequest({ only: "missing" }), demo);
  assert.equal(plan.outputFile, `${folder}/Write1/a.%04d.exr`);
  assert.equal(plan.frames, "99-100");
  assert.deepEqual(
    plan.problems.map(({ code }) => code),
    ["nuke-demo", "frames-on-disk"],
  );
  assert.ok(plan.problems[0]?.message.includes(folder));
  const again = planRender(aRequest({ overwrite: "never" }), demo);
  assert.deepEqual(
    [again.frameCount, again.replaces, again.problems.map(({ code }) => code)],
    [100, undefined, ["nuke-demo"]],
  );
});
