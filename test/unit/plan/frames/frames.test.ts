import assert from "node:assert/strict";
import { test } from "node:test";
import {
  FrameRangeError,
  displayFrames,
  formatFrames,
  frameRuns,
  parseFrames,
} from "../../../../src/plan/frames/frames.ts";

const read = (text: string): number[] => [...parseFrames(text).frames];

test("reads every form of Nuke's own table", () => {
  assert.deepEqual(read("3"), [3]);
  assert.deepEqual(read("-3"), [-3]);
  assert.deepEqual(read("1 3 4 8"), [1, 3, 4, 8]);
  assert.deepEqual(read("1-10"), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(read("-3-4"), [-3, -2, -1, 0, 1, 2, 3, 4]);
  assert.deepEqual(read("-8--5"), [-8, -7, -6, -5]);
  assert.deepEqual(read("1-10x2"), [1, 3, 5, 7, 9]);
  assert.deepEqual(read("1-10x3"), [1, 4, 7, 10]);
  assert.deepEqual(read("1-4x1 8-10x1 12-14x1"), [1, 2, 3, 4, 8, 9, 10, 12, 13, 14]);
});

test("takes commas, repeats, backward ranges and the dash that lenses print", () => {
  assert.deepEqual(read("1,3, 5-7 ,6"), [1, 3, 5, 6, 7]);
  assert.deepEqual(read("4-1"), [1, 2, 3, 4]);
  assert.deepEqual(read("10-1x4"), [2, 6, 10]);
  assert.deepEqual(read("1001–1003"), [1001, 1002, 1003]);
});

test("names the character that is wrong, and where", () => {
  const cases: [string, FrameRangeError["reason"], number, RegExp][] = [
    ["1-10y2", "character", 4, /"y" at position 5/],
    ["1-", "character", 2, /ends too early/],
    ["a", "character", 0, /"a" at position 1/],
    ["1 - 10", "character", 3, /" " at position 4/],
    ["1-10x0", "step", 5, /step "0" at position 6/],
    ["1-10x", "character", 5, /ends too early/],
    ["1.5", "character", 1, /"\." at position 2/],
    ["1-5 🎬", "character", 4, /"🎬"/],
    ["", "empty", 0, /empty/],
    [" , ", "empty", 0, /empty/],
    ["1-9999999", "too-many", 0, /1,000,000/],
    ["1-99999999999", "too-large", 2, /too large/],
  ];
  for (const [text, reason, position, message] of cases) {
    assert.throws(
      () => parseFrames(text),
      (error) =>
        error instanceof FrameRangeError &&
        error.reason === reason &&
        error.position === position &&
        message.test(error.message),
      text,
    );
  }
});

test("what is printed reads back as the same frames", () => {
  for (const text of [
    "1-10",
    "1-10x2",
    "-8--5",
    "1 3 5-9",
    "1 10",
    "5",
    "1-2 4-8x2",
    "-5-5x5 7 9 100-200x10",
    "1-9x4 2-9x3",
  ]) {
    const { frames, steps } = parseFrames(text);
    assert.deepEqual(read(formatFrames(frames, steps)), [...frames], text);
  }
  assert.equal(formatFrames(parseFrames("1 3 5-9").frames), "1 3 5-9");
  assert.equal(formatFrames(parseFrames("1-10x2").frames), "1-9x2");
  assert.equal(formatFrames([7, 9], new Set([2])), "7-9x2");
  assert.equal(formatFrames([7, 9]), "7 9");
  assert.equal(formatFrames([]), "");
  assert.deepEqual(frameRuns([1, 2, 3, 10]), [
    { first: 1, last: 3, step: 1 },
    { first: 10, last: 10, step: 1 },
  ]);
  assert.equal(displayFrames(parseFrames("1001-1100").frames), "1001–1100");
  assert.equal(displayFrames(parseFrames("-8--5").frames), "-8 to -5");
});
