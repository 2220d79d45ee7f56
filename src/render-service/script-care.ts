/** Keeps the script of a job what it was: looks whether it was saved, and makes its copy again when somebody removed that. */
import { stat } from "node:fs/promises";
import type { RenderJob } from "../plan/job.ts";
import { copyScript } from "./script-copy.ts";
import { type ScriptMark, ScriptWatch, markScript } from "./script-watch.ts";

/** Between two looks for a script that is gone, ms: at first, and at most. */
const FIRST_WAIT_MS = 2000;
const MOST_WAIT_MS = 60_000;

export class ScriptCare {
  /** What the artist works on. */
  readonly #source: string;
  /** What is rendered from, where that is a copy. */
  readonly #copy: string | null;
  readonly #goesOn: boolean;
  #watch: ScriptWatch;
  /** The version that is rendered. */
  #mark: ScriptMark;
  #allowed = false;
  #waitMs = FIRST_WAIT_MS;

  constructor({ plan, source }: Pick<RenderJob, "plan" | "source">, mark: ScriptMark) {
    this.#source = source ?? plan.script;
    this.#copy = plan.script === this.#source ? null : plan.script;
    this.#goesOn = plan.whileRendering === "go-on";
    this.#mark = mark;
    this.#watch = new ScriptWatch(this.#source, mark);
  }

  /** As an earlier service had accepted it. */
  restore(mark: ScriptMark): void {
    this.#mark = mark;
    this.#watch = new ScriptWatch(this.#source, mark);
  }

  async look(): Promise<"same" | "changed" | "gone"> {
    if (this.#copy !== null && (await isThere(this.#copy))) return this.#is("same");
    const found = await this.#watch.look();
    if (found === "same" && this.#copy !== null) await copyScript(this.#source, this.#copy);
    return this.#is(found);
  }

  /** Whether nobody has to be asked about a change. @param begun frames of the version before are rendered. */
  mayChange(begun: boolean): boolean {
    return !begun || this.#goesOn || this.#allowed;
  }

  /** Somebody wants the script as it is. */
  allow(): void {
    this.#allowed = true;
  }

  /** Goes on with the script as it was found. */
  async accept(): Promise<ScriptMark> {
    this.#allowed = false;
    this.#mark = this.#copy === null ? this.#watch.accept() : await copyScript(this.#source, this.#copy);
    this.#watch = new ScriptWatch(this.#source, this.#mark);
    return this.#mark;
  }

  /** Until a script that is gone is looked for again, ms. */
  waitMs(): number {
    const now = this.#waitMs;
    this.#waitMs = Math.min(MOST_WAIT_MS, now * 2);
    return now;
  }

  /** The script the artist works on is still the version that was rendered. */
  async sourceIsSame(): Promise<boolean> {
    const now = await markScript(this.#source).catch(() => null);
    return now?.hash === this.#mark.hash;
  }

  #is<Found extends "same" | "changed" | "gone">(found: Found): Found {
    if (found !== "gone") this.#waitMs = FIRST_WAIT_MS;
    return found;
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
