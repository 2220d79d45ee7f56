/** The scripts that fuzzing starts from. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { decodeScript } from "../../src/script/read-script.ts";

const root = join(import.meta.dirname, "..", "..");
const corpus = join(root, "..", "shared", "corpus");

export interface FuzzSources {
  readonly what: string;
  readonly files: readonly string[];
}

/** The real scripts where they are there, else those of this repository. In an order that does not change. */
export function fuzzSources(): FuzzSources {
  const real = scriptsIn(corpus);
  if (real.length > 0) return { what: `${real.length} real scripts of ../shared/corpus`, files: real };
  const own = [join(root, "examples"), join(root, "test", "fixtures")].flatMap(scriptsIn);
  return {
    what: `${own.length} scripts of this repository, because the real ones are not there (../shared/corpus)`,
    files: own,
  };
}

export function readSource(file: string): string {
  return decodeScript(readFileSync(file));
}

function scriptsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.(?:nk|gizmo)$/u.test(name))
    .sort()
    .map((name) => join(folder, name));
}
