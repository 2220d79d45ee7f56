/** What was found damaged since the service started: each thing once, in its log and for its clients. */
import type { Damage } from "./state-file.ts";

const MOST_NOTES = 100;

export class DamageNotes {
  readonly #log: (line: string) => void;
  readonly #notes = new Map<string, Damage>();

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** Oldest first. */
  get all(): readonly Damage[] {
    return [...this.#notes.values()];
  }

  readonly tell = (damage: Damage): void => {
    const key = `${damage.file} ${damage.keptAs ?? ""}`;
    if (this.#notes.has(key) || this.#notes.size >= MOST_NOTES) return;
    this.#notes.set(key, damage);
    this.#log(damage.text);
  };
}
