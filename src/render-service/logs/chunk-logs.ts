/** The two output streams of one Nuke, read together. */
import { open } from "node:fs/promises";
import type { NukeOutput } from "../../nuke/output.ts";
import { chunkLog } from "../storage/job-store.ts";
import { type Damage, requireFilePlace } from "../storage/state-file.ts";
import { NukeLog } from "./nuke-log.ts";

/** What a stream newly says. */
export interface Said {
  readonly stream: "stdout" | "stderr";
  readonly found: readonly NukeOutput[];
}

export class ChunkLogs {
  readonly outFile: string;
  readonly errFile: string;
  readonly #out: NukeLog;
  readonly #err: NukeLog;

  /**
   * @param folder the job's.
   * @param capBytes a longer log loses its middle.
   */
  constructor(folder: string, chunk: number, capBytes: number) {
    this.outFile = chunkLog(folder, chunk, "stdout");
    this.errFile = chunkLog(folder, chunk, "stderr");
    this.#out = new NukeLog(this.outFile, capBytes);
    this.#err = new NukeLog(this.errFile, capBytes);
  }

  /** Bytes of stdout and stderr read so far. */
  get read(): [number, number] {
    return [this.#out.position, this.#err.position];
  }

  /** Bytes read so far. */
  get bytes(): number {
    return this.#out.position + this.#err.position;
  }

  /** Sets aside what is in their place and is no file; returns what that was. */
  clear(): Damage[] {
    return [this.outFile, this.errFile].flatMap((file) => requireFilePlace(file) ?? []);
  }

  /** Makes them, empty, where there are none. */
  async ensure(): Promise<void> {
    for (const file of [this.outFile, this.errFile]) await (await open(file, "a", 0o600)).close();
  }

  /** What was read before, up to where it was read. */
  async *again([out, err]: readonly [number, number]): AsyncGenerator<Said, void, void> {
    for await (const found of this.#err.again(err)) yield { stream: "stderr", found };
    for await (const found of this.#out.again(out)) yield { stream: "stdout", found };
  }

  /** What is new. Errors first: they belong to the frame whose line comes after them. With `last`, an unfinished line counts as one. */
  async *news(last: boolean): AsyncGenerator<Said, void, void> {
    for await (const found of this.#err.read(last)) yield { stream: "stderr", found };
    for await (const found of this.#out.read(last)) yield { stream: "stdout", found };
  }

  /** Bytes that were printed and not read yet. */
  get unread(): number {
    return this.#out.unread + this.#err.unread;
  }

  /** There was more than one look takes. */
  get behind(): boolean {
    return this.#out.behind || this.#err.behind;
  }

  /** How many times its limit a log has reached although it should have been cut; 0 while it can be. */
  get overflow(): number {
    return Math.max(this.#out.overflow, this.#err.overflow);
  }

  /** What people should know of the logs themselves; null for most. */
  get remark(): string | null {
    const problem = this.#out.problem ?? this.#err.problem;
    if (problem !== null)
      return `This Nuke prints too much, and its log cannot be shortened (${problem}). Watch the free space of the disk with ${this.outFile}.`;
    return this.#out.wasCut || this.#err.wasCut
      ? "This Nuke prints too much: only the first and the newest part of its log are kept."
      : null;
  }

  close(): void {
    this.#err.close();
    this.#out.close();
  }
}
