/** The parser of Nuke's output against the lines that nuke-cli.md 2 quotes, and against every way to cut them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type NukeOutput, NukeOutputParser } from "../../../src/nuke/output.ts";

function parse(...pieces: string[]): NukeOutput[] {
  const parser = new NukeOutputParser();
  return [...pieces.flatMap((piece) => parser.feed(piece)), ...parser.end()];
}

/** What was understood, without the lines as such. */
function said(...pieces: string[]): NukeOutput[] {
  return parse(...pieces).filter(({ kind }) => kind !== "line");
}

test("the lines that matter", () => {
  assert.deepEqual(
    said(
      "Writing /p/f.1077.exr took 0.13 seconds\nFrame 1077 (1 of 10)\nTotal render time: 1.26 seconds\n" +
        "[18:41.54] ERROR: CopyCat1: No valid or writable data directory is selected.\n",
    ),
    [
      { kind: "took", path: "/p/f.1077.exr", seconds: 0.13 },
      { kind: "frame", frame: 1077, position: 1, total: 10 },
      { kind: "total", seconds: 1.26 },
      { kind: "error", node: "CopyCat1", text: "No valid or writable data directory is selected." },
    ],
  );
});

test("paths with spaces, with ' took ' in them, ending in .1, and two streams glued together", () => {
  const took = (line: string): unknown => {
    const [first] = said(`${line}\n`);
    return first?.kind === "took" ? first.path : first;
  };
  assert.equal(
    took("Writing /No Task Name/004/raw/f_v001.1077.exr took 0.13 seconds"),
    "/No Task Name/004/raw/f_v001.1077.exr",
  );
  assert.equal(took("Writing /it took 3 seconds/a.exr took 0.13 seconds"), "/it took 3 seconds/a.exr");
  assert.equal(took("Writing /p/plate.1 took 2.00 seconds"), "/p/plate.1");
  assert.equal(took("Writing /Writing tests/a.exr took 2.00 seconds"), "/Writing tests/a.exr");
  assert.equal(took("Writing C:/p q/a.exr .1.3Writing C:/p q/a.exr took 3.31 seconds"), "C:/p q/a.exr");
  // A directory named like the end of a took line is not one.
  assert.deepEqual(took("Writing /it took 3 seconds/a.exr .1.4"), { kind: "frame-progress", fraction: 0.4 });
  assert.equal(took("Writing /p/plate.1"), undefined);
});

test("durations in all their forms", () => {
  const seconds = (text: string): unknown => {
    const [first] = said(`Total render time: ${text}\n`);
    return first?.kind === "total" ? first.seconds : first;
  };
  assert.equal(seconds("21 seconds"), 21);
  assert.equal(seconds("19 minutes, 42 seconds"), 19 * 60 + 42);
  assert.equal(seconds("1 minute, 3 seconds"), 63);
  assert.equal(seconds("2 hours, 1 minute, 0.5 seconds"), 7260.5);
  assert.equal(seconds("a while"), null);
  assert.deepEqual(said("Writing /a.exr took 1 minute, 3 seconds\n"), [
    { kind: "took", path: "/a.exr", seconds: 63 },
  ]);
});

test("frames may be negative, and lines may follow Python's prompt or noise", () => {
  assert.deepEqual(said("Frame -8 (1 of 4)\n>>> Frame -7 (2 of 4)\n>>> >>> .1.2Frame -6 (3 of 4)\n"), [
    { kind: "frame", frame: -8, position: 1, total: 4 },
    { kind: "frame", frame: -7, position: 2, total: 4 },
    { kind: "frame", frame: -6, position: 3, total: 4 },
  ]);
});

test("progress shows from a line that has not ended, once", () => {
  const parser = new NukeOutputParser();
  assert.deepEqual(parser.feed("Writing /p/a.0001.exr "), []);
  assert.deepEqual(parser.feed(".1"), [{ kind: "frame-progress", fraction: 0.1 }]);
  assert.deepEqual(parser.feed(".3.6"), [{ kind: "frame-progress", fraction: 0.6 }]);
  assert.deepEqual(parser.feed("\n"), [{ kind: "line", text: "Writing /p/a.0001.exr .1.3.6" }]);
  assert.deepEqual(parser.feed(".9"), [{ kind: "frame-progress", fraction: 0.9 }]);
  assert.deepEqual(parser.feed("\r"), [{ kind: "line", text: ".9" }]);
  assert.deepEqual(parser.feed("\nFrame 1 (1 of 1)\r\n"), [
    { kind: "line", text: "Frame 1 (1 of 1)" },
    { kind: "frame", frame: 1, position: 1, total: 1 },
  ]);
});

test("an error of the other stream in the middle of a progress line", () => {
  assert.deepEqual(said("Writing /p/a.exr .1.3[ 4:55.33] ERROR: Group1.Read1: no: such file\n.6.8\n"), [
    { kind: "frame-progress", fraction: 0.3 },
    { kind: "error", node: "Group1.Read1", text: "no: such file" },
    { kind: "frame-progress", fraction: 0.8 },
  ]);
});

test("errors and warnings with and without a time stamp", () => {
  const kinds = (text: string): string[] => said(`${text}\n`).map(({ kind }) => kind);
  for (const error of [
    "Can't read /p/shot.nk: No such file or directory",
    "Can't read /p/shot.nk: Permission denied",
    "Missing command-line argument #2 for write_farm_small.file",
    "There are no active Write operators in this script",
    "Write2 cannot be executed for multiple frames.",
    "You must specify a file name to write to.",
    "Connect3: 'Connect.gizmo': unknown command. This is most likely from a corrupt .nk file, or from a missing plug-in.",
    "exrWriter: No channels selected (or available) for write",
    "[ 0:37.37] ERROR: Read1: /p/f.%04d.exr: Read error: No such file or directory",
  ])
    assert.deepEqual(kinds(error), ["error"], error);
  for (const noise of [
    "ERROR 23:20:02.391:frameserver.worker-0(49878) worker.py:270 startApplication(): Could not start",
    "QStandardPaths: XDG_RUNTIME_DIR not set",
    "NOTE : NukeX functionality is only available with an interactive license.",
    "Disk cache /var/tmp/nuke-u1000/ViewerCache/??: 0MB (0% of 10240MB) used in 0 files.",
    "Nuke 16.0v1, 64 bit, built Feb 24 2025.",
    "CopyCat1: No valid or writable data directory is selected.",
  ])
    assert.deepEqual(kinds(noise), [], noise);
  assert.deepEqual(said("[10:00.01] Warning: Autosave file for /p/a.nk is newer\n"), [
    { kind: "warning", node: null, text: "Autosave file for /p/a.nk is newer", loud: false },
  ]);
  const ocio = "Error loading custom OCIO config. The previously loaded config, /a.ocio, will be used.";
  for (const line of [ocio, `[10:00.01] ERROR: ${ocio}`])
    assert.deepEqual(said(`${line}\n`), [{ kind: "warning", node: null, text: ocio, loud: true }]);
  assert.deepEqual(said("Can't read /p/a b: c.nk: No such file or directory\n")[0], {
    kind: "error",
    node: null,
    text: "Can't read /p/a b: c.nk: No such file or directory",
  });
});

test("license report and traceback", () => {
  assert.deepEqual(
    said("A license for nuke was not found\nFOUNDRY LICENSE ERROR REPORT\n----\nTimestamp: now\n").map(
      ({ kind }) => kind,
    ),
    ["license-report", "license-report"],
  );
  assert.deepEqual(
    said(
      'Traceback (most recent call last):\n  File "callbacks.py", line 1\nFrame 3 (1 of 1)\n    x()\nNameError: x\nFrame 4 (1 of 1)\n',
    ),
    [
      { kind: "frame", frame: 3, position: 1, total: 1 },
      { kind: "traceback", text: "NameError: x" },
      { kind: "frame", frame: 4, position: 1, total: 1 },
    ],
  );
});

test("wherever the text is cut, the same is understood", () => {
  const text =
    "Nuke 13.1v2, 64 bit\r\n\r\nWriting /p q/é.01011.exr .1.3.6.8\r\nWriting /p q/é.01011.exr took 3.31 seconds\r\n" +
    "Frame 1011 (3 of 5)\r\n\r\n.9\r\n[ 4:55.33] ERROR: Read1: gone\r\nTotal render time: 1 minute, 3 seconds\r\n";
  const facts = (found: NukeOutput[]): NukeOutput[] => found.filter(({ kind }) => kind !== "frame-progress");
  const whole = facts(parse(text));
  assert.equal(whole.filter(({ kind }) => kind === "line").length, 7);
  for (let cut = 1; cut < text.length; cut++)
    assert.deepEqual(facts(parse(text.slice(0, cut), text.slice(cut))), whole, `cut at ${cut}`);
  assert.deepEqual(facts(parse(...Array.from(text))), whole, "one by one");
});

test("a flood without line ends is cut, not kept", () => {
  const parser = new NukeOutputParser();
  let lines = 0;
  for (let piece = 0; piece < 100; piece++)
    lines += parser.feed("x".repeat(64 * 1024)).filter(({ kind }) => kind === "line").length;
  assert.ok(lines >= 99);
});
