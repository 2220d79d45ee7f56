/** The two output streams of one Nuke, read together. */
import { open } from "node:fs/promises";
import type { NukeOutput } from "../nuke/output.ts";
import { chunkLog } from "./job-folders.ts";
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

  /** @param folder the job's. */
  constructor(folder: string, chunk: number) {
    this.outFile = chunkLog(folder, chunk, "stdout");
    this.errFile = chunkLog(folder, chunk, "stderr");
    this.#out = new NukeLog(this.outFile);
    this.#err = new NukeLog(this.errFile);
  }

  /** Bytes of stdout and stderr read so far. */
  get read(): [number, number] {
    return [this.#out.position, this.#err.position];
  }

  /** Bytes read so far. */
  get bytes(): number {
    return this.#out.position + this.#err.position;
  }

  /** Makes them, empty, where the service died before there were any. */
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

  async close(): Promise<void> {
    await this.#err.close();
    await this.#out.close();
  }
}
