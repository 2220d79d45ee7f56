/** The memory of real processes that share pages, as Nukes share Nuke's code. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { TreeMeter } from "../../src/render-service/memory/tree-usage.ts";

const SHARED_MB = 100;

/** Maps a file and touches every page of it when told to. */
const program = `
import mmap, sys
print("up", flush=True)
sys.stdin.readline()
with open(sys.argv[1], "rb") as file:
    pages = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    sum(pages[at] for at in range(0, len(pages), 4096))
    print("mapped", flush=True)
    sys.stdin.readline()
`;

test("pages that two processes share count for each by its part, also when they come in after the first look", async (context) => {
  if (process.platform !== "linux") return console.log("UNTESTED HERE: shared pages (needs /proc)");
  const folder = await mkdtemp(join(tmpdir(), "nbr shares "));
  const file = join(folder, "code");
  await writeFile(file, Buffer.alloc(SHARED_MB * 1024 * 1024, 7));
  const both = [0, 1].map(() =>
    spawn("python3", ["-c", program, file], { stdio: ["pipe", "pipe", "inherit"] }),
  );
  try {
    // Whole lines: Python may write a word and its line's end apart.
    const lines = both.map(({ stdout }) => createInterface({ input: stdout }));
    const said = (): Promise<unknown> => Promise.all(lines.map((reader) => once(reader, "line")));
    await said();
    // The kernel was asked only just now, and is not due again.
    context.mock.method(performance, "now", () => 0);
    const meter = new TreeMeter();
    const pid = both[0]?.pid ?? 0;
    const look = (): number =>
      meter.measure([{ pid, parent: 0, group: 0, started: "1", residentMB: null }]).residentMB;
    const before = look();
    const mapped = said();
    for (const { stdin } of both) stdin.write("\n");
    await mapped;
    const grown = look() - before;
    assert.ok(Math.abs(grown - SHARED_MB / 2) < SHARED_MB / 5, `grown by ${grown} MB`);
  } finally {
    const ended = both.map((child) => once(child, "close"));
    for (const { stdin } of both) stdin.end();
    await Promise.all(ended);
    await rm(folder, { recursive: true, force: true });
  }
});
