/** The server's eyes on the disk. Until the workspace is trusted, a path in a script must not make it look at another machine. */
import { type Dirent, type Stats } from "node:fs";
import { readFile, readdir, realpath, stat } from "node:fs/promises";
import { staysLocal } from "../../facts/local-path.ts";

export class Disk {
  #trusted = false;
  readonly #listeners = new Set<() => void>();

  get isTrusted(): boolean {
    return this.#trusted;
  }

  setTrusted(trusted: boolean): void {
    if (trusted === this.#trusted) return;
    this.#trusted = trusted;
    for (const listener of this.#listeners) listener();
  }

  /** What could not be looked at may be now, or the other way round. */
  onDidChangeTrust(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** False: it may be on another machine, and the workspace is not trusted. Every method below asks this first. */
  async mayTouch(path: string): Promise<boolean> {
    return this.#trusted || (await staysLocal(path));
  }

  /** Null where nothing is, or nothing may be touched; so below. */
  async stat(path: string): Promise<Stats | null> {
    return (await this.mayTouch(path)) ? await stat(path).catch(() => null) : null;
  }

  async names(folder: string): Promise<string[] | null> {
    return (await this.mayTouch(folder)) ? await readdir(folder).catch(() => null) : null;
  }

  async entries(folder: string): Promise<Dirent[]> {
    return (await this.mayTouch(folder))
      ? await readdir(folder, { withFileTypes: true }).catch(() => [])
      : [];
  }

  async bytes(file: string): Promise<Buffer | null> {
    return (await this.mayTouch(file)) ? await readFile(file).catch(() => null) : null;
  }

  /** The path behind all links. */
  async realPath(path: string): Promise<string | null> {
    return (await this.mayTouch(path)) ? await realpath(path).catch(() => null) : null;
  }
}
