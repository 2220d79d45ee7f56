/** One of a Nuke's two output streams, read from its log file. */
import { type NukeOutput, NukeOutputParser } from "../../nuke/output.ts";
import { LogTail } from "./log-tail.ts";

export class NukeLog {
  readonly #tail: LogTail;
  readonly #parser = new NukeOutputParser();

  /** @param capBytes a longer log loses its middle. */
  constructor(file: string, capBytes: number) {
    this.#tail = new LogTail(file, capBytes);
  }

  /** There was more than one look takes. */
  get behind(): boolean {
    return this.#tail.behind;
  }

  /** Bytes that were printed and not read yet. */
  get unread(): number {
    return this.#tail.unread;
  }

  get wasCut(): boolean {
    return this.#tail.wasCut;
  }

  /** How many times its limit the log has reached although it should have been cut; 0 while it can be. */
  get overflow(): number {
    return this.#tail.overflow;
  }

  /** Why it grows beyond its cap; null when it does not. */
  get problem(): string | null {
    return this.#tail.problem;
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#tail.position;
  }

  /** What was read before, up to a byte. */
  async *again(upTo: number): AsyncGenerator<NukeOutput[], void, void> {
    for await (const text of this.#tail.read({ upTo, all: true })) yield this.#parser.feed(text);
  }

  /** What is new, piece by piece; with `last`, an unfinished line counts as one. */
  async *read(last: boolean): AsyncGenerator<NukeOutput[], void, void> {
    for await (const text of this.#tail.read({ all: last })) yield this.#parser.feed(text);
    if (last) yield [...this.#parser.feed(this.#tail.rest()), ...this.#parser.end()];
  }

  close(): void {
    this.#tail.close();
  }
}
