/** Frame and view tokens in file names, and the way back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  frameFile,
  frameReader,
  frameTokenProblem,
  hasFrameToken,
  hasFrameTokenInFolder,
  hasViewToken,
  viewFile,
  withHashes,
} from "../../../../src/plan/frames/frame-file.ts";

test("a frame is printed as printf prints it: the minus sign is one of the digits", () => {
  const cases: [pattern: string, frame: number, file: string][] = [
    ["a.%04d.exr", 8, "a.0008.exr"],
    ["a.%04d.exr", -8, "a.-008.exr"],
    ["a.####.exr", -8, "a.-008.exr"],
    ["a.%04d.exr", 12_345, "a.12345.exr"],
    ["a.%04d.exr", -12_345, "a.-12345.exr"],
    ["a.%d.exr", 7, "a.7.exr"],
    ["a.%d.exr", -7, "a.-7.exr"],
    ["a.#.exr", 7, "a.7.exr"],
    ["a.%d.%03d.exr", 7, "a.7.007.exr"],
    ["/out/%04d/a.##.exr", 7, "/out/0007/a.07.exr"],
    ["a.%x.100%.exr", 7, "a.%x.100%.exr"],
  ];
  for (const [pattern, frame, file] of cases) assert.equal(frameFile(pattern, frame, "left"), file, pattern);
  assert.equal(frameFile("%V/%v.#.exr", 12, "left"), "left/l.12.exr");
  // What a view is called is no token.
  assert.equal(frameFile("%V.##.exr", 1, "#a%d"), "#a%d.01.exr");
  assert.equal(viewFile("%V/%v.####.exr", "left"), "left/l.####.exr");
});

test("tokens are found in names and in folders", () => {
  for (const name of ["a.%04d.exr", "a.%d.exr", "a.#.exr", "/a/####/b.exr", String.raw`C:\a\%d\b.exr`])
    assert.equal(hasFrameToken(name), true, name);
  for (const name of ["a.exr", "a.%s.exr", "a%", "%04x", "%V.exr"])
    assert.equal(hasFrameToken(name), false, name);
  assert.equal(hasFrameTokenInFolder("/a/####/b.exr"), true);
  assert.equal(hasFrameTokenInFolder(String.raw`C:\a\%d\b.exr`), true);
  assert.equal(hasFrameTokenInFolder("/a/b.####.exr"), false);
  assert.equal(hasViewToken("/a/%v/b.exr"), true);
  assert.equal(hasViewToken("/a/V/b.%d"), false);
});

test("patterns of the same files are the same with hashes", () => {
  assert.equal(withHashes("/a.%04d.exr"), "/a.####.exr");
  assert.equal(withHashes("/a.%d.%V.exr"), "/a.#.%V.exr");
  assert.notEqual(withHashes("/a.%d.exr"), withHashes("/a.%04d.exr"));
});

test("a name gives the frame that it was made from, and other names none", () => {
  const patterns = [
    "a.%04d.exr",
    "a.%d.exr",
    "a.##.exr",
    "%d%d",
    "%d.%03d",
    "a%d0.exr",
    "v%V_%v.#.exr",
    "####",
  ];
  for (const pattern of patterns)
    for (const frame of [0, 1, -1, -8, 9, 10, 99, 100, 1001, -1001, 123_456, 100_000_000])
      assert.equal(
        frameReader(pattern, "left")(frameFile(pattern, frame, "left")),
        frame,
        `${pattern} of ${frame}`,
      );
  const strangers: [pattern: string, name: string][] = [
    ["a.%d.%d.exr", "a.1.2.exr"],
    ["%d%d", "123"],
    ["a.%04d.exr", "a.8.exr"],
    ["a.%04d.exr", "a.00008.exr"],
    ["a.%04d.exr", "a.-0008.exr"],
    ["a.%d.exr", "a.08.exr"],
    ["a.%d.exr", "a.-0.exr"],
    ["a.%d.exr", "a..exr"],
    ["a.%d.exr", "a.exr"],
    ["a.%d.exr", "a.999999999999.exr"],
    ["%V.%d.exr", "right.1.exr"],
  ];
  for (const [pattern, name] of strangers) assert.equal(frameReader(pattern, "left")(name), null, name);
});

test("many tokens and many digits are read as fast as few", () => {
  // A regular expression with a group for each token takes longer than anyone waits.
  assert.equal(frameReader(`${"%d".repeat(12)}.exr`, "main")(`${"1".repeat(200)}.exr_`), null);
  assert.equal(frameReader("%d".repeat(120), "main")("1".repeat(255)), null);
  assert.equal(frameReader("%d".repeat(12), "main")("11".repeat(12)), 11);
});

test("a frame number has no more digits than a file name may have", () => {
  for (const pattern of [
    "a.%099999999d.exr",
    `a.%0${"9".repeat(400)}d.exr`,
    `a.${"#".repeat(256)}.exr`,
    "%0100d".repeat(3),
  ]) {
    assert.match(frameTokenProblem(pattern) ?? "", /digits/u, pattern.slice(0, 40));
    assert.equal(frameFile(pattern, 1, "main"), pattern);
    assert.equal(withHashes(pattern), pattern);
    assert.equal(frameReader(pattern, "main")("a.1.exr"), null);
  }
  assert.equal(frameTokenProblem(`a.${"#".repeat(255)}`), null);
});
