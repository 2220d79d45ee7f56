/** A deadline after which something happens, unless it is cancelled. */
export class Deadline {
  #timer: NodeJS.Timeout | null = null;

  get isOn(): boolean {
    return this.#timer !== null;
  }

  /** Restarts it. */
  begin(ms: number, over: () => void): void {
    this.end();
    this.#timer = setTimeout(over, ms);
  }

  end(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
