/** What the lines of a Nuke, and the reports of a warm one, mean: for its frames, for their times and for people. */
import type { NukeOutput } from "../../nuke/output.ts";
import { type WarmReport, isWarmReport } from "../../nuke/warm-report.ts";
import type { RenderEvent } from "../../plan/job/events.ts";
import type { ChunkContext } from "./context.ts";
import type { ChunkMessages } from "./messages.ts";
import { ScriptReadCheck } from "./script-read-check.ts";
import type { Terminator } from "./terminator.ts";
import type { WarmSession } from "./warm-session.ts";
import type { FrameLedger, FrameOutcome } from "../frames/frame-ledger.ts";
import type { FrameTimes } from "../frames/frame-times.ts";
import type { Said } from "../logs/chunk-logs.ts";
import type { NukeMemory } from "../memory/usage.ts";

export interface OutputHandlerDeps {
  readonly context: ChunkContext;
  readonly ledger: FrameLedger;
  /** Null: it renders its range and ends. */
  readonly warm: WarmSession | null;
  readonly times: FrameTimes;
  readonly memory: NukeMemory;
  readonly messages: ChunkMessages;
  readonly terminator: Terminator;
}

/** What counts for the verdict. */
export interface OutputFacts {
  readonly totalSeen: boolean;
  readonly licenseReported: boolean;
  /** `Frame` lines seen. */
  readonly framesReported: number;
  /** The first error Nuke reported, in its words. */
  readonly firstError: string | null;
  /** A warm one that went, for no service gave a sign. */
  readonly abandoned: boolean;
}

export class OutputHandler {
  readonly #deps: OutputHandlerDeps;
  readonly #scriptCheck: ScriptReadCheck;
  #frameProgress = 0;
  #totalSeen = false;
  #licenseReported = false;
  #framesReported = 0;
  #firstError: string | null = null;
  /** Of a warm Nuke: why a frame of it has failed for the last time. */
  #lastError: string | null = null;
  #abandoned = false;

  constructor(deps: OutputHandlerDeps) {
    this.#deps = deps;
    this.#scriptCheck = new ScriptReadCheck(deps.context.script, deps.context.adopted !== null);
  }

  get facts(): OutputFacts {
    return {
      totalSeen: this.#totalSeen,
      licenseReported: this.#licenseReported,
      framesReported: this.#framesReported,
      firstError: this.#firstError,
      abandoned: this.#abandoned,
    };
  }

  /** The part of the frame at work that is done. */
  get frameProgress(): number {
    return this.#frameProgress;
  }

  /** Takes what a stream newly says; false when nothing of this Nuke may be taken any more. */
  async handle({ stream, found }: Said): Promise<boolean> {
    const { warm, messages, terminator } = this.#deps;
    const { job, chunk, emit } = this.#deps.context;
    const lines = found.flatMap((one) =>
      one.kind === "line" && !(warm && isWarmReport(one.text)) ? [one.text] : [],
    );
    if (lines.length > 0 && !messages.isCatchingUp)
      emit({ type: "lines", job, chunk: chunk.index, stream, lines });
    for (const one of found) {
      if (!(await this.#scriptCheck.in(one))) {
        terminator.stopStale();
        return false;
      }
      if (one.kind !== "line") await this.#understand(one);
      else if (warm && isWarmReport(one.text)) await this.#handleReport(warm, warm.handleReport(one.text));
    }
    return true;
  }

  async #understand(said: Exclude<NukeOutput, { kind: "line" }>): Promise<void> {
    const { context, ledger, warm, messages, terminator } = this.#deps;
    switch (said.kind) {
      case "took":
        terminator.unexpect();
        return ledger.took(said.path, said.seconds);
      case "frame-progress":
        // Parts of a frame may start over (nuke-cli.md 2.4); the bar does not go back.
        if (said.fraction > this.#frameProgress) this.#frameProgress = said.fraction;
        return context.changed();
      case "frame":
        // Of a warm Nuke no one knows whether it prints them; it reports.
        return warm ? undefined : this.#frameOver(await ledger.frame(said.frame));
      case "total":
        // Comes with each frame of a warm Nuke.
        if (warm) return;
        this.#totalSeen = true;
        return terminator.expect();
      case "error": {
        const text = said.node === null ? said.text : `${said.node}: ${said.text}`;
        this.#firstError ??= text;
        ledger.error(text);
        return messages.say("error", text);
      }
      case "warning":
        return messages.say("warning", said.node === null ? said.text : `${said.node}: ${said.text}`);
      case "traceback":
        return messages.say("warning", `Python: ${said.text}`);
      case "license-report":
        this.#licenseReported = true;
        return messages.say("warning", said.text);
    }
  }

  #frameOver(outcomes: readonly FrameOutcome[]): void {
    const { context, warm, times, memory, messages, terminator } = this.#deps;
    terminator.unexpect();
    this.#framesReported++;
    this.#frameProgress = 0;
    if (!messages.isCatchingUp) times.frame();
    const peakMB = messages.isCatchingUp ? null : memory.frame();
    for (const outcome of outcomes) this.report(outcome, peakMB);
    // What another try may mend is no error of this Nuke, which goes on.
    if (warm) this.#firstError = this.#lastError;
    context.changed();
  }

  async #handleReport(warm: WarmSession, report: WarmReport | null): Promise<void> {
    const { context, ledger, messages, terminator } = this.#deps;
    switch (report?.event) {
      case "begin":
        return ledger.begin(report.frame);
      case "done":
        return this.#frameOver(await ledger.frame(report.frame));
      case "failed":
        if (await context.warm?.excused(report.frame)) return warm.end();
        return this.#frameOver([ledger.fail(report.frame, report.message)]);
      case "not-opened":
        return this.#understand({ kind: "error", node: null, text: report.message });
      case "refused":
        return messages.say("warning", `This Nuke has not understood what it was told: ${report.message}`);
      case "ended":
        this.#abandoned = report.why === "abandoned";
        return terminator.expect();
      default:
    }
  }

  /** Tells what became of a frame. */
  report(outcome: FrameOutcome, peakMB: number | null = null): void {
    const { warm, messages } = this.#deps;
    const { job, chunk, adopted, emit } = this.#deps.context;
    const { frame, kind } = outcome;
    if (kind === "foreign")
      return messages.say("info", `Nuke rendered frame ${frame}, which this chunk did not ask for.`);
    if (kind === "done") warm?.done(frame);
    // Of a frame that was read in one piece with the last that was written down, no one has been told.
    const told = kind === "done" ? adopted?.told.has(frame) : messages.isCatchingUp;
    const event = told ? null : frameEvent(job, chunk.index, outcome, peakMB);
    if (event !== null) emit(event);
    if (kind !== "failed") return;
    warm?.failed(frame, outcome.message);
    if (warm?.lost.has(frame) === true) this.#lastError ??= outcome.message;
  }
}

/**
 * Null for what no one has to be told.
 * @param peakMB the most that its Nuke was seen to hold meanwhile; null when that is not known.
 */
function frameEvent(
  job: string,
  chunk: number,
  outcome: FrameOutcome,
  peakMB: number | null,
): RenderEvent | null {
  const { frame } = outcome;
  if (outcome.kind === "done")
    return { type: "frame-done", job, chunk, frame, files: outcome.files, seconds: outcome.seconds, peakMB };
  return outcome.kind === "failed"
    ? { type: "frame-failed", job, chunk, frame, message: outcome.message }
    : null;
}
