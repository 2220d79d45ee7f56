/** Numbers from a seed (mulberry32): small, and the same everywhere. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 to below a bound. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    value ^= value + Math.imul(value ^ (value >>> 7), 61 | value);
    return bound <= 0 ? 0 : ((value ^ (value >>> 14)) >>> 0) % bound;
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }

  /** Small numbers often, large ones seldom. */
  size(most: number): number {
    return 1 + this.below(Math.max(1, Math.floor(most / 10 ** this.below(5))));
  }
}
