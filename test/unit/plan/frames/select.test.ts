/** Leaving out frames that are on disk, and what a render needs of other Writes. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { PlanFacts } from "../../../../src/plan/facts.ts";
import { planInOrder, planSeveral, planWithNeeded } from "../../../../src/plan/ordered-requests.ts";
import { planRender, stoppers } from "../../../../src/plan/plan-render.ts";
import type { RenderPlan } from "../../../../src/plan/render-plan.ts";
import { nothingLeft } from "../../../../src/plan/frames/select-frames.ts";
import type { WriteTarget } from "../../../../src/plan/target.ts";
import { filesOnDisk } from "../../../../src/facts/frames-on-disk.ts";
import { writesToLookAt } from "../../../../src/facts/gather-facts.ts";
import { aRequest, aWrite, someFacts } from "../plan-facts.ts";

const files = (fresh: string, older = "", view: string | null = null) => ({
  view,
  fresh,
  older,
  whole: null,
});
const said = ({ problems }: RenderPlan, code: string): string =>
  problems.find((problem) => problem.code === code)?.message ?? "";

test("missing and outdated frames, and what is said of the others", () => {
  const facts = someFacts({ files: { Write1: [files("1-90 200", "91-96")] } });
  const missing = planRender(aRequest({ only: "missing", split: { by: "chunks", count: 2 } }), facts);
  assert.deepEqual([missing.frames, missing.frameCount], ["97-100", 4]);
  assert.deepEqual(
    missing.chunks.map(({ frames }) => frames),
    ["97-98", "99-100"],
  );
  assert.equal(said(missing, "frames-on-disk"), "96 of 100 frames of Write1 are on disk; 4 are rendered.");
  const outdated = planRender(aRequest({ only: "outdated" }), facts);
  assert.equal(outdated.frames, "91-100");
  assert.equal(
    said(outdated, "frames-on-disk"),
    "90 of 100 frames of Write1 are up to date; 10 are rendered.",
  );
  assert.equal(planRender(aRequest({ only: "all" }), facts).frameCount, 100);
  const stepped = planRender(aRequest({ only: "missing", range: "85-105x5" }), facts);
  assert.equal(stepped.frames, "100-105x5");
});

test("nothing left: no chunk, no error, and a reason", () => {
  const facts = someFacts({ files: { Write1: [files("1-100")] } });
  const plan = planRender(aRequest({ only: "outdated" }), facts);
  assert.deepEqual([plan.frameCount, plan.chunks, stoppers(plan)], [0, [], []]);
  assert.equal(
    nothingLeft(plan),
    "All 100 frames of Write1 are already on disk, and none is older than the script. Nothing is left to render.",
  );
  assert.equal(nothingLeft(planRender(aRequest(), facts)), null);
});

test("a frame is there when the files of all views are that are rendered", () => {
  const views = {
    views: ["left", "right"],
    viewToken: true,
    file: "/o/%V.####.exr",
    resolvedFile: "/o/%V.####.exr",
  };
  const facts = someFacts({ files: { Write1: [files("1-100", "", "left"), files("1-50", "", "right")] } }, [
    aWrite(views),
  ]);
  assert.equal(planRender(aRequest({ only: "missing" }), facts).frames, "51-100");
  assert.equal(planRender(aRequest({ only: "missing", views: ["left"] }), facts).frameCount, 0);
});

test("a movie is there or it is not, and is never rendered in part", () => {
  const movie = aWrite({
    movie: true,
    fileType: "mov",
    frameToken: false,
    file: "/o/a.mov",
    resolvedFile: "/o/a.mov",
  });
  const facts = (whole: "fresh" | "older" | "missing"): PlanFacts =>
    someFacts({ files: { Write1: [{ view: null, fresh: "", older: "", whole }] } }, [movie]);
  const count = (only: "missing" | "outdated", whole: "fresh" | "older" | "missing"): number =>
    planRender(aRequest({ only }), facts(whole)).frameCount;
  assert.deepEqual(
    [count("missing", "fresh"), count("missing", "older"), count("missing", "missing")],
    [0, 0, 100],
  );
  assert.deepEqual(
    [count("outdated", "fresh"), count("outdated", "older"), count("outdated", "missing")],
    [0, 100, 100],
  );
});

test("where it cannot be told which frames are on disk, nothing is rendered, and the reason is said", () => {
  const stopped = (write: Partial<WriteTarget>, request = aRequest({ only: "missing" })): string => {
    const facts = someFacts({ files: { Write1: [files("1-5")] } }, [aWrite(write)]);
    return stoppers(planRender(request, facts))
      .map(({ message }) => message)
      .join(" ");
  };
  assert.match(stopped({ renumbered: true }), /are on disk: its "frame" knob changes the frame numbers/u);
  assert.match(stopped({ resolvedFile: null, unresolved: "it asks Python" }), /are on disk: it asks Python/u);
  assert.match(stopped({ resolvedFile: "/o/####/a.####.exr" }), /in a folder name/u);
  assert.match(
    stopped({ proxyFile: "/o/p.####.exr" }, aRequest({ only: "missing", proxy: "proxy" })),
    /It is unknown which frames/u,
  );
  const unread = planRender(aRequest({ only: "missing" }), someFacts());
  assert.deepEqual(
    stoppers(unread).map(({ code }) => code),
    ["frames-unread"],
  );
});

test("the files of a Write on disk: its own names only, empty ones do not count, age is the script's", async () => {
  const folder = mkdtempSync(join(tmpdir(), "on disk "));
  try {
    mkdirSync(join(folder, "left"));
    const put = (name: string, text = "x"): void => writeFileSync(join(folder, name), text);
    for (const name of ["a.0001.exr", "a.0002.exr", "a.12345.exr", "a.1.exr", "b.0004.exr", "a.0005.exr.tmp"])
      put(name);
    put("a.0003.exr", "");
    mkdirSync(join(folder, "a.0006.exr"));
    utimesSync(join(folder, "a.0002.exr"), 1000, 1000);
    put("left/a.-002.exr");
    put("whole.mov");
    const look = async (write: Partial<WriteTarget>, changed = 2_000_000) =>
      (await filesOnDisk(aWrite(write), { views: ["left", "right"] }, folder, { changed }))?.map(
        ({ view, fresh, older, whole }) => ({ view, fresh, older, whole }),
      ) ?? null;
    assert.deepEqual(await look({ resolvedFile: "a.%04d.exr" }), [files("1 12345", "2")]);
    assert.deepEqual(
      await look({ resolvedFile: join(folder, "%V", "a.####.exr"), viewToken: true, views: ["left"] }),
      [files("-2", "", "left"), files("", "", "right")],
    );
    const movie = { movie: true, frameToken: false };
    assert.equal((await look({ ...movie, resolvedFile: "whole.mov" }))?.[0]?.whole, "fresh");
    assert.equal((await look({ ...movie, resolvedFile: "none.mov" }))?.[0]?.whole, "missing");
    assert.equal(await look({ resolvedFile: "a.%04d.exr", renumbered: true }), null);
    assert.deepEqual(await look({ resolvedFile: "a.####.exr" }, Infinity), [files("", "1-2 12345")]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const pre = aWrite({ name: "Pre", resolvedFile: "/o/pre.####.exr" });
const needing = aWrite({ needs: [{ write: "Pre", reader: "Read1" }] });

test("a render of what reads another Write's files says what of them is missing or old", () => {
  const problem = (has: ReturnType<typeof files> | null) =>
    planRender(aRequest(), someFacts(has ? { files: { Pre: [has] } } : {}, [pre, needing])).problems.find(
      ({ code }) => code === "reads-unrendered",
    );
  const missing = problem(files("1-97"));
  assert.deepEqual([missing?.severity, missing?.fix], ["warning", "render-needed"]);
  assert.match(
    missing?.message ?? "",
    /reads what Pre writes \(Read1\), and 3 of 100 frames are not on disk/u,
  );
  const old = problem(files("1-50", "51-100"));
  assert.equal(old?.severity, "info");
  assert.match(old?.message ?? "", /50 of 100 frames are older than the script/u);
  assert.equal(problem(files("1-100")), undefined);
  assert.equal(problem(null), undefined);
  assert.deepEqual(writesToLookAt(someFacts({}, [pre, needing]).script, "Write1"), ["Write1", "Pre"]);
});

test("with what it needs: only those that are not rendered, over their own range, before it", () => {
  const first = aWrite({ name: "First", resolvedFile: "/o/first.####.exr" });
  const middle = aWrite({ ...pre, needs: [{ write: "First", reader: "Read0" }] });
  const facts = (changes: PlanFacts["files"]): PlanFacts =>
    someFacts({ files: changes ?? {} }, [needing, middle, first]);
  const order = (has: PlanFacts["files"]) =>
    planWithNeeded(aRequest({ range: "1-10" }), facts(has)).plans.map(({ plan, after }) => [
      plan.write,
      plan.frames,
      after.map(({ write }) => write),
    ]);
  assert.deepEqual(order({ Pre: [files("5-100")], First: [files("1-99")] }), [
    ["First", "100", []],
    ["Pre", "1-4", ["First"]],
    ["Write1", "1-10", ["Pre"]],
  ]);
  assert.deepEqual(order({ Pre: [files("1-10")], First: [files("")] }), [["Write1", "1-10", []]]);
  const { plans } = planWithNeeded(aRequest(), facts({ Pre: [files("")], First: [files("1-100")] }));
  assert.equal(said(plans[1]?.plan ?? assert.fail(), "reads-unrendered"), "");
});

test("all in order: no one waits for a Write with nothing to do", () => {
  const facts = someFacts({ files: { Pre: [files("1-100")], Write1: [files("1-50")] } }, [needing, pre]);
  const plans = (only: "all" | "missing") =>
    planInOrder([needing, pre], ({ name }) => aRequest({ write: name, only }), facts).plans.map(
      ({ plan, after, nothing }) => [plan.write, after.length, nothing === null],
    );
  assert.deepEqual(plans("all"), [
    ["Pre", 0, true],
    ["Write1", 1, true],
  ]);
  assert.deepEqual(plans("missing"), [
    ["Pre", 0, false],
    ["Write1", 0, true],
  ]);
});

test("several Writes by name: in the order they need, else as named; one that is not there is an error", () => {
  const other = aWrite({ name: "Other", resolvedFile: "/o/other.####.exr" });
  const facts = someFacts({ files: { Pre: [files("")] } }, [pre, needing, other]);
  const order = (...names: [string, ...string[]]) => {
    const [first, ...more] = names;
    return planSeveral(
      [aRequest({ write: first }), ...more.map((write) => aRequest({ write }))],
      facts,
    ).plans.map(({ plan, after }) => [plan.write, after.map(({ write }) => write)]);
  };
  assert.deepEqual(order("Other", "Pre"), [
    ["Other", []],
    ["Pre", []],
  ]);
  assert.deepEqual(order("Write1", "Other", "Pre"), [
    ["Other", []],
    ["Pre", []],
    ["Write1", ["Pre"]],
  ]);
  const { plans } = planSeveral([aRequest({ write: "Nope" }), aRequest({ write: "Pre" })], facts);
  assert.deepEqual(
    plans.map(({ plan }) => [plan.write, stoppers(plan).map(({ code }) => code)]),
    [
      ["Nope", ["write-missing"]],
      ["Pre", []],
    ],
  );
  const needed = planSeveral([aRequest(), aRequest({ write: "Other" })], facts, ({ name }) =>
    aRequest({ write: name }),
  );
  assert.deepEqual(
    needed.plans.map(({ plan }) => plan.write),
    ["Pre", "Write1", "Other"],
  );
  const missing = planWithNeeded(aRequest({ write: "Nope" }), facts).plans;
  assert.deepEqual(
    missing.flatMap(({ plan }) => stoppers(plan)).map(({ code }) => code),
    ["write-missing"],
  );
});
