/** Scripts and gizmos that are not open: those of the workspace's folders, and where Nuke looks for gizmos. */
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Disk } from "./disk.ts";

/** Files looked at in a workspace, at most: a project drive must not be walked to its end. */
const MOST_FILES = 5000;
const skipped = new Set(["node_modules", ".git", ".hg", ".svn"]);

export class WorkspaceScripts {
  readonly #skipped: ReadonlySet<string>;
  #folders: string[] = [];
  #files: Promise<readonly string[]> | null = null;
  readonly disk: Disk;

  /** `skipped`: uris of files that are not to be read. */
  constructor(disk: Disk, skipped: readonly string[] = []) {
    this.disk = disk;
    this.#skipped = new Set(
      skipped.filter((uri) => uri.startsWith("file:")).map((uri) => fileURLToPath(uri)),
    );
  }

  /** Whether a file is not to be read. */
  skips(path: string): boolean {
    return this.#skipped.has(path);
  }

  /** Uris of the open folders. */
  setFolders(uris: readonly string[]): void {
    this.#folders = uris.filter((uri) => uri.startsWith("file:")).map((uri) => fileURLToPath(uri));
    this.#files = null;
  }

  get folders(): readonly string[] {
    return this.#folders;
  }

  /** Something in the workspace came or went. */
  refresh(): void {
    this.#files = null;
  }

  /** Paths of the workspace's .nk and .gizmo files, 5,000 at most. */
  files(): Promise<readonly string[]> {
    this.#files ??= findScripts(this.#folders, this.disk);
    return this.#files;
  }

  /** Folders in which Nuke finds a gizmo by its class: NUKE_PATH in its order, `~/.nuke`, then the workspace's folders. */
  gizmoFolders(env: NodeJS.ProcessEnv = process.env): string[] {
    const onPath = (env.NUKE_PATH ?? "").split(delimiter).filter((folder) => folder !== "");
    return [...onPath, join(homedir(), ".nuke"), ...this.#folders];
  }
}

async function findScripts(folders: readonly string[], disk: Disk): Promise<readonly string[]> {
  const found: string[] = [];
  const waiting = [...folders];
  for (
    let folder = waiting.shift();
    folder !== undefined && found.length < MOST_FILES;
    folder = waiting.shift()
  ) {
    // A folder that cannot be read or was removed has no files.
    const entries = await disk.entries(folder);
    for (const entry of entries) {
      if (entry.isDirectory() && !skipped.has(entry.name)) waiting.push(join(folder, entry.name));
      else if (/\.(?:nk|gizmo)$/iu.test(entry.name)) found.push(join(folder, entry.name));
    }
  }
  return found.slice(0, MOST_FILES).sort();
}
