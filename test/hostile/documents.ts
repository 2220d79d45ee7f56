/** Scripts made to take more time or memory than a text may: each goes for one mechanism, and is no larger than a large shot. */

export interface HostileDocument {
  /** For test titles and tables. */
  readonly name: string;
  /** What of it is hard. */
  readonly aims: string;
  /** Made when asked for: all of them together are 40 MB. */
  readonly text: () => string;
}

const head = "version 15.1 v5\nRoot {\n inputs 0\n name /shots/hostile.nk\n}\n";

/** A Write; `file` as it is written in the script. */
function write(name: string, file: string): string {
  return `Write {\n inputs 0\n file ${file}\n file_type exr\n name ${name}\n}\n`;
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("");
}

/** `count` Writes, each naming the file of the one before `times` times. */
function valueTower(count: number, times: number): string {
  return lines(count, (index) =>
    write(
      `Write${index + 1}`,
      index === 0 ? "/out/aaaaaaaaaaaaaaaa.%04d.exr" : `"${`\\[value Write${index}.file]`.repeat(times)}"`,
    ),
  );
}

function constant(knobs: string): string {
  return `${head}Constant {\n inputs 0\n${knobs} name Constant1\n}\n${write("Write1", "/out/a.%04d.exr")}`;
}

export const hostileDocuments: readonly HostileDocument[] = [
  {
    name: "tower of values",
    aims: "file names that grow tenfold from one Write to the next",
    text: () => head + valueTower(8, 10),
  },
  {
    name: "circle of values",
    aims: "names that name each other, ten times each",
    text: () =>
      head +
      lines(10, (index) =>
        write(`Write${index}`, `"${`\\[value Write${(index + 1) % 10}.file]`.repeat(10)}"`),
      ),
  },
  {
    name: "many expensive names",
    aims: "10,000 Writes that each name the same costly one",
    text: () =>
      head +
      valueTower(6, 10) +
      lines(10_000, (index) => write(`Last${index}`, `"\\[value Write6.file]\\[value Write5.file]${index}"`)),
  },
  {
    name: "5 MB of values in one knob",
    aims: "the number of commands in one file name",
    text: () => head + write("Write1", `"${"\\[value root.name]".repeat(280_000)}"`),
  },
  {
    name: "nested commands",
    aims: "100,000 brackets inside each other, closed",
    text: () =>
      head + write("Write1", `{${"[file dirname ".repeat(100_000)}/a/b${"]".repeat(100_000)}.%04d.exr}`),
  },
  {
    name: "growing string map",
    aims: "text that grows by each command it passes through",
    text: () =>
      head +
      write(
        "Write1",
        `{/out/${"[string map {a aaaaaaaaaa} ".repeat(12)}${"a".repeat(1000)}${"]".repeat(12)}.exr}`,
      ),
  },
  {
    name: "twelve frame numbers",
    aims: "a name that matches file names in exponentially many ways",
    text: () => head + write("Write1", `/out/${"%d".repeat(12)}.exr`),
  },
  {
    name: "very wide frame numbers",
    aims: "padding to 99,999,999 digits",
    text: () =>
      head +
      write("Write1", "/out/a.%099999999d.exr") +
      write("Write2", "/out/b.%0999999999999999999999d.exr"),
  },
  {
    name: "100,000 hashes",
    aims: "padding as long as the name",
    text: () => head + write("Write1", `/out/a.${"#".repeat(100_000)}.exr`),
  },
  {
    name: "20,000 groups in each other",
    aims: "recursion over groups",
    text: () =>
      head +
      lines(20_000, (index) => `Group {\n inputs 0\n name G${index}\n}\n`) +
      write("Write1", "/out/a.%04d.exr") +
      "end_group\n".repeat(20_000),
  },
  {
    name: "a million open braces",
    aims: "braces in one knob that never close",
    text: () => constant(` color ${"{".repeat(1_000_000)}\n`),
  },
  {
    name: "half a million braces, closed",
    aims: "a value nested deeper than calls can be",
    text: () => constant(` color ${"{".repeat(500_000)}1${"}".repeat(500_000)}\n`),
  },
  {
    name: "a million open brackets",
    aims: "brackets in one file name that never close",
    text: () => head + write("Write1", `/out/${"[".repeat(1_000_000)}.exr`),
  },
  {
    name: "half a million brackets, closed",
    aims: "an empty command in an empty command",
    text: () => head + write("Write1", `{/out/${"[".repeat(500_000)}${"]".repeat(500_000)}.exr}`),
  },
  {
    name: "a million quotes",
    aims: "quotes in one knob",
    text: () => constant(` label ${'"'.repeat(1_000_001)}\n`),
  },
  {
    name: "a million backslashes",
    aims: "escapes in one quoted knob",
    text: () => constant(` label "${"\\".repeat(1_000_000)}"\n`),
  },
  {
    name: "250,000 unclosed nodes",
    aims: "nodes whose brace never closes",
    text: () => head + "Grade {\n".repeat(250_000),
  },
  {
    name: "a million closing braces",
    aims: "a problem for each character",
    text: () => `${head}${"}\n".repeat(1_000_000)}`,
  },
  {
    name: "100,000 nodes",
    aims: "the number of nodes",
    text: () => head + lines(100_000, (index) => `Grade {\n white 0.5\n name Grade${index}\n}\n`),
  },
  {
    name: "20,000 Writes",
    aims: "the number of Writes, each with a Tcl name that reads another node",
    text: () =>
      head +
      lines(20_000, (index) =>
        write(`Write${index}`, `"/out/\\[value Write${index}.name]/\\[value this.file_type].%04d.exr"`),
      ),
  },
  {
    name: "inputs by the thousand",
    aims: "20,000 nodes with 10,000 inputs each that nothing feeds",
    text: () => head + lines(20_000, (index) => `Merge2 {\n inputs 10000\n name Merge${index}\n}\n`),
  },
  {
    name: "clones of clones",
    aims: "20,000 clones, each of the one before, and a Write that asks the last for a knob",
    text: () =>
      `${head}NoOp {\n inputs 0\n name NoOp1\n knob /out\n}\n${lines(
        20_000,
        (index) => `set C${index} [stack 0]\nclone $C${index} {\n inputs 0\n name Clone${index}\n}\n`,
      )}${write("Write1", `"\\[value Clone19999.knob]/a.%04d.exr"`)}`,
  },
  {
    name: "a group with a long name",
    aims: "a name of 100,000 characters that is a part of 20,000 others",
    text: () =>
      `${head}Group {\n inputs 0\n name ${"G".repeat(100_000)}\n}\n${lines(
        20_000,
        (index) => `NoOp {\n inputs 0\n name N${index}\n}\n`,
      )}${write("Write1", `"\\[value N7.name]/a.%04d.exr"`)}end_group\n`,
  },
  {
    name: "Writes that read each other",
    aims: "5,000 Writes, each reading what all before it have written",
    text: () =>
      head +
      lines(
        5_000,
        (index) =>
          `Read {\n inputs 0\n file /out/${index}.%04d.exr\n name Read${index}\n}\n` +
          `Merge2 {\n inputs 2\n name Merge${index}\n}\n` +
          `Write {\n file /out/${index + 1}.%04d.exr\n file_type exr\n name Write${index}\n}\n`,
      ),
  },
  {
    name: "20,000 Writes of one file",
    aims: "pairs of Writes and Reads of the same file",
    text: () =>
      head +
      lines(
        10_000,
        (index) =>
          `Read {\n inputs 0\n file /out/a.%04d.exr\n name Read${index}\n}\n${write(`W${index}`, "/out/a.%04d.exr")}`,
      ),
  },
  {
    name: "half-written tags and blanks",
    aims: "labels, notes and knobs of one character that patterns search again from each place",
    text: () =>
      constant(
        ` label "${"<a ".repeat(200_000)}"\n autolabel "${" ".repeat(500_000)}x"\n` +
          ` knobChanged "${"'''".repeat(100_000)}${"#".repeat(100_000)}"\n note "${"a.".repeat(300_000)}"\n`,
      ),
  },
  {
    name: "endless expressions",
    aims: "parentheses, paths and curves in expressions",
    text: () =>
      constant(
        ` size {{"${"(".repeat(200_000)}frame${")".repeat(200_000)}"}}\n width {{${"a.".repeat(200_000)}b}}\n` +
          ` height {{${"a.b ".repeat(200_000)}}}\n` +
          ` color {{curve ${"x1 1 ".repeat(200_000)}}}\n addUserKnob {41 link ${"T a ".repeat(100_000)}}\n` +
          ` disable {{"${"\\[value ".repeat(100_000)}"}}\n`,
      ),
  },
  {
    name: "links without end",
    aims: "user knobs that link to each other's nodes",
    text: () =>
      `${head}NoOp {\n inputs 0\n name NoOp1\n${lines(
        50_000,
        (index) => ` addUserKnob {41 k${index} l L${" T ".repeat(10)}NoOp1.k${index + 1}}\n`,
      )}}\n`,
  },
];
