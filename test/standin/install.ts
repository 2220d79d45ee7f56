import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Puts the stand-in into a folder under the name a Nuke has there (nuke-cli.md section 6); returns its path. */
export async function installStandin(folder: string, name = "Nuke15.1"): Promise<string> {
  await mkdir(folder, { recursive: true });
  const program = join(import.meta.dirname, "nuke.ts");
  if (process.platform === "win32") {
    const path = join(folder, `${name}.cmd`);
    await writeFile(path, `@"${process.execPath}" "${program}" %*\r\n`);
    return path;
  }
  const path = join(folder, name);
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  await writeFile(
    path,
    `#!/bin/sh\nexec ${quoted(process.execPath)} --disable-warning=ExperimentalWarning ${quoted(program)} "$@"\n`,
  );
  await chmod(path, 0o755);
  return path;
}

/** Installs the stand-in below a folder, and returns the environment in which it is the only Nuke of the machine: `...(await onlyNuke(folder))`. */
export async function onlyNuke(folder: string): Promise<{ NUKE_RENDER_INSTALL_ROOTS: string }> {
  const root = join(folder, "nukes");
  await installStandin(join(root, "Nuke15.1v5"));
  return { NUKE_RENDER_INSTALL_ROOTS: root };
}
