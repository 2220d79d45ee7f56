/**
 * Keeps a log within its limit at any speed: a Nuke that prints faster than its log is read stands still until the reading has caught up. It
 * loses nothing by that. Its log is still a file, so it outlives the service.
 */

/** Who prints. */
export interface Printer {
  pause(): Promise<void>;
  resume(): void;
}

/** Bytes that may be unread before it has to wait, at least and at most; else a part of the log's limit. */
const BOUNDS = { least: 1024 * 1024, most: 16 * 1024 * 1024, share: 4 };
/** It continues when the unread bytes are at most that bound divided by this number. */
const GO_ON = 8;

export class LogBrake {
  readonly #printer: Printer;
  readonly #most: number;
  #on = false;
  #pausing = false;
  /** What was unread when it was last held, bytes. */
  #heldAt = 0;

  /** @param capBytes the limit of its log. */
  constructor(printer: Printer, capBytes: number) {
    this.#printer = printer;
    this.#most = Math.min(BOUNDS.most, Math.max(BOUNDS.least, capBytes / BOUNDS.share));
  }

  /** @param unread bytes that were printed and not read yet. */
  look(unread: number): void {
    if (this.#pausing) return;
    if (this.#on && unread < this.#most / GO_ON) this.release();
    // Once more where it is on already: something of the Nuke was missed, and prints on.
    else if (unread > (this.#on ? this.#heldAt : 0) + this.#most) this.#hold(unread);
  }

  /** Lets it continue, for good or for now. */
  release(): void {
    if (this.#on) this.#printer.resume();
    this.#on = false;
  }

  #hold(unread: number): void {
    this.#on = true;
    this.#heldAt = unread;
    this.#pausing = true;
    void this.#printer.pause().finally(() => (this.#pausing = false));
  }
}
