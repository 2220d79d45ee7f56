import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createVSIX, listFiles } from "@vscode/vsce";
import { run } from "./run.ts";

const root = join(import.meta.dirname, "..", "..");

/** Builds and packs the extension into a file. */
export async function packageExtension(file: string): Promise<void> {
  await run(process.execPath, [join(root, "scripts", "build.ts"), "--minify"]);
  await mkdir(dirname(file), { recursive: true });
  await createVSIX({
    cwd: root,
    packagePath: file,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
}

/** What would be packed, as paths from the top. */
export async function packedFiles(): Promise<string[]> {
  return (await listFiles({ cwd: root })).map((file) => file.replaceAll("\\", "/")).sort();
}
