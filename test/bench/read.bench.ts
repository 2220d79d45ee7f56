/** All real scripts read and modelled (nodes, names, inputs, Writes), compared with what tclsh (C) needs to evaluate the same files. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeScript } from "../../src/script/read-script.ts";
import { readScript } from "../../src/script/script.ts";
import { writeTargets } from "../../src/script/write-targets.ts";
import { corpusFiles, corpusFolder } from "../corpus/corpus-files.ts";

const oracle = join(import.meta.dirname, "..", "corpus", "oracle.tcl");

export async function run(): Promise<unknown> {
  if (!existsSync(corpusFolder)) {
    process.stderr.write("!! NOT MEASURED: the real scripts are not there (../shared/corpus)\n");
    return [];
  }
  const files = corpusFiles();
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    for (const file of files) {
      const text = decodeScript(readFileSync(file));
      writeTargets(readScript(text), file);
    }
    ours.push(performance.now() - start);
    theirs.push(tcl(files) - tcl([]));
  }
  const [mine, tclsh] = [Math.min(...ours), Math.min(...theirs)];
  return [
    {
      what: `${files.length} real scripts read : tclsh evaluates them`,
      measured: `${mine.toFixed(0)} ms`,
      rival: `${tclsh.toFixed(0)} ms`,
      ratio: mine / tclsh,
      bound: 1,
    },
  ];
}

/** Milliseconds tclsh needs for these files, its start-up included. */
function tcl(files: readonly string[]): number {
  const start = performance.now();
  const { status, stderr, error } = spawnSync("tclsh", [oracle, "evaluate"], {
    input: files.map((file) => `${file}\n`).join(""),
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  if (error || status !== 0) throw new Error(`tclsh: ${error?.message ?? stderr}`);
  return performance.now() - start;
}
