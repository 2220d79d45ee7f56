/** What is said to a warm Nuke and by it; and the words that start one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { NukeOutputParser } from "../../../src/nuke/output.ts";
import { readWarmCommands, warmCommandLine } from "../../../src/nuke/warm-commands.ts";
import { isWarmReport, readWarmReport } from "../../../src/nuke/warm-report.ts";
import { frameCommand } from "../../../src/plan/command-line.ts";
import { warmCommand } from "../../../src/plan/warm-command.ts";
import { warmFile } from "../../../src/paths.ts";

const mark = "@@nuke-render-warm ";

test("a report is read, wherever in its line it begins; Nuke's words and broken ones are none", () => {
  const text = `${mark}{"at": 5, "event": "done", "frame": -3, "n": 2, "seconds": 0.25}`;
  const report = { at: 5, event: "done", frame: -3, n: 2, seconds: 0.25 };
  assert.deepEqual(readWarmReport(text), report);
  assert.deepEqual(readWarmReport(`>>> .1.3${text}\r`), report);
  for (const line of [
    "Frame 3 (1 of 1)",
    mark,
    text.slice(0, -4),
    `${mark}{"event":"sung","at":1}`,
    `${text} and more`,
  ])
    assert.equal(readWarmReport(line), null, line);
  assert.deepEqual([isWarmReport(text.slice(0, -4)), isWarmReport("Frame 3 (1 of 1)")], [true, false]);
});

test("the file that Nuke runs has the same mark", () => {
  assert.ok(readFileSync(warmFile(), "utf8").includes(`MARK = "${mark}"`));
});

test("among Nuke's lines a report is a line and nothing else, however the text is cut", () => {
  const report = `${mark}{"at":1,"event":"failed","frame":2,"n":1,"seconds":1,"message":"[ 4:55.33] ERROR: Read1: Frame 2 (1 of 1)"}`;
  const text = `Writing /p/f.2.exr .1.3\n${report}\nWriting /p/f.3.exr took 0.10 seconds\n`;
  for (let cut = 0; cut <= text.length; cut++) {
    const parser = new NukeOutputParser();
    const said = [...parser.feed(text.slice(0, cut)), ...parser.feed(text.slice(cut)), ...parser.end()];
    assert.deepEqual(
      said.filter(({ kind }) => kind !== "frame-progress"),
      [
        { kind: "line", text: "Writing /p/f.2.exr .1.3" },
        { kind: "line", text: report },
        { kind: "line", text: "Writing /p/f.3.exr took 0.10 seconds" },
        { kind: "took", path: "/p/f.3.exr", seconds: 0.1 },
      ],
    );
  }
});

test("commands are lines; a command file cut anywhere can be gone on with", () => {
  const commands = [
    { do: "render" as const, n: 1, frames: [1, -2] },
    { do: "drop" as const, n: 2 },
    { do: "drop" as const, n: 3, frames: [4] },
    { do: "end" as const, n: 4 },
  ];
  const text = commands.map(warmCommandLine).join("");
  assert.equal(text.split("\n").length, 5);
  assert.deepEqual(readWarmCommands(""), { commands: [], next: 1, mend: "" });
  assert.deepEqual(readWarmCommands(text), { commands, next: 5, mend: "" });
  for (let cut = 0; cut <= text.length; cut++) {
    const left = readWarmCommands(text.slice(0, cut));
    const further = { do: "render" as const, n: left.next, frames: [9] };
    const after = readWarmCommands(text.slice(0, cut) + left.mend + warmCommandLine(further));
    assert.deepEqual(after, { commands: [...left.commands, further], next: left.next + 1, mend: "" });
  }
  // What is no command, and a number that comes a second time, is passed over as the Nuke does.
  assert.equal(readWarmCommands(`nonsense\n{"n":2,"do":"end"}\n{"n":2,"do":"drop"}\n`).commands.length, 1);
});

const base = {
  nuke: { argv: ["wrapper", "nuke"], version: "15.1v5", demo: false },
  script: "C:\\shots\\a b.nk",
  write: "Group1.Write1",
  threads: 4,
  cacheMB: 2000,
  views: ["left", "right"],
  proxy: "full" as const,
  continueOnError: true,
  extraArguments: ["-i"],
};

test("a warm Nuke gets the switches of every other, before the file, and words that begin with a name behind it", () => {
  const words = warmCommand({
    ...base,
    warmFile: "D:\\x\\warm_nuke.py",
    commandFile: "/s/1.jsonl",
    idleSeconds: 30,
  });
  assert.deepEqual(words, [
    ..."wrapper nuke -V 1 -t -m 4 -c 2000M --cont -f --view left,right -i D:/x/warm_nuke.py".split(" "),
    "script=C:/shots/a b.nk",
    "write=Group1.Write1",
    "commands=/s/1.jsonl",
    "views=left,right",
    "proxy=full",
    "continue=yes",
    "idle=30",
  ]);
  const { before, after } = frameCommand(base);
  assert.deepEqual(
    [...before.filter((word) => !["-x", "-X", base.write].includes(word)), ...after.slice(0, -1)],
    words.slice(0, words.indexOf("D:/x/warm_nuke.py")).filter((word) => word !== "-t"),
  );
  const plain = warmCommand({
    ...base,
    views: [],
    proxy: "script",
    continueOnError: false,
    extraArguments: [],
    warmFile: "/w.py",
    commandFile: "/c",
  });
  assert.deepEqual(plain.slice(plain.indexOf("/w.py") + 1), [
    "script=C:/shots/a b.nk",
    "write=Group1.Write1",
    "commands=/c",
  ]);
});
