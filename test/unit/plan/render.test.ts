import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFrames } from "../../../src/plan/frames/frames.ts";
import { planRender, stoppers } from "../../../src/plan/plan-render.ts";
import { splitFrames } from "../../../src/plan/frames/split.ts";
import { aRequest, aWrite, someFacts } from "./plan-facts.ts";

test("splitting is exact: every frame once, in order, sizes differing by at most one", () => {
  for (const total of [1, 2, 3, 7, 10, 97, 100, 1001]) {
    const frames = Array.from({ length: total }, (_, index) => index * 2 - 50);
    for (const count of [1, 2, 3, 4, 7, 8, 96, 100, 5000]) {
      const chunks = splitFrames(frames, { by: "chunks", count });
      assert.deepEqual(chunks.flat(), frames);
      assert.equal(chunks.length, Math.min(count, total));
      const sizes = chunks.map((chunk) => chunk.length);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `${total} in ${count}`);
    }
    for (const size of [1, 3, 10, 2000]) {
      const chunks = splitFrames(frames, { by: "frames", size });
      assert.deepEqual(chunks.flat(), frames);
      assert.ok(chunks.slice(0, -1).every((chunk) => chunk.length === size));
    }
  }
});

test("the exact command line of each chunk", () => {
  const plan = planRender(
    aRequest({
      range: "1-10x2 20",
      split: { by: "chunks", count: 2 },
      threads: 4,
      cacheMB: 4096,
      views: ["left", "right"],
      proxy: "full",
      continueOnError: true,
      extraArguments: ["--gpu", "1"],
    }),
    someFacts(),
  );
  const tail = [
    "-m",
    "4",
    "-c",
    "4096M",
    "--cont",
    "-f",
    "--view",
    "left,right",
    "--gpu",
    "1",
    "/p/my shot.nk",
  ];
  const head = ["/opt/Nuke15.1v5/Nuke15.1", "-V", "1", "-x", "-X", "Write1"];
  assert.deepEqual(
    plan.chunks.map((chunk) => chunk.argv),
    [
      [...head, "-F", "1-5x2", ...tail],
      [...head, "-F", "7-9x2", "-F", "20", ...tail],
    ],
  );
});

test("the switches of old Nukes and the slashes of Windows", () => {
  const plan = planRender(
    { ...aRequest(), script: "C:\\shots\\a b.nk" },
    someFacts({ nuke: { argv: ["C:\\Nuke6.3v8\\Nuke6.3.exe"], version: "6.3v8", demo: false } }),
  );
  const argv = plan.chunks[0]?.argv ?? [];
  assert.deepEqual(argv.slice(0, 4), ["C:\\Nuke6.3v8\\Nuke6.3.exe", "-V", "-x", "-X"]);
  assert.equal(argv.at(-1), "C:/shots/a b.nk");
});

test("the range: typed, else the Write's limit, else the script's", () => {
  const limited = someFacts({}, [aWrite({ first: 10, last: 20 })]);
  assert.equal(planRender(aRequest(), someFacts()).frames, "1-100");
  assert.equal(planRender(aRequest(), limited).frames, "10-20");
  const typed = planRender(aRequest({ range: "15-25" }), limited);
  assert.equal(typed.frames, "15-20");
  assert.deepEqual(
    typed.problems.map((problem) => [problem.code, problem.severity]),
    [["range-outside-limit", "warning"]],
  );
  assert.equal(stoppers(planRender(aRequest({ range: "1-5" }), limited))[0]?.code, "range-empty");
  assert.equal(stoppers(planRender(aRequest({ range: "1-1o" }), limited))[0]?.code, "range-invalid");
});

test("a movie is one chunk whatever was asked, and it is said", () => {
  const facts = someFacts({}, [
    aWrite({
      movie: true,
      fileType: "mov",
      frameToken: false,
      file: "/out/a.mov",
      resolvedFile: "/out/a.mov",
    }),
  ]);
  const plan = planRender(aRequest({ split: { by: "chunks", count: 8 } }), facts);
  assert.equal(plan.chunks.length, 1);
  assert.equal(plan.chunks[0]?.count, 100);
  assert.deepEqual(
    plan.problems.map((problem) => problem.code),
    ["movie-not-split"],
  );
  assert.deepEqual(planRender(aRequest(), facts).problems, []);
  const [ordered] = planRender(aRequest({ order: { by: "every", step: 10 } }), facts).problems;
  assert.match(ordered?.message ?? "", /first frame to the last: the order every:10 does not apply\.$/u);
});

test("threads and cache share the machine, and what is typed wins", () => {
  const plan = planRender(aRequest({ split: { by: "chunks", count: 4 } }), someFacts());
  assert.equal(plan.parallel, 4);
  assert.equal(plan.threads, 4);
  assert.equal(plan.memory.cacheMB, 50_000 / 4 - 2048);
  assert.ok(plan.memory.fits && plan.memory.sumMB <= 50_000);
  assert.deepEqual(plan.problems, []);
  const typed = planRender(
    aRequest({ parallel: 3, threads: 7, cacheMB: 800, split: { by: "chunks", count: 6 } }),
    someFacts(),
  );
  assert.deepEqual([typed.parallel, typed.threads, typed.memory.cacheMB], [3, 7, 800]);
});

test("the first click on any machine asks for no more memory than there is", () => {
  for (const [cores, freeMB] of [
    [2, 3000],
    [4, 8000],
    [8, 16_000],
    [64, 500_000],
    [128, 20_000],
  ] as const) {
    const facts = someFacts({
      machine: { cores, totalMB: freeMB + 4096, freeMB, budgetMB: freeMB + 1000, allowanceMB: 2048 },
    });
    const plan = planRender(aRequest(), facts);
    assert.deepEqual(plan.problems, [], `${cores} cores, ${freeMB} MB`);
    assert.ok(plan.parallel * plan.threads <= Math.max(cores, plan.parallel));
  }
});

test("a warning with numbers where the sum passes what is free or allowed", () => {
  const request = aRequest({ parallel: 4, cacheMB: 12_000, split: { by: "chunks", count: 4 } });
  const [problem] = planRender(request, someFacts()).problems;
  assert.equal(problem?.code, "memory-over-budget");
  assert.match(problem?.message ?? "", /4 × \(11\.7 GB cache \+ 2 GB allowance\) = 54\.9 GB .* 53\.7 GB/);
  const roomy = someFacts({
    machine: { cores: 16, totalMB: 65_536, freeMB: 50_000, budgetMB: 60_000, allowanceMB: 2048 },
  });
  assert.equal(planRender(request, roomy).problems[0]?.code, "memory-over-free");
});

test("everything that stops a start", () => {
  const code = (write: Parameters<typeof aWrite>[0], facts: Parameters<typeof someFacts>[0] = {}): string[] =>
    stoppers(planRender(aRequest(), someFacts(facts, [aWrite(write)]))).map((problem) => problem.code);
  assert.deepEqual(code({}), []);
  assert.deepEqual(code({ disabled: true }), ["write-disabled"]);
  assert.deepEqual(code({ reading: true }), ["write-reading"]);
  assert.deepEqual(code({ file: "", resolvedFile: null }), ["file-empty"]);
  assert.deepEqual(code({ file: "/out/a.exr", resolvedFile: "/out/a.exr", frameToken: false }), [
    "no-frame-token",
  ]);
  const wide = { file: "/out/a.%099999999d.exr", resolvedFile: null, unresolved: "it is too wide" };
  assert.deepEqual(code(wide), ["frame-token-too-wide"]);
  assert.deepEqual(code({ views: ["left", "right"], fileType: "png" }), ["no-view-token"]);
  assert.deepEqual(code({ views: ["left", "right"], fileType: "exr" }), []);
  assert.deepEqual(code({}, { unsaved: true }), ["script-unsaved"]);
  assert.deepEqual(code({}, { nuke: null }), ["nuke-missing"]);
  const words = (version: string | null): string | undefined => {
    const facts = someFacts({ nuke: null });
    const script = { ...facts.script, version };
    return stoppers(planRender(aRequest(), { ...facts, script }))[0]?.message;
  };
  assert.match(words("15.1 v5") ?? "", /for this script, which asks for Nuke 15\.1v5\. Set/u);
  assert.match(words(null) ?? "", /for this script, which names no version\. Set/u);
  const missing = { outputs: { Write1: [{ folder: "/out", exists: false, writable: true }] } };
  assert.deepEqual(code({}, missing), ["folder-missing"]);
  assert.deepEqual(code({ createDirectories: true }, missing), []);
  assert.deepEqual(code({}, { ...missing, createFolders: true }), []);
  assert.deepEqual(code({}, { outputs: { Write1: [{ folder: "/out", exists: true, writable: false }] } }), [
    "folder-not-writable",
  ]);
  const two = someFacts({}, [
    aWrite(),
    aWrite({ name: "Write2", file: "/out/a.####.exr", resolvedFile: "/out/a.####.exr" }),
  ]);
  assert.deepEqual(stoppers(planRender(aRequest(), two))[0]?.code, "same-path");
  assert.deepEqual(stoppers(planRender(aRequest({ write: "Write9" }), two))[0]?.code, "write-missing");
});

test("views count the files of a frame only where each has its own", () => {
  const stereo = { views: ["left", "right"], viewToken: true };
  assert.equal(planRender(aRequest(), someFacts({}, [aWrite(stereo)])).filesPerFrame, 2);
  assert.equal(planRender(aRequest({ views: ["left"] }), someFacts({}, [aWrite(stereo)])).filesPerFrame, 1);
  assert.equal(
    planRender(aRequest(), someFacts({}, [aWrite({ views: ["left", "right"] })])).filesPerFrame,
    1,
  );
});

test("a million frames plan in memory and keep their count", () => {
  const { frames } = parseFrames("1-1000000");
  assert.equal(splitFrames(frames, { by: "chunks", count: 3 }).flat().length, 1_000_000);
});
