/** Tells that something has moved, but not too often. */

/**
 * Between two progress events, ms; more for jobs of very many chunks, whose statuses are large. Far less than what lies between two batches to a
 * client, so that each batch has a fresh one.
 */
const PROGRESS_MS = 20;

export class ProgressThrottle {
  readonly #chunks: () => number;
  readonly #tell: () => void;
  #timer: NodeJS.Timeout | null = null;
  #last = 0;
  #ended = false;

  /** @param chunks how many there are. */
  constructor(chunks: () => number, tell: () => void) {
    this.#chunks = chunks;
    this.#tell = tell;
  }

  /** Something moved: it is told soon. */
  changed(): void {
    if (this.#timer || this.#ended) return;
    const interval = Math.max(PROGRESS_MS, this.#chunks() / 2);
    const due = Math.max(0, this.#last + interval - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.now();
    }, due);
  }

  /** Tells it at once. */
  now(): void {
    if (this.#ended) return;
    this.#last = Date.now();
    this.#tell();
  }

  /** Nothing is told any more. */
  end(): void {
    this.#ended = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
