/** One of a Nuke's two output streams, read from its log file. */
import { type NukeOutput, NukeOutputParser } from "../nuke/output.ts";
import { LogTail } from "./log-tail.ts";

export class NukeLog {
  readonly #tail: LogTail;
  readonly #parser = new NukeOutputParser();

  constructor(file: string) {
    this.#tail = new LogTail(file);
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#tail.position;
  }

  /** What was read before, up to a byte. */
  async *again(upTo: number): AsyncGenerator<NukeOutput[], void, void> {
    for await (const text of this.#tail.read(upTo)) yield this.#parser.feed(text);
  }

  /** What is new, piece by piece; with `last`, an unfinished line counts as one. */
  async *read(last: boolean): AsyncGenerator<NukeOutput[], void, void> {
    for await (const text of this.#tail.read()) yield this.#parser.feed(text);
    if (last) yield [...this.#parser.feed(this.#tail.rest()), ...this.#parser.end()];
  }

  async close(): Promise<void> {
    await this.#tail.close();
  }
}
