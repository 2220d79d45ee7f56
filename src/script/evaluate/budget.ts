/** What working out the values of one script may take. Tcl and expressions of a script share one budget. */
import { UnknownValueError, quoted } from "./unknown-value.ts";

/** The longest value: more than any file name, and than any list that names are taken from. */
export const LONGEST_VALUE = 65_536;
/** Commands in commands, and knobs that name knobs. */
const DEEPEST = 50;
/** Steps for one question. A step is one character looked at or made. */
const MOST_FOR_ONE = 2_000_000;
/** Steps for a script, and more for each of its characters: what a long script asks for may take longer. */
const MOST_FOR_ALL = 10_000_000;
const MOST_FOR_EACH_CHARACTER = 10;

/** Counts steps, length and depth. Going over a limit throws, and the value in question is unknown. */
export class EvaluationBudget {
  #left: number;
  #leftForOne = MOST_FOR_ONE;
  #depth = 0;

  /** `characters`: the length of the script. */
  constructor(characters: number) {
    this.#left = MOST_FOR_ALL + MOST_FOR_EACH_CHARACTER * characters;
  }

  /** Starts another question: each has its own steps, as long as the script has any left. */
  nextQuestion(): void {
    this.#leftForOne = MOST_FOR_ONE;
    this.#depth = 0;
  }

  /** @throws {UnknownValueError} when no steps are left for `what`. */
  spend(steps: number, what: string): void {
    this.#left -= steps;
    this.#leftForOne -= steps;
    if (this.#left < 0 || this.#leftForOne < 0)
      throw new UnknownValueError("too-many-steps", `${quoted(what)} takes too long to work out here`);
  }

  /** @throws {UnknownValueError} when a value is longer than any may be. */
  checkLength(length: number, what: string): void {
    if (length > LONGEST_VALUE)
      throw new UnknownValueError("too-long", `${quoted(what)} is too long to work out here`);
  }

  /** Works something out one level deeper. @throws {UnknownValueError} when that is too deep. */
  deeper<Result>(what: string, work: () => Result): Result {
    if (this.#depth >= DEEPEST)
      throw new UnknownValueError("too-deep", `${quoted(what)} is nested too deep to work out here`);
    this.#depth++;
    try {
      return work();
    } finally {
      this.#depth--;
    }
  }
}
