/** One of a Nuke's two output streams, read from its log file. */
import { type NukeOutput, NukeOutputParser } from "../nuke/output.ts";
import { LogTail } from "./log-tail.ts";

export class NukeLog {
  readonly name: "stdout" | "stderr";
  readonly #tail: LogTail;
  readonly #parser = new NukeOutputParser();
  #characters = 0;

  constructor(name: "stdout" | "stderr", file: string) {
    this.name = name;
    this.#tail = new LogTail(file);
  }

  /** Characters read so far. */
  get characters(): number {
    return this.#characters;
  }

  /** What is new, piece by piece; with `last`, an unfinished line counts as one. */
  async *read(last: boolean): AsyncGenerator<NukeOutput[], void, void> {
    for await (const text of this.#tail.read()) {
      this.#characters += text.length;
      yield this.#parser.feed(text);
    }
    if (last) yield [...this.#parser.feed(this.#tail.rest()), ...this.#parser.end()];
  }

  async close(): Promise<void> {
    await this.#tail.close();
  }
}
