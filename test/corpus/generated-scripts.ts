/** Scripts that look like what Nuke saves, made from a seed: for machines that have no real ones. */
import { Random } from "../../scripts/lib/random.ts";

const classes = ["Grade", "Blur", "Merge2", "Dot", "Transform", "Read", "Switch", "NoOp"] as const;
const values = [
  "1",
  "{1.2 0.8 1 1}",
  '"a label with blanks"',
  "{{parent.size*2}}",
  String.raw`"C:\\shots\\plate.####.exr"`,
  "{{curve x1 0 x40 1.5 12}}",
  String.raw`"quote \" and bracket \[value name]"`,
  "/shots/sh010/comp/v012/sh010.%04d.exr",
] as const;

/** One script: nodes, groups in groups, clones, a stack of variables, user knobs and Writes. */
export function generatedScript(seed: number): string {
  const random = new Random(seed);
  const lines = ["#! generated -nx", "version 15.1 v5", "Root {", " inputs 0", ` name /shots/sh${seed}.nk`];
  lines.push(" first_frame 1001", " last_frame 1040", "}");
  addNodes(lines, random, { depth: 0, count: 20 + random.size(200), next: { number: 1 } });
  lines.push(
    "Write {",
    ` file /renders/sh${seed}/beauty.####.exr`,
    " file_type exr",
    " name Write_beauty",
    " xpos 10",
    "}",
  );
  return `${lines.join("\n")}\n`;
}

interface Part {
  readonly depth: number;
  readonly count: number;
  readonly next: { number: number };
}

function addNodes(lines: string[], random: Random, { depth, count, next }: Part): void {
  const indent = " ".repeat(depth);
  const variables: string[] = [];
  for (let made = 0; made < count; made++) {
    const number = next.number++;
    if (depth < 4 && random.chance(12)) {
      lines.push(
        `${indent}Group {`,
        `${indent} name Group${number}`,
        `${indent} xpos ${number}`,
        `${indent}}`,
      );
      addNodes(lines, random, { depth: depth + 1, count: 1 + random.below(6), next });
      lines.push(`${indent}end_group`);
    } else {
      addNode(lines, random, indent, number);
    }
    if (random.chance(5)) {
      const variable = `N${number.toString(16)}`;
      variables.push(variable);
      lines.push(`${indent}set ${variable} [stack 0]`);
    }
    const [known] = variables;
    if (known !== undefined && random.chance(6)) lines.push(`${indent}push $${known}`);
    if (random.chance(20)) lines.push(`${indent}push 0`);
  }
}

function addNode(lines: string[], random: Random, indent: string, number: number): void {
  const name = random.pick(classes);
  lines.push(`${indent}${name} {`);
  if (name === "Merge2") lines.push(`${indent} inputs 2`);
  if (name === "Read") lines.push(`${indent} inputs 0`);
  for (let knob = random.below(4); knob > 0; knob--)
    lines.push(`${indent} knob${knob} ${random.pick(values)}`);
  if (random.chance(8))
    lines.push(`${indent} addUserKnob {20 User}`, `${indent} addUserKnob {7 size l "the size"}`);
  lines.push(
    `${indent} name ${name}${number}`,
    `${indent} xpos ${number * 10}`,
    `${indent} ypos -5`,
    `${indent}}`,
  );
}
