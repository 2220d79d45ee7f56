/** How a chunk ended, as far as it has: what its status, its job and the next try read from it. */
import { describeEnd } from "../../nuke/exit.ts";
import type { Verdict } from "../../plan/job/events.ts";
import type { ChunkOutcome } from "../frames/retry-policy.ts";
import { type ProcessEnd, isUnobserved } from "../process/nuke-process.ts";
import type { EndCause } from "./end-cause.ts";
import type { OutputFacts } from "./output-handler.ts";
import { type Judgment, causeOf, judgeChunk } from "./verdict.ts";

/** What is known when its Nuke has ended and its frames were looked at. */
interface ClosedChunk {
  readonly count: number;
  readonly framesMissing: number;
  readonly facts: OutputFacts;
  readonly ended: EndCause | null;
  /** The system ends it when it takes more, MB; null: nothing does. */
  readonly limitMB: number | null;
}

export class ChunkResult {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  #endedAt: number | null = null;
  #end: ProcessEnd = { exitCode: null, signal: null };
  #verdict: Verdict | null = null;
  #reason: string | null = null;

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  get verdict(): Verdict | null {
    return this.#verdict;
  }

  get exitCode(): number | null {
    return this.#end.exitCode;
  }

  get hasEnded(): boolean {
    return this.#endedAt !== null;
  }

  /** How its Nuke ended, for the status. */
  get view(): ProcessEnd & { seconds: number; verdict: Verdict | null; reason: string | null } {
    return {
      seconds: ((this.#endedAt ?? Date.now()) - this.startedAt) / 1000,
      verdict: this.#verdict,
      exitCode: this.#end.exitCode,
      signal: this.#end.signal,
      reason: this.#reason,
    };
  }

  /** In what words it failed; the same trouble has the same words. */
  complaint({ firstError }: OutputFacts): string {
    return firstError ?? describeEnd(this.#end.exitCode, this.#end.signal) ?? this.#reason ?? "";
  }

  /** Why it left frames; null when no one wants them any more (`causeOf`). */
  cause(others: number): ChunkOutcome["cause"] | null {
    return causeOf(this.#verdict, this.#end, others);
  }

  /** Its Nuke has ended. */
  ended(end: ProcessEnd): void {
    this.#end = end;
    this.#endedAt = Date.now();
  }

  /** How its files are to be read: of a Nuke that we ended, or that ended by itself. */
  fileReading(
    { totalSeen, firstError, abandoned }: OutputFacts,
    ended: EndCause | null,
  ): "asked" | "well" | "badly" {
    if (ended !== null && ended.kind !== "late") return "asked";
    // Without an exit code, a whole render without an error is the best proof there is.
    const unobserved = isUnobserved(this.#end) || abandoned;
    const well = unobserved ? totalSeen && firstError === null : this.#end.exitCode === 0;
    return ended === null && well ? "well" : "badly";
  }

  judge({ facts, ...closed }: ClosedChunk): Judgment {
    const judgment = judgeChunk({
      ...this.#end,
      ...facts,
      ...closed,
      unobserved: isUnobserved(this.#end) || facts.abandoned,
    });
    this.finish(judgment.verdict, judgment.reason);
    return judgment;
  }

  finish(verdict: Verdict, reason: string | null): void {
    this.#endedAt ??= Date.now();
    this.#verdict = verdict;
    this.#reason = reason;
  }
}
