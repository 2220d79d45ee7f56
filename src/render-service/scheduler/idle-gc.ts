/** Frees what a render has left in the heap of this process: an idle service runs for hours next to the artist's programs. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** After the last work, ms. */
const CALM_MS = 1500;

export class IdleGc {
  #timer: NodeJS.Timeout | null = null;
  #collect: (() => void) | null = null;

  /** Nothing is at work: soon the heap is tidied up, once. */
  calm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tidy(), CALM_MS);
    // It must not keep the process.
    this.#timer.unref();
  }

  #tidy(): void {
    this.#timer = null;
    // A program that was started without flags has no other way to run the collector (https://nodejs.org/api/v8.html#v8setflagsfromstringflags).
    if (this.#collect === null) {
      setFlagsFromString("--expose-gc");
      const found: unknown = runInNewContext("gc");
      this.#collect = typeof found === "function" ? () => void found() : () => undefined;
    }
    this.#collect();
  }
}
