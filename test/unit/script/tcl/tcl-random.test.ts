/** Random words compared with real Tcl: how it prints lists, and what it reads in a body of knobs. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import * as z from "zod";
import { parseScript } from "../../../../src/script/script.ts";
import { mergeList, splitList } from "../../../../src/script/tcl/tcl-list.ts";

const seed = Number(process.env.TEST_SEED ?? 7);

/** mulberry32: small, and the same everywhere. */
function random(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value ^= value + Math.imul(value ^ (value >>> 7), 61 | value);
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

const pieces =
  String.raw`a|B7|é|{|}|{|}|{ {|} }|"|"|\|\\|\{|\}|\"|\n|\x4|\u41|\101|\q|]| |  |;|#|(|)|,|-1.5|{x y}|"p q"|\
 z`.split("|");

function someText(pick: (below: number) => number): string {
  return Array.from({ length: 1 + pick(7) }, () => pieces[pick(pieces.length)] ?? "").join("");
}

/** Tcl's answers, a line each; null where there is no tclsh. */
function askTcl(what: "list" | "knobs", texts: readonly string[]): unknown[] | null {
  const { error, status, stdout, stderr } = spawnSync(
    "tclsh",
    [join(import.meta.dirname, "tcl-random.tcl"), what],
    {
      input: texts.map((text) => `${Buffer.from(text).toString("base64")}\n`).join(""),
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  if (error) return null;
  assert.equal(status, 0, stderr);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}

function skipped(t: TestContext): void {
  t.skip("there is no tclsh to compare with");
}

test("lists are printed as Tcl prints them, and read back", (t) => {
  const pick = random(seed);
  const lists = Array.from({ length: 3000 }, () =>
    Array.from({ length: 2 + pick(3) }, () => (pick(12) === 0 ? "" : someText(pick))),
  );
  const answers = askTcl(
    "list",
    lists.map((words) => words.join("\0")),
  );
  if (answers === null) return skipped(t);
  for (const [place, words] of lists.entries()) {
    const printed = mergeList(words);
    assert.equal(printed, answers[place], `seed ${seed}: ${JSON.stringify(words)}`);
    assert.deepEqual(splitList(printed), words, `seed ${seed}: ${printed}`);
  }
});

const pairsSchema = z.nullable(z.array(z.string()));

test("bodies of knobs are read as Tcl reads them, wherever Tcl reads them at all", async (t) => {
  const pick = random(seed + 1);
  const bodies = Array.from({ length: 6000 }, () =>
    Array.from({ length: 1 + pick(3) }, (_, line) => `k${line} ${someText(pick)}`).join("\n"),
  );
  const answers = askTcl(
    "knobs",
    bodies.map((body) => `\n${body}\n`),
  );
  if (answers === null) return skipped(t);
  let compared = 0;
  for (const [place, body] of bodies.entries()) {
    const pairs = pairsSchema.parse(answers[place]);
    // Inside a node the text is in its own braces, which rule 6 counts first.
    if (pairs === null || !isBraced(body)) continue;
    const { nodes } = await parseScript(`N {\n${body}\n}\n`);
    const [node] = nodes;
    const read = [...(node?.knobNames ?? [])].flatMap((name) => [name, node?.knob(name) ?? ""]);
    assert.deepEqual(read, pairs, `seed ${seed}: ${JSON.stringify(body)}`);
    compared++;
  }
  assert.ok(compared > 1000, `only ${compared} were compared`);
});

/** Whether a brace before the text is closed by the one behind it, and by none before. */
function isBraced(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth < 0) return false;
  }
  return depth === 0;
}
