/** The scripts the corpus tests read: the real ones, or the project's own where those are not there. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatedScript } from "./generated-scripts.ts";

const root = join(import.meta.dirname, "..", "..");
export const corpusFolder = join(root, "..", "shared", "corpus");
const GENERATED = 60;

/** Whether the real scripts are there; else tests read `examples/` and generated scripts. */
export const hasRealScripts = existsSync(corpusFolder);

/** Every script and gizmo, sorted. */
export function corpusFiles(): string[] {
  return hasRealScripts
    ? scriptsIn(corpusFolder)
    : [...scriptsIn(join(root, "examples")), ...generatedFiles()];
}

function scriptsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.(?:nk|gizmo)$/u.test(name))
    .sort()
    .map((name) => join(folder, name));
}

function generatedFiles(): string[] {
  const folder = join(root, ".test-output", "generated-scripts");
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: GENERATED }, (_, seed) => {
    const file = join(folder, `generated-${String(seed).padStart(2, "0")}.nk`);
    writeFileSync(file, generatedScript(seed));
    return file;
  });
}
