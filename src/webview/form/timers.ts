/** Timers by name; setting one again puts it off. */
export class Timers {
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  /** @param after milliseconds. */
  set(name: string, after: number, run: () => void): void {
    this.stop(name);
    this.#timers.set(name, setTimeout(run, after));
  }

  stop(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
