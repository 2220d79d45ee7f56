/** Follows a log file that another process appends to, in pieces of bounded size, and keeps it from growing without end. */
import { messageOf } from "../../plan/text/message-of.ts";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { setImmediate as turn } from "node:timers/promises";
import { baseOf, cutLog, keptParts } from "./log-rotation.ts";

/** Bytes read at once; what is held in memory of a flood. */
const PIECE = 64 * 1024;
/** Bytes read before others have their turn. */
const TURN = 4 * PIECE;
/** Bytes of one look: the rest of a flood waits for the next, so that the end of its Nuke is seen meanwhile. */
const LOOK = 4 * 1024 * 1024;

export class LogTail {
  readonly #path: string;
  readonly #buffer = Buffer.allocUnsafe(PIECE);
  readonly #decoder = new StringDecoder("utf8");
  readonly #capBytes: number;
  #file: number | null = null;
  /** Of all that was ever printed, where the file begins. */
  #base = 0;
  #position = 0;
  #problem: string | null = null;
  /** Where it is tried again after a cut that could not be made. */
  #nextTry = 0;
  #wasCut = false;
  #behind = false;

  /** @param capBytes a longer file loses its middle. */
  constructor(path: string, capBytes = Infinity) {
    this.#path = path;
    this.#capBytes = capBytes;
  }

  /** Bytes read so far, of all that was ever printed. */
  get position(): number {
    return this.#position;
  }

  /** Bytes that were printed and not read yet. */
  get unread(): number {
    return this.#file === null ? 0 : Math.max(0, this.#base + fstatSync(this.#file).size - this.#position);
  }

  /** Its middle is gone. */
  get wasCut(): boolean {
    return this.#wasCut;
  }

  /** There was more than one look takes. */
  get behind(): boolean {
    return this.#behind;
  }

  /** How many times its limit the log has reached although it should have been cut; 0 while it can be. */
  get overflow(): number {
    return this.#problem === null || this.#file === null ? 0 : fstatSync(this.#file).size / this.#capBytes;
  }

  /** Why it grows beyond its cap; null when it does not. */
  get problem(): string | null {
    return this.#problem;
  }

  /**
   * The text since the last call, piece by piece, up to the current length of the file: text that is appended meanwhile is for the
   * next call, so this ends even while something writes without pause.
   *
   * Read without leaving the thread: it is in the system's cache, for it was just written, and on a machine whose cores are all taken by
   * renders each hop to another thread waits for its turn.
   * @param upTo the position to read up to at most.
   * @param all read all of it, whatever its length; otherwise a few MB.
   */
  async *read({ upTo = Infinity, all = false } = {}): AsyncGenerator<string, void, void> {
    const file = (this.#file ??= this.#open());
    const { size: length } = fstatSync(file);
    // Another has emptied it: what is in it now was printed since.
    if (upTo === Infinity && this.#base + length < this.#position) this.#base = this.#position;
    const size = this.#base + length;
    const end = Math.min(upTo, size, all ? Infinity : this.#position + LOOK);
    this.#behind = end < size;
    for (let taken = 0; this.#position < end;) {
      const length = Math.min(PIECE, end - this.#position);
      const bytesRead = readSync(file, this.#buffer, 0, length, this.#position - this.#base);
      if (bytesRead === 0) return;
      this.#position += bytesRead;
      const text = this.#decoder.write(this.#buffer.subarray(0, bytesRead));
      if (text !== "") yield text;
      taken += bytesRead;
      if (taken % TURN === 0) await turn();
    }
    if (upTo < Infinity || this.#position - this.#base <= this.#capBytes) return;
    if (this.#position < this.#nextTry) return;
    const text = this.#cut();
    if (text !== "") yield text;
  }

  /** The bytes of a character that never got complete, as text; empty otherwise. */
  rest(): string {
    return this.#decoder.end();
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #open(): number {
    const kept = keptParts(this.#path);
    this.#base = baseOf(kept);
    this.#wasCut = kept.length > 0;
    // What was thrown away was read before, by an earlier service.
    this.#position = Math.max(this.#position, this.#base);
    return openSync(this.#path, "r");
  }

  #cut(): string {
    const where = { base: this.#base, read: this.#position - this.#base, capBytes: this.#capBytes };
    try {
      const cut = cutLog(this.#path, where);
      if (cut === null) return "";
      this.#base = cut.base;
      this.#position = cut.base;
      this.#wasCut = true;
      this.#problem = null;
      return this.#decoder.write(cut.rest);
    } catch (error) {
      this.#problem = messageOf(error);
      this.#nextTry = this.#position + this.#capBytes / 4;
      return "";
    }
  }
}
