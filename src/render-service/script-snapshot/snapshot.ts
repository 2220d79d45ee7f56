/** Keeps the version of a job's script: checks whether it was saved, and creates its copy again if that was removed. */
import { stat } from "node:fs/promises";
import type { RenderJob } from "../../plan/job/job.ts";
import { copyBeside, copyScript } from "./snapshot-copy.ts";
import { type ScriptFingerprint, FingerprintCheck, fingerprintScript } from "./fingerprint.ts";

/** Between two looks for a script that is gone, ms: at first, and at most. */
const FIRST_WAIT_MS = 2000;
const MOST_WAIT_MS = 60_000;

export class ScriptSnapshot {
  /** What the artist works on. */
  readonly #source: string;
  /** What is rendered from, where that is a copy. */
  readonly #copy: string | null;
  readonly #goesOn: boolean;
  /** The job's own folder, where the text of the script is kept; null when it is not. */
  readonly #kept: string | null;
  /** What Nukes read now in place of the script; null: the script. */
  #beside: string | null = null;
  #watch: FingerprintCheck;
  /** The version that is rendered. */
  #mark: ScriptFingerprint;
  #allowed = false;
  #waitMs = FIRST_WAIT_MS;

  /** @param folder the job's own. */
  constructor({ plan, source }: Pick<RenderJob, "plan" | "source">, mark: ScriptFingerprint, folder: string) {
    this.#source = source ?? plan.script;
    this.#copy = plan.script === this.#source ? null : plan.script;
    this.#kept = plan.whileRendering === "copy" && this.#copy === null ? folder : null;
    this.#goesOn = plan.whileRendering === "go-on";
    this.#mark = mark;
    this.#watch = new FingerprintCheck(this.#source, mark);
  }

  /** As an earlier service had accepted it. */
  restore(mark: ScriptFingerprint): void {
    this.#mark = mark;
    this.#watch = new FingerprintCheck(this.#source, mark);
  }

  /** What Nukes that are started now read in place of the script; null: the script itself. */
  get beside(): string | null {
    return this.#beside;
  }

  /** Whether the script is unchanged; also true if its text is not kept, because there is nothing else to read. */
  async isSame(): Promise<boolean> {
    return this.#kept === null || (await this.#watch.look()) === "same";
  }

  /** A changed or missing script counts as `same` if its text is kept and can be written next to it. */
  async look(): Promise<"same" | "changed" | "gone"> {
    if (this.#copy !== null && (await isThere(this.#copy))) return this.#is("same");
    const found = await this.#watch.look();
    if (found === "same" && this.#copy !== null) await copyScript(this.#source, this.#copy);
    if (this.#kept === null || found === "same") {
      this.#beside = null;
      return this.#is(found);
    }
    const beside = await copyBeside(this.#source, this.#kept, this.#mark).catch(() => null);
    if (beside === null) return this.#is(found);
    this.#beside = beside;
    return this.#is("same");
  }

  /** Whether a change needs no question. @param begun frames of the earlier version are rendered. */
  mayChange(begun: boolean): boolean {
    return !begun || this.#goesOn || this.#allowed;
  }

  /** The user accepts the current script. */
  allow(): void {
    this.#allowed = true;
  }

  /** Goes on with the script as it was found. */
  async accept(): Promise<ScriptFingerprint> {
    this.#allowed = false;
    this.#mark = this.#copy === null ? this.#watch.accept() : await copyScript(this.#source, this.#copy);
    this.#watch = new FingerprintCheck(this.#source, this.#mark);
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
    const now = await fingerprintScript(this.#source).catch(() => null);
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
