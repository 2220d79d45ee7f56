import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { corpusFiles, corpusFolder } from "../corpus/corpus-files.ts";

const example = readFileSync(join(import.meta.dirname, "..", "..", "examples", "shot.nk"), "utf8");

/** A script of at least this many MB: real scripts where they are there, else the example, one after the other. */
export function largeScript(megabytes: number): string {
  const real = existsSync(corpusFolder)
    ? corpusFiles()
        .filter((file) => file.endsWith(".nk"))
        .map((file) => readFileSync(file, "utf8"))
        // Whole scripts only: a pasted group that is not ended would hold all that follows.
        .filter((text) => text.includes("Root {") && !text.includes("Group {"))
    : [];
  if (real.length === 0)
    process.stderr.write("The real scripts are not there: the example is repeated instead.\n");
  const pieces: string[] = [];
  let length = 0;
  for (let index = 0; length < megabytes * 1e6; index++) {
    const piece = `${real[index % Math.max(1, real.length)] ?? ""}\n${example}`;
    pieces.push(piece);
    length += piece.length;
  }
  return pieces.join("\n");
}

/** The largest real script; null where they are not there. */
export function largestScript(): string | null {
  if (!existsSync(corpusFolder)) return null;
  const bySize = corpusFiles()
    .filter((file) => file.endsWith(".nk"))
    .sort((a, b) => statSync(b).size - statSync(a).size);
  const [largest] = bySize;
  return largest === undefined ? null : readFileSync(largest, "utf8");
}
