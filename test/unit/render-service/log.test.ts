/** Logs that are too long: what is kept of them, and that positions stay true. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { LogTail } from "../../../src/render-service/logs/log-tail.ts";
import { readLog } from "../../../src/render-service/logs/log-reader.ts";

const CAP = 32_000;
const textOf = (from: number, to: number): string => {
  let text = "";
  for (let at = from; at < to; at++) text += `line ${at} ü\n`;
  return text;
};

async function take(tail: LogTail, options?: { upTo?: number; all?: boolean }): Promise<string> {
  let text = "";
  for await (const piece of tail.read(options)) text += piece;
  return text;
}

test("a log that grows without end stays short; nothing is read twice or missed, and positions go on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nbr log "));
  try {
    const log = join(folder, "chunk-001.out");
    writeFileSync(log, "");
    const tail = new LogTail(log, CAP);
    let read = "";
    for (let at = 0; at < 20_000; at += 500) {
      appendFileSync(log, textOf(at, at + 500));
      read += await take(tail);
      assert.ok(statSync(log).size <= CAP, "it was cut when it was too long");
    }
    const all = textOf(0, 20_000);
    assert.equal(read, all);
    assert.equal(tail.position, Buffer.byteLength(all));
    assert.ok(tail.wasCut && tail.problem === null);
    tail.close();
    const kept = readdirSync(folder).filter((name) => name.includes(".kept-"));
    assert.equal(kept.length, 2, kept.join(" "));

    // Read back: the first part, the gap, the newest part.
    const lines: string[] = [];
    for (let from = 0, more = true; more;) {
      const piece = await readLog(log, from);
      lines.push(...piece.lines);
      ({ next: from, more } = piece);
    }
    const gap = lines.findIndex((line) => line.startsWith("… "));
    assert.match(lines[gap] ?? "", /^… \d+ kB skipped here; the size of a log is limited\.$/u);
    const first = Array.from({ length: gap }, (_, index) => `line ${index} ü`);
    assert.deepEqual(lines.slice(0, gap), first);
    assert.ok(gap > 10);
    const rest = lines.slice(gap + 1);
    assert.deepEqual(
      rest,
      Array.from({ length: rest.length }, (_, index) => `line ${20_000 - rest.length + index} ü`),
    );
    assert.deepEqual((await readLog(log, -25)).lines, ["line 19999 ü"]);

    // The next service: what the last one had read is not told again, what came since is.
    const position = Buffer.byteLength(all);
    appendFileSync(log, "after\n");
    const next = new LogTail(log, CAP);
    const again = await take(next, { upTo: position, all: true });
    assert.ok(all.endsWith(again) && Buffer.byteLength(again) < CAP);
    assert.equal(await take(next), "after\n");
    next.close();
    const early = new LogTail(log, CAP);
    await take(early, { upTo: 100, all: true });
    assert.ok(!(await take(early, { all: true })).includes("line 5 "), "what was thrown away had been read");
    early.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a Nuke that prints faster than it is read does not fill the disk", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nbr log "));
  try {
    const log = join(folder, "chunk-001.err");
    const tail = new LogTail(log, 1_000_000);
    writeFileSync(log, `${"y".repeat(79)}\n`.repeat(200_000));
    const before = statSync(log).size;
    for (let look = 0; look < 5; look++) await take(tail);
    assert.equal(statSync(log).size, 0);
    assert.equal(tail.position, before);
    appendFileSync(log, "the end\n");
    assert.equal(await take(tail), "the end\n");
    assert.match((await readLog(log, -12)).lines.at(-1) ?? "", /the end/u);
    tail.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a log that cannot be cut says how far it is over its limit, and is cut as soon as it can be", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nbr log "));
  try {
    const log = join(folder, "chunk-001.out");
    const obstacle = `${log}.cutting`;
    mkdirSync(obstacle);
    writeFileSync(log, textOf(0, 10_000));
    const tail = new LogTail(log, CAP);
    await take(tail);
    assert.ok(tail.overflow > 3 && tail.problem !== null, `${tail.overflow} times`);
    rmSync(obstacle, { recursive: true });
    appendFileSync(log, textOf(10_000, 12_000));
    assert.equal(await take(tail), textOf(10_000, 12_000));
    assert.deepEqual([tail.overflow, tail.problem, statSync(log).size], [0, null, 0]);
    // Someone else empties it: what comes then is read, and only that.
    appendFileSync(log, "before\n");
    await take(tail);
    writeFileSync(log, "");
    await take(tail);
    appendFileSync(log, "after\n");
    assert.equal(await take(tail), "after\n");
    tail.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
