/** Which frames two renders would both write. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type OutputClaim, sharedFrames } from "../../../../src/plan/output/output-claims.ts";
import { nameOfFrame, nameParts, namesOfViews } from "../../../../src/plan/output/output-pattern.ts";

function claim(
  name: string | readonly string[],
  frames: readonly number[],
  more: Partial<OutputClaim> = {},
): OutputClaim {
  const names = typeof name === "string" ? [name] : name;
  return { names, frames, files: "each", owner: `owner of ${names.join()}`, ...more };
}

test("the same pattern: the frames both have; nothing where they have none in common", () => {
  assert.deepEqual(
    sharedFrames(claim("/o/a.%04d.exr", [1, 2, 3]), claim("/o/a.%04d.exr", [2, 3, 4])),
    [2, 3],
  );
  assert.deepEqual(sharedFrames(claim("/o/a.%04d.exr", [1, 2]), claim("/o/a.%04d.exr", [3, 4])), []);
  assert.deepEqual(sharedFrames(claim("/o/a.%04d.exr", [1]), claim("/o/b.%04d.exr", [1])), []);
});

test("#### is %04d, # is %d, in folders too", () => {
  assert.deepEqual(sharedFrames(claim("/o/a.####.exr", [1, 2]), claim("/o/a.%04d.exr", [2])), [2]);
  assert.deepEqual(sharedFrames(claim("/o/a.#.exr", [7]), claim("/o/a.%d.exr", [7])), [7]);
  assert.deepEqual(sharedFrames(claim("/o/####/a.####.exr", [7]), claim("/o/%04d/a.%04d.exr", [7])), [7]);
});

test("other paddings meet where the number is long enough", () => {
  const [two, four] = [claim("/o/a.##.exr", [8, 12, 1001]), claim("/o/a.%04d.exr", [8, 12, 1001])];
  assert.deepEqual(sharedFrames(two, four), [1001]);
  assert.deepEqual(sharedFrames(claim("/o/a.%02d.exr", [-5]), claim("/o/a.%d.exr", [-5])), [-5]);
});

test("names without a number, and digits next to the number", () => {
  const one = claim("/o/a.0005.exr", [1, 9]);
  const many = claim("/o/a.%04d.exr", [4, 5, 6]);
  assert.deepEqual(sharedFrames(one, many), [1, 9]);
  assert.deepEqual(sharedFrames(many, one), [5]);
  assert.deepEqual(sharedFrames(one, claim("/o/a.0005.exr", [77])), [1, 9]);
  assert.deepEqual(sharedFrames(claim("/o/a.1%03d.exr", [5]), claim("/o/a.%04d.exr", [1005])), [5]);
});

test("a movie is one file, whatever frames go into it", () => {
  const movie = claim("/o/a.mov", [1, 2], { files: "one" });
  assert.deepEqual(sharedFrames(movie, claim("/o/a.mov", [50], { files: "one" })), [1, 2]);
  assert.deepEqual(sharedFrames(movie, claim("/o/b.mov", [1], { files: "one" })), []);
  const numbered = claim("/o/a.####.mov", [1, 2], { files: "one" });
  const sequence = claim("/o/a.%02d.mov", [3, 4]);
  assert.deepEqual(sharedFrames(claim("/o/a.04.mov", [1, 2], { files: "one" }), sequence), [1, 2]);
  assert.deepEqual(sharedFrames(sequence, claim("/o/a.04.mov", [1, 2], { files: "one" })), [4]);
  assert.deepEqual(sharedFrames(numbered, claim("/o/a.%d.mov", [9], { files: "one" })), [1, 2]);
});

test("names that only Nuke knows: the same Write of the same script", () => {
  const unknown = claim([], [1, 2, 3], { owner: "shot.nk\nWrite1" });
  assert.deepEqual(sharedFrames(unknown, claim([], [3, 4], { owner: "shot.nk\nWrite1" })), [3]);
  assert.deepEqual(sharedFrames(unknown, claim([], [3], { owner: "shot.nk\nWrite2" })), []);
});

test("files with other numbers than the frames: the same ones for the same Write, any for others", () => {
  const mine = claim("/o/a.%04d.exr", [1, 2], { files: "shifted", owner: "w" });
  assert.deepEqual(sharedFrames(mine, { ...mine, frames: [2, 3] }), [2]);
  assert.deepEqual(sharedFrames(mine, { ...mine, frames: [9] }), []);
  assert.deepEqual(sharedFrames(mine, { ...mine, frames: [9], owner: "other" }), [1, 2]);
});

test("views have separate names", () => {
  assert.deepEqual(namesOfViews("/o/%V/a_%v.%04d.exr", ["left", "right"]), [
    "/o/left/a_l.%04d.exr",
    "/o/right/a_r.%04d.exr",
  ]);
  const left = claim(namesOfViews("/o/%V/a.%04d.exr", ["left"]), [1]);
  assert.deepEqual(sharedFrames(left, claim(namesOfViews("/o/%V/a.%04d.exr", ["right"]), [1])), []);
  assert.deepEqual(sharedFrames(left, claim("/o/left/a.%04d.exr", [1])), [1]);
});

test("a name is read in linear time and no padding is longer than a name can be", () => {
  const parts = nameParts("%099999999d".repeat(3) + "#".repeat(100_000) + "%".repeat(100_000));
  assert.ok(nameOfFrame(parts, 1).length < 102_000);
  assert.equal(nameOfFrame(nameParts("a.%04d.exr"), -8), "a.-008.exr");
  assert.equal(nameOfFrame(nameParts("100%.%4d%x#"), 7), "100%.0007%x7");
});
