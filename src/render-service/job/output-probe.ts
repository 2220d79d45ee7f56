/** Whether there is a place for frames: space, and a folder that can be written to. A frame that fails without one is not to blame. */
import { messageOf } from "../../plan/text/message-of.ts";
import { randomUUID } from "node:crypto";
import { mkdir, rm, stat, statfs, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Block } from "../../plan/job/job-state.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import { displayMB } from "../../plan/text/size.ts";
import { errorCode } from "../protocol/errors.ts";

const MB = 1024 * 1024;
/** Left on a disk when a frame has failed, below which it counts as full, bytes; a small disk: a twentieth of it. */
const FULL_BYTES = 64 * MB;
/** A disk without space for this many more frames counts as full. */
const FRAMES_LEFT = 4;
/** What the service needs for its own files, bytes. */
const OWN_BYTES = MB;
/** Written to see whether a quota, or a share, still takes something, bytes. */
const PROBE_BYTES = 64 * 1024;

/** The disks, as the system tells; tests have their own. */
export interface Disks {
  statfs(path: string): Promise<{ bavail: number; blocks: number; bsize: number }>;
}

interface Seen {
  readonly device: number;
  /** It is on the same disk as its parent folder, and is not a mount point. */
  readonly plain: boolean;
}

export class OutputProbe {
  readonly #planned: string | null;
  readonly #own: string;
  readonly #disks: Disks;
  /** Folders that were there, while they were. */
  readonly #seen = new Map<string, Seen>();
  #last: string | null = null;
  /** Of the last frame on disk. */
  #files: readonly string[] = [];

  /** @param own the job's folder, for logs and journal. */
  constructor(plan: Pick<RenderPlan, "outputFile" | "cwd">, own: string, disks: Disks = { statfs }) {
    const folder = plan.outputFile === null ? null : dirname(resolve(plan.cwd, plan.outputFile));
    // A folder for every frame or view is known by its files alone.
    this.#planned = folder === null || /#|%/u.test(folder) ? null : folder;
    this.#own = own;
    this.#disks = disks;
  }

  /** A frame is on disk. */
  wrote(files: readonly string[]): void {
    this.#files = files;
    if (files[0] !== undefined) this.#last = dirname(files[0]);
  }

  /** Before a Nuke is started: remembers the folder while it exists; returns the reason not to start one. */
  async beforeStart(): Promise<Block | null> {
    for (const folder of this.#folders) await this.#remember(folder);
    const own = await this.#ownDisk();
    if (own !== null) return own;
    for (const folder of this.#folders) {
      const space = await this.#space(folder);
      if (space !== null && space.free === 0) return full(folder, space.free);
    }
    return null;
  }

  /** A frame has failed: returns what was wrong with its output folder; null when nothing was. */
  async trouble(): Promise<Block | null> {
    const own = await this.#ownDisk();
    if (own !== null) return own;
    const sizes = await Promise.all(this.#files.map((file) => stat(file).catch(() => null)));
    const frame = sizes.reduce((sum, found) => sum + (found?.size ?? 0), 0);
    for (const folder of this.#folders) {
      const found = await this.#troubleOf(folder, FRAMES_LEFT * frame);
      if (found !== null) return found;
    }
    return null;
  }

  /**
   * Creates a deleted folder again if its parent folder still exists on the same disk. Returns the created folders.
   */
  async restore(): Promise<string[]> {
    const made: string[] = [];
    for (const [folder, seen] of this.#seen) {
      const above = await stat(dirname(folder)).catch(() => null);
      if ((await isThere(folder)) || !seen.plain || above?.dev !== seen.device) continue;
      const done = await mkdir(folder).then(
        () => true,
        () => false,
      );
      if (done) made.push(folder);
    }
    return made;
  }

  get #folders(): string[] {
    return [...new Set([this.#planned, this.#last].filter((folder) => folder !== null))];
  }

  async #remember(folder: string): Promise<void> {
    const found = await stat(folder).catch(() => null);
    const above = await stat(dirname(folder)).catch(() => null);
    if (found?.isDirectory() === true)
      this.#seen.set(folder, { device: found.dev, plain: above?.dev === found.dev });
  }

  async #troubleOf(folder: string, needed: number): Promise<Block | null> {
    if (!(await isThere(folder))) {
      // Nuke would have made one that has never been there.
      const known = this.#seen.has(folder) || folder === this.#last;
      return known ? { reason: "folder", text: `The folder ${folder} no longer exists.` } : null;
    }
    const space = await this.#space(folder);
    const least = Math.max(Math.min(FULL_BYTES, (space?.total ?? 0) / 20), needed);
    if (space !== null && space.free < least) return full(folder, space.free);
    return probe(folder, space?.free ?? 0);
  }

  async #ownDisk(): Promise<Block | null> {
    const space = await this.#space(this.#own);
    if (space === null || space.free >= Math.min(OWN_BYTES, space.total / 20)) return null;
    return full(this.#own, space.free);
  }

  /** Bytes; null where the system does not tell. */
  async #space(folder: string): Promise<{ free: number; total: number } | null> {
    const found = await this.#disks.statfs(folder).catch(() => null);
    if (found === null || found.blocks === 0) return null;
    return { free: found.bavail * found.bsize, total: found.blocks * found.bsize };
  }
}

/** Writes a little and removes it. */
async function probe(folder: string, free: number): Promise<Block | null> {
  const file = join(folder, `.nuke-render-${randomUUID().slice(0, 8)}`);
  try {
    await writeFile(file, Buffer.alloc(PROBE_BYTES, 1), { flag: "wx" });
    return null;
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOSPC" || code === "EDQUOT") return full(folder, free, code === "EDQUOT");
    return { reason: "folder", text: `The folder ${folder} cannot be written to (${messageOf(error)}).` };
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}

function full(folder: string, free: number, quota = false): Block {
  const text = quota
    ? `The quota of ${folder} is used up.`
    : `The disk of ${folder} is full: ${displayMB(free / MB)} free.`;
  return { reason: "disk", text };
}

async function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
