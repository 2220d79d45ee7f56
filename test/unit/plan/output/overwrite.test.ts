/** What is said of frames that a render replaces, and what each way of overwriting does about them. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DiskLooks, LookLimit } from "../../../../src/facts/disk-looks.ts";
import { filesOnDisk } from "../../../../src/facts/frames-on-disk.ts";
import { periodText } from "../../../../src/plan/text/display.ts";
import type { PlanFacts, ViewFiles } from "../../../../src/plan/facts.ts";
import { planRender, stoppers } from "../../../../src/plan/plan-render.ts";
import { dependsOnDisk } from "../../../../src/plan/output/overwrite.ts";
import type { RenderPlan } from "../../../../src/plan/render-plan.ts";
import type { RenderRequest } from "../../../../src/plan/request.ts";
import type { WriteTarget } from "../../../../src/plan/target.ts";
import { aRequest, aWrite, someFacts } from "../plan-facts.ts";

/** Local time, as people read it. */
const at = (day: number, hours: number, minutes: number): number =>
  new Date(2026, 10, day, hours, minutes).getTime();
const now = at(27, 23, 0);
const files = (changes: Partial<ViewFiles> = {}): ViewFiles => ({
  view: null,
  fresh: "1-40",
  older: "",
  whole: null,
  written: [{ at: at(27, 22, 7), frames: "1-40" }],
  ...changes,
});
const plan = (
  request: Partial<RenderRequest>,
  found: ViewFiles[] = [files()],
  { write = {}, facts = {} }: { write?: Partial<WriteTarget>; facts?: Partial<PlanFacts> } = {},
): RenderPlan =>
  planRender(aRequest(request), someFacts({ files: { Write1: found }, now, ...facts }, [aWrite(write)]));
const told = ({ problems }: RenderPlan): string[] =>
  problems
    .filter(({ code }) => /replaces|overwrite|frames-|nothing/u.test(code))
    .map(({ severity, code, message }) => `${severity} ${code}: ${message}`);

test("days are today and yesterday, else dates; one minute, one day, several days", () => {
  assert.equal(periodText(at(27, 22, 7), at(27, 22, 7), now), "today 22:07");
  assert.equal(periodText(at(27, 18, 30), at(27, 22, 7), now), "today 18:30 to 22:07");
  assert.equal(periodText(at(26, 18, 30), at(27, 9, 12), now), "yesterday 18:30 to today 09:12");
  assert.equal(periodText(at(3, 8, 5), at(3, 8, 5), now), "2026-11-03 08:05");
  assert.equal(periodText(at(27, 22, 7), at(27, 22, 7)), "2026-11-27 22:07");
  const january = new Date(2027, 0, 1, 0, 5).getTime();
  assert.equal(
    periodText(new Date(2026, 11, 31, 23, 59).getTime(), january, january),
    "yesterday 23:59 to today 00:05",
  );
});

test("replaced frames are counted and dated over the frames of the range only", () => {
  const whole = plan({ range: "1-40" });
  assert.deepEqual(told(whole), ["warning replaces-frames: Write1 replaces 40 frames of today 22:07."]);
  assert.deepEqual(whole.replaces, {
    frames: "1-40",
    count: 40,
    oldest: at(27, 22, 7),
    newest: at(27, 22, 7),
  });
  assert.deepEqual(told(plan({ range: "40-42" })), [
    "warning replaces-frames: Write1 replaces 1 frame of today 22:07; the other 2 are not on disk yet.",
  ]);
  assert.deepEqual(told(plan({ range: "41-100" })), []);
  assert.equal(plan({ range: "41-100" }).replaces, undefined);
  const days = [
    { at: at(26, 18, 30), frames: "1-10" },
    { at: at(27, 9, 12), frames: "11-40" },
  ];
  assert.match(
    told(plan({}, [files({ written: days })])).join(),
    /40 frames of yesterday 18:30 to today 09:12; the other 60/u,
  );
  assert.match(
    told(plan({ range: "11-20" }, [files({ written: days })])).join(),
    /10 frames of today 09:12\./u,
  );
});

test("views are named, and a frame counts when one view of it is there", () => {
  const write = { viewToken: true, views: ["left", "right"], resolvedFile: "/o/%V.####.exr" };
  const left = files({ view: "left", fresh: "1-3", written: [{ at: at(27, 22, 7), frames: "1-3" }] });
  const right = files({ view: "right", fresh: "", written: [] });
  assert.match(
    told(plan({ range: "1-10" }, [left, right], { write })).join(),
    /replaces 3 frames \(left\) of today 22:07;/u,
  );
  assert.deepEqual(told(plan({ range: "1-10", views: ["right"] }, [left, right], { write })), []);
  // To complete a frame writes its other view again, and that is no reason to refuse.
  const missing = plan({ range: "1-10", only: "missing", overwrite: "never" }, [left, right], { write });
  assert.deepEqual(stoppers(missing), []);
  assert.match(told(missing).join(), /info replaces-frames: Write1 replaces 3 frames \(left\)/u);
});

test("a movie is named with its size and age", () => {
  const write = {
    movie: true,
    frameToken: false,
    fileType: "mov",
    file: "/o/a.mov",
    resolvedFile: "/o/a.mov",
  };
  const movie = files({
    fresh: "",
    written: [],
    whole: "older",
    file: { at: at(26, 8, 0), bytes: 1.2 * 1024 ** 3 },
  });
  assert.deepEqual(told(plan({}, [movie], { write })), [
    'warning replaces-frames: Write1 replaces the movie "/o/a.mov", 1.2 GB, of yesterday 08:00.',
  ]);
  assert.deepEqual(told(plan({}, [files({ fresh: "", written: [], whole: "missing" })], { write })), []);
  assert.equal(stoppers(plan({ overwrite: "never" }, [movie], { write })).length, 1);
});

test("always says it, never refuses, and the request goes before the setting", () => {
  assert.deepEqual(told(plan({ range: "1-40", overwrite: "always" })), [
    "info replaces-frames: Write1 replaces 40 frames of today 22:07.",
  ]);
  const refused = plan({}, [files()], { facts: { overwrite: "never" } });
  assert.deepEqual(
    stoppers(refused).map(({ code, fix }) => [code, fix]),
    [["overwrite-refused", "only-missing"]],
  );
  assert.match(told(refused).join(), /would replace 40 frames of today 22:07, which is not allowed/u);
  const never = { facts: { overwrite: "never" as const } };
  assert.deepEqual(stoppers(plan({ overwrite: "always" }, [files()], never)), []);
  assert.deepEqual(stoppers(plan({ range: "41-100" }, [files()], never)), []);
  assert.deepEqual(stoppers(plan({ only: "missing" }, [files()], never)), []);
  assert.equal(
    stoppers(plan({ only: "outdated" }, [files({ fresh: "1-30", older: "31-40" })], never)).length,
    1,
  );
});

test("newer-script-only keeps what is newer than the script, and says what it replaces", () => {
  const found = [files({ fresh: "1-30", older: "31-40" })];
  const kept = plan({ overwrite: "newer-script-only" }, found);
  assert.equal(kept.frames, "31-100");
  assert.deepEqual(told(kept), [
    "info frames-on-disk: 30 of 100 frames of Write1 are up to date; 70 are rendered. Frames newer than the script are kept (overwrite: newer-script-only).",
    "info replaces-frames: Write1 replaces 10 frames of today 22:07; the other 60 are not on disk yet.",
  ]);
  assert.equal(plan({ overwrite: "newer-script-only", only: "missing" }, found).frames, "41-100");
  const nothing = plan({ overwrite: "newer-script-only", range: "1-30" }, found);
  assert.deepEqual([nothing.frameCount, stoppers(nothing)], [0, []]);
});

test("what cannot be told is said; only where nothing may be replaced it stops the render", () => {
  const slow = { facts: { files: {}, unseen: { Write1: '"/out" did not respond within 3 s' } } };
  assert.deepEqual(told(plan({}, [], slow)), [
    'info overwrite-unknown: It is unknown whether Write1 replaces frames: "/out" did not respond within 3 s.',
  ]);
  assert.deepEqual(told(plan({ overwrite: "always" }, [], slow)), []);
  for (const overwrite of ["never", "newer-script-only"] as const)
    assert.deepEqual(
      stoppers(plan({ overwrite }, [], slow)).map(({ code }) => code),
      ["overwrite-refused"],
    );
  const renumbered = { write: { renumbered: true }, facts: { files: {} } };
  assert.match(told(plan({}, [], renumbered)).join(), /overwrite-unknown: .*"frame" knob/u);
  assert.equal(stoppers(plan({ overwrite: "never" }, [], renumbered)).length, 1);
  // A plan made without checking the disk says nothing, and does not satisfy `never`.
  const blind = { facts: { files: {} } };
  assert.deepEqual(told(plan({}, [], blind)), []);
  assert.match(told(plan({ overwrite: "never" }, [], blind)).join(), /error frames-unread/u);
  const partly = plan({ range: "1-5" }, [files({ fresh: "1-2", unread: "3-5", written: [] })]);
  assert.deepEqual(told(partly), ["warning replaces-frames: Write1 replaces 5 frames, with unknown dates."]);
});

test("the disk: when frames were written, and names that are no frames of it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "overwrite "));
  try {
    const put = (name: string, time: number): void => {
      writeFileSync(join(folder, name), "x");
      utimesSync(join(folder, name), time / 1000, time / 1000);
    };
    put("a.0001.exr", at(26, 18, 30));
    put("a.0002.exr", at(27, 9, 12) + 59_000);
    put("a.0003.exr", at(27, 9, 12));
    put("a.0003.exr.tmp", now);
    put("b.0004.exr", now);
    const write = aWrite({ resolvedFile: join(folder, "a.%04d.exr") });
    const found = await filesOnDisk(write, { views: [] }, folder, { changed: at(27, 0, 0) });
    assert.deepEqual(found, [
      {
        view: null,
        whole: null,
        fresh: "2-3",
        older: "1",
        written: [
          { at: at(26, 18, 30), frames: "1" },
          { at: at(27, 9, 12), frames: "2-3" },
        ],
      },
    ]);
    put("m.mov", at(27, 9, 12));
    const movie = aWrite({ movie: true, frameToken: false, resolvedFile: join(folder, "m.mov") });
    const [whole] = (await filesOnDisk(movie, { views: [] }, folder, { changed: 0 })) ?? [];
    assert.deepEqual(whole?.file, { at: at(27, 9, 12), bytes: 1 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("time that is over is told as that, and never as an empty folder", async () => {
  const folder = mkdtempSync(join(tmpdir(), "overwrite slow "));
  try {
    mkdirSync(join(folder, "o"));
    writeFileSync(join(folder, "o", "a.0001.exr"), "x");
    const write = aWrite({ resolvedFile: join(folder, "o", "a.%04d.exr") });
    const limit = new LookLimit(0);
    await assert.rejects(
      filesOnDisk(write, { views: [] }, folder, { changed: 0, limit }),
      /did not respond within 0 s/u,
    );
    // Listed in time, and no time left for the files: their number is known, their age is not.
    const looks = new DiskLooks();
    await looks.names(join(folder, "o"), new LookLimit());
    const listed = await filesOnDisk(write, { views: [] }, folder, {
      changed: 0,
      limit: new LookLimit(0),
      looks,
    });
    assert.deepEqual(listed, [{ view: null, whole: null, fresh: "", older: "", unread: "1", written: [] }]);
    // A share that hangs: no request ever returns.
    const hanging = new LookLimit(20).within(new Promise<never>(() => {}), "/share/o");
    await assert.rejects(hanging, /"\/share\/o" did not respond within 0 s/u);
  } finally {
    rmSync(folder, { recursive: true });
  }
  assert.deepEqual(
    [dependsOnDisk(undefined, "ask-once"), dependsOnDisk("missing", "always"), dependsOnDisk("all", "never")],
    [false, true, true],
  );
});

test("the disk is read once for as long as it counts as known, and again when it is forgotten", async () => {
  const folder = mkdtempSync(join(tmpdir(), "overwrite looks "));
  try {
    const looks = new DiskLooks(60_000);
    const read = (): Promise<readonly string[]> => looks.names(folder, new LookLimit());
    assert.deepEqual(await read(), []);
    writeFileSync(join(folder, "a"), "x");
    assert.deepEqual(await read(), []);
    looks.forget();
    assert.deepEqual(await read(), ["a"]);
    const forgetful = new DiskLooks(0);
    assert.equal(await forgetful.file(join(folder, "b")), null);
    writeFileSync(join(folder, "b"), "xy");
    assert.equal((await forgetful.file(join(folder, "b")))?.bytes, 2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
