/** Follows a log file that another process appends to, in pieces of bounded size. */
import { type FileHandle, open } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";

/** Bytes read at once; what is held in memory of a flood. */
const PIECE = 64 * 1024;

export class LogTail {
  readonly #path: string;
  readonly #buffer = Buffer.allocUnsafe(PIECE);
  readonly #decoder = new StringDecoder("utf8");
  #file: FileHandle | null = null;
  #position = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#position;
  }

  /**
   * The text since the last call, piece by piece, up to the length the file has now: whatever is appended meanwhile is for the
   * next call, so this ends even while something writes without pause.
   * @param upTo bytes from the start of the file to read up to at most.
   */
  async *read(upTo = Infinity): AsyncGenerator<string, void, void> {
    this.#file ??= await open(this.#path, "r");
    const size = Math.min(upTo, (await this.#file.stat()).size);
    while (this.#position < size) {
      const length = Math.min(PIECE, size - this.#position);
      const { bytesRead } = await this.#file.read(this.#buffer, 0, length, this.#position);
      if (bytesRead === 0) return;
      this.#position += bytesRead;
      const text = this.#decoder.write(this.#buffer.subarray(0, bytesRead));
      if (text !== "") yield text;
    }
  }

  /** The bytes of a character that never got complete, as text; empty otherwise. */
  rest(): string {
    return this.#decoder.end();
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }
}
