/** Reads folders and files on shares that may be slow: each one once, within a time limit. */
import { opendir, stat } from "node:fs/promises";

/** Names that are looked at between two looks at the clock. */
const NAMES_AT_ONCE = 1024;
/** A folder with more names than this is not read to its end. */
const MOST_NAMES = 2_000_000;

/** A file that is not empty: Nuke leaves an empty one if it dies before it writes. */
export interface FoundFile {
  /** When it was written, ms since 1970. */
  readonly at: number;
  readonly bytes: number;
}

/** Remembers what was read. The Writes of one lookup share it; the form keeps it for some seconds, because it plans at every keystroke. */
export class DiskLooks {
  readonly #keepMs: number;
  readonly #folders = new Map<string, { readonly at: number; readonly names: Promise<readonly string[]> }>();
  readonly #files = new Map<string, { readonly at: number; readonly file: Promise<FoundFile | null> }>();

  /** @param keepMs how long something that was seen counts as it was. */
  constructor(keepMs = Infinity) {
    this.#keepMs = keepMs;
  }

  /** The names in a folder; none where it cannot be read. */
  names(folder: string, limit: LookLimit): Promise<readonly string[]> {
    const seen = this.#folders.get(folder);
    if (seen && performance.now() - seen.at < this.#keepMs) return seen.names;
    const names = listFolder(folder, limit);
    this.#folders.set(folder, { at: performance.now(), names });
    // A listing that was given up is not kept.
    names.catch(() => this.#folders.delete(folder));
    return names;
  }

  /** Null: it is not there, no file, or empty. */
  file(path: string): Promise<FoundFile | null> {
    const seen = this.#files.get(path);
    if (seen && performance.now() - seen.at < this.#keepMs) return seen.file;
    const file = stat(path).then(
      (found) => (found.isFile() && found.size > 0 ? { at: found.mtimeMs, bytes: found.size } : null),
      () => null,
    );
    this.#files.set(path, { at: performance.now(), file });
    return file;
  }

  forget(): void {
    this.#folders.clear();
    this.#files.clear();
  }
}

/** The time limit of a lookup has expired, or the folder is too large. */
export class LookOverError extends Error {
  readonly reason = "look-over";
  constructor(message: string) {
    super(message);
    this.name = "LookOverError";
  }
}

/** The time limit of one lookup, over all its folders and files. */
export class LookLimit {
  readonly #ms: number;
  readonly #end: number;

  /** @param ms Infinity: as long as it takes. */
  constructor(ms = Infinity) {
    this.#ms = ms;
    this.#end = performance.now() + ms;
  }

  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  get text(): string {
    return `${Math.round(this.#ms / 100) / 10} s`;
  }

  /**
   * What `look` finds, unless time runs out first: a share that hangs never answers.
   * @throws {LookOverError}
   */
  async within<Found>(look: Promise<Found>, place: string): Promise<Found> {
    if (this.#ms === Infinity) return await look;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new LookOverError(`"${place}" did not respond within ${this.text}`)),
        Math.max(0, this.#end - performance.now()),
      );
    });
    try {
      return await Promise.race([look, over]);
    } finally {
      clearTimeout(timer);
    }
  }
}

async function listFolder(folder: string, limit: LookLimit): Promise<readonly string[]> {
  const names: string[] = [];
  const opened = await opendir(folder, { bufferSize: NAMES_AT_ONCE }).catch(() => null);
  if (opened === null) return names;
  try {
    for await (const { name } of opened) {
      if (names.push(name) >= MOST_NAMES)
        throw new LookOverError(`"${folder}" holds more than ${MOST_NAMES} files`);
      if (names.length % NAMES_AT_ONCE === 0 && limit.isOver)
        throw new LookOverError(`"${folder}" was not read within ${limit.text}`);
    }
  } catch (error) {
    if (error instanceof LookOverError) throw error;
    // A share that went away while it was read counts as empty.
    return [];
  }
  return names;
}
