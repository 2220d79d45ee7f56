import { readdirSync } from "node:fs";
import { join } from "node:path";

export const corpusFolder = join(import.meta.dirname, "..", "..", "..", "shared", "corpus");

/** Every real script and gizmo, sorted. */
export function corpusFiles(): string[] {
  return readdirSync(corpusFolder)
    .filter((name) => /\.(?:nk|gizmo)$/u.test(name))
    .sort()
    .map((name) => join(corpusFolder, name));
}
