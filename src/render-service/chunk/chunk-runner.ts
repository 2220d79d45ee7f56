/** One chunk while it renders: its Nuke, its logs, its frames. */
import { setTimeout as wait } from "node:timers/promises";
import { describeEnd } from "../../nuke/exit.ts";
import type { NukeOutput } from "../../nuke/output.ts";
import { type WarmReport, isWarmReport } from "../../nuke/warm-report.ts";
import type { ChunkStatus, Verdict } from "../../plan/events.ts";
import { framesOf } from "../../plan/frames.ts";
import { causeOf, judgeChunk } from "./verdict.ts";
import { Terminator } from "./terminator.ts";
import { ChunkLogs, type Said } from "../logs/chunk-logs.ts";
import { LogBrake } from "../logs/log-brake.ts";
import { ChunkMessages } from "./messages.ts";
import type { Adopted } from "./adopted.ts";
import type { ChunkContext } from "./context.ts";
import { startNuke } from "./start.ts";
import { messageOf } from "../protocol/errors.ts";
import type { ChunkOutcome } from "../frames/retry-policy.ts";
import { frameEvent } from "../frames/frame-event.ts";
import { FrameLedger, type FrameOutcome } from "../frames/frame-ledger.ts";
import { FrameTimes } from "../frames/frame-times.ts";
import { NukeMemory } from "../memory/usage.ts";
import {
  NotStartedError,
  NukeProcess,
  type ProcessEnd,
  UNOBSERVED_END,
  isUnobserved,
} from "../process/nuke-process.ts";
import type { ProcessList } from "../process/process-list.ts";
import { ScriptReadCheck } from "./script-read-check.ts";
import { HangWatchdog } from "./hang-watchdog.ts";
import { WarmSession } from "./warm-session.ts";

/** Between two looks into the logs, ms. */
const LOOK_MS = 50;

/** The most that counts as silence between two looks, ms. */
const MOST_QUIET_MS = 1200;

/** A log that cannot be cut, and is so many times as long as it may be, ends its Nuke. */
const MOST_OVERFLOW = 16;

export class ChunkRunner {
  readonly #context: ChunkContext;
  readonly #ledger: FrameLedger;
  readonly #startedAt: number;
  readonly #messages: ChunkMessages;
  /** Null: it renders its range and ends. */
  readonly warm: WarmSession | null;
  readonly times: FrameTimes;
  readonly memory = new NukeMemory();
  #process: NukeProcess | null = null;
  #brake: LogBrake | null = null;
  /** The system ends it when it takes more, MB; null: nothing does. */
  #limitMB: number | null = null;
  /** What was said before this service ran, people have been told. */
  #catchingUp = false;
  #totalSeen = false;
  /** A warm one that went, for no service gave a sign. */
  #abandoned = false;
  readonly #trust: ScriptReadCheck;
  readonly #leave: Terminator;
  readonly #logs: ChunkLogs;
  #frameProgress = 0;
  #licenseReported = false;
  #framesReported = 0;
  #firstError: string | null = null;
  /** Of a warm Nuke: why a frame of it has failed for the last time. */
  #lastError: string | null = null;
  #endedAt: number | null = null;
  #end: ProcessEnd = { exitCode: null, signal: null };
  #verdict: Verdict | null = null;
  #reason: string | null = null;

  constructor(context: ChunkContext) {
    this.#context = context;
    const { plan, chunk, adopted } = context;
    this.#startedAt = adopted?.at ?? Date.now();
    this.times = new FrameTimes(this.#startedAt);
    this.#trust = new ScriptReadCheck(context.script, adopted !== null);
    this.#logs = new ChunkLogs(context.folder, chunk.index, context.retention.logCapBytes);
    this.#messages = new ChunkMessages(context.job, chunk.index, context.emit);
    this.#leave = new Terminator({
      timeouts: context.timeouts,
      say: (severity, text) => this.#say(severity, text),
    });
    const frames = framesOf(chunk.frames);
    this.#ledger = new FrameLedger({
      frames,
      filesPerFrame: plan.filesPerFrame,
      movie: plan.movie,
      cwd: plan.cwd,
      outputFile: plan.outputFile,
      startedAt: this.#startedAt,
      singly: context.warm !== null,
    });
    this.warm = WarmSession.of(context, frames, this.#ledger, (text) => this.#say("warning", text));
  }

  get ledger(): FrameLedger {
    return this.#ledger;
  }

  get status(): ChunkStatus {
    const { index, frames, count } = this.#context.chunk;
    return {
      index,
      frames,
      count,
      from: null,
      state: this.#verdict === null ? "running" : "finished",
      pid: this.#process?.pid ?? null,
      framesDone: this.#verdict === null ? this.#ledger.framesDone : this.#ledger.done.size,
      frameProgress: this.#verdict === null ? this.#frameProgress : 0,
      seconds: ((this.#endedAt ?? Date.now()) - this.#startedAt) / 1000,
      peakMB: Math.round(this.memory.peakMB),
      verdict: this.#verdict,
      exitCode: this.#end.exitCode,
      signal: this.#end.signal,
      reason: this.#reason,
    };
  }

  get isRunning(): boolean {
    return this.#verdict === null;
  }

  /** It was ended for its silence. */
  get wasSilent(): boolean {
    return this.#leave.silentMs !== null && !this.isRunning;
  }

  /** It has been told to end. */
  get isLeaving(): boolean {
    return this.#leave.isOn;
  }

  /** In what words it failed; the same trouble has the same words. */
  get complaint(): string {
    return this.#firstError ?? describeEnd(this.#end.exitCode, this.#end.signal) ?? this.#reason ?? "";
  }

  /** Milliseconds since 1970. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /** Bytes of its stdout and stderr that were read. */
  get read(): [number, number] {
    return this.#logs.read;
  }

  /**
   * What it left, once it is over; null when that is nothing, or nobody wants it rendered any more.
   * @param others Nukes that went on when it ended: killed alone, it was not killed to make room.
   */
  ending(others: number): ChunkOutcome | null {
    const missing = this.#ledger.missing.filter((frame) => this.warm?.lost.has(frame) !== true);
    const cause = causeOf(this.#verdict, this.#end, others);
    if (cause === null || missing.length === 0) return null;
    return { cause, missing, failed: this.#ledger.failed, at: this.#ledger.atWork };
  }

  /** Frames finished and the part of the one at work. */
  get framesAdvanced(): number {
    return Math.min(this.#context.chunk.count, this.#ledger.framesSettled + this.#frameProgress);
  }

  /** Renders the chunk; resolves when it is over and no process of it that has to end is left. Never rejects. */
  async run(): Promise<void> {
    try {
      await this.#render();
    } catch (error) {
      if (error instanceof NotStartedError) this.#finish("not-started", error.message);
      else {
        await this.#leave.stop();
        this.#finish("failed", `The render service could not go on with this chunk: ${messageOf(error)}.`);
      }
    }
    this.#context.emit({ type: "chunk-finished", job: this.#context.job, status: this.status });
    this.#context.changed();
  }

  /** Ends it; `run` resolves when it is gone. */
  cancel(): void {
    this.#leave.cancel();
  }

  /** Tells people something about it. */
  warn(text: string): void {
    this.#say("warning", text);
  }

  /** Ends it politely because its job is paused; its unfinished frames are rendered later. */
  pause(): void {
    this.#leave.pause();
  }

  /** Ends it politely to make room; its unfinished frames are not its fault. */
  evict(why: string): void {
    // A warm one gives its memory back between two frames, if the one at work is not too long.
    this.warm?.end();
    this.#leave.evict(why, this.warm !== null);
  }

  /** Takes a memory sample; answers with what its tree holds now, MB. */
  sample(list: ProcessList): number {
    if (this.#process === null || this.#endedAt !== null) return 0;
    return this.memory.look(this.#process.tree.update(list), this.#ledger.framesDone > 0);
  }

  async #render(): Promise<void> {
    const { adopted } = this.#context;
    const mark = { folder: this.#context.folder, chunk: this.#context.chunk.index };
    // First of all: whatever goes wrong from here on ends it.
    if (adopted?.nuke) this.#attach(NukeProcess.adopt(adopted.nuke, mark));
    for (const { text } of this.#logs.clear()) this.warn(text);
    if (adopted !== null) await this.#logs.ensure();
    this.warm?.open(adopted);
    if (adopted === null) await this.#start();
    const over = this.#over();
    const silence = new HangWatchdog(MOST_QUIET_MS, performance.now());
    let heard = 0;
    try {
      if (adopted !== null) await this.#catchUp(adopted);
      let ended = false;
      void over.then(() => (ended = true));
      for (let last = false; !last;) {
        last = ended;
        await this.#listen(this.#logs.news(last));
        const { bytes } = this.#logs;
        const quietMs = silence.look(bytes > heard, performance.now());
        this.#leave.stopIfSilent(quietMs, this.#context.silenceLimitMs());
        heard = bytes;
        if (this.#logs.overflow > MOST_OVERFLOW) this.#leave.flood();
        if (!last) this.#pump();
        const pause = this.#logs.behind ? 0 : (this.warm?.lookMs ?? LOOK_MS);
        if (!last) await Promise.race([over, wait(pause)]);
      }
    } finally {
      this.#leave.close();
      this.#brake?.release();
      this.warm?.close();
      this.#logs.close();
    }
    this.#end = await over;
    this.#endedAt = Date.now();
    this.memory.ended(this.#ledger.framesDone > 0);
    await this.#judge();
  }

  async #start(): Promise<void> {
    const command = this.warm?.argv ?? this.#context.chunk.argv;
    const nuke = await startNuke(this.#context, command, this.#logs, (text) => this.warn(text));
    this.#limitMB = nuke.limitMB;
    this.#attach(nuke.process);
    this.#context.changed();
  }

  #attach(nuke: NukeProcess): void {
    this.#process = nuke;
    this.#brake = new LogBrake(nuke.tree, this.#context.retention.logCapBytes);
    this.#leave.started(nuke);
  }

  /** A warm Nuke gets what it should have, or is told to end. */
  #pump(): void {
    if (this.warm === null || this.#leave.isOn) return;
    if (!this.warm.pump()) this.#leave.expect();
  }

  /** Resolves when the Nuke has ended and, where it was ended by force, all it had started. */
  async #over(): Promise<ProcessEnd> {
    const end = (await this.#process?.ended) ?? UNOBSERVED_END;
    // A wrapper that was killed leaves its Nuke behind; one that ended by itself may have started something to stay.
    if (end.exitCode === null) await this.#leave.stop();
    else await this.#leave.over();
    return end;
  }

  async #judge(): Promise<void> {
    const ended = this.#leave.because;
    const asked = ended !== null && ended !== "late";
    const unobserved = isUnobserved(this.#end) || this.#abandoned;
    // Without an exit code, a whole render without an error is the best proof there is.
    const well = unobserved ? this.#totalSeen && this.#firstError === null : this.#end.exitCode === 0;
    const end = asked ? "asked" : ended === null && well ? "well" : "badly";
    for (const outcome of await this.#ledger.close(end)) this.#report(outcome);
    // A launcher that failed may have left its Nuke behind, which would go on writing the frames that come back. After a whole render what stays
    // is meant to: a post-render program at work.
    if (this.#ledger.missing.length > 0 || this.#end.exitCode !== 0) await this.#leave.stop();
    const { verdict, reason } = judgeChunk({
      ...this.#end,
      count: this.#context.chunk.count,
      framesMissing: this.#ledger.missing.length,
      framesReported: this.#framesReported,
      licenseReported: this.#licenseReported,
      firstError: this.#firstError,
      ended,
      unobserved,
      silentMs: this.#leave.silentMs,
      limitMB: this.#limitMB,
    });
    if (verdict === "done" && reason !== null && ended === null) this.#say("warning", reason);
    this.#finish(verdict, reason);
  }

  #finish(verdict: Verdict, reason: string | null): void {
    this.#endedAt ??= Date.now();
    this.#verdict = verdict;
    this.#reason = reason;
  }

  /** Reads what an earlier service has read already, to know what it knew. */
  async #catchUp({ read, told }: Adopted): Promise<void> {
    this.#catchingUp = true;
    this.times.lose();
    this.#ledger.restore(told);
    await this.#listen(this.#logs.again(read));
    this.#catchingUp = false;
  }

  async #listen(pieces: AsyncIterable<Said>): Promise<void> {
    const { job, chunk, emit } = this.#context;
    for await (const { stream, found } of pieces) {
      this.#brake?.look(this.#logs.unread);
      const lines = found.flatMap((one) =>
        one.kind === "line" && !(this.warm && isWarmReport(one.text)) ? [one.text] : [],
      );
      if (lines.length > 0 && !this.#catchingUp)
        emit({ type: "lines", job, chunk: chunk.index, stream, lines });
      for (const one of found) {
        if (this.#leave.isStale) return;
        if (!(await this.#trust.in(one))) return this.#leave.stopStale();
        if (one.kind !== "line") await this.#understand(one);
        else if (this.warm && isWarmReport(one.text))
          await this.#handleReport(this.warm.handleReport(one.text));
      }
    }
    const { remark } = this.#logs;
    if (remark !== null) this.#say("warning", remark);
  }

  async #understand(said: Exclude<NukeOutput, { kind: "line" }>): Promise<void> {
    switch (said.kind) {
      case "took":
        this.#leave.unexpect();
        return this.#ledger.took(said.path, said.seconds);
      case "frame-progress":
        // Parts of a frame may start over (nuke-cli.md 2.4); the bar does not go back.
        if (said.fraction > this.#frameProgress) this.#frameProgress = said.fraction;
        return this.#context.changed();
      case "frame":
        // Of a warm Nuke nobody knows whether it prints them; it reports.
        return this.warm ? undefined : this.#frameOver(await this.#ledger.frame(said.frame));
      case "total":
        // Comes with each frame of a warm Nuke.
        if (this.warm) return;
        this.#totalSeen = true;
        return this.#leave.expect();
      case "error": {
        const text = said.node === null ? said.text : `${said.node}: ${said.text}`;
        this.#firstError ??= text;
        this.#ledger.error(text);
        return this.#say("error", text);
      }
      case "warning":
        return this.#say("warning", said.node === null ? said.text : `${said.node}: ${said.text}`);
      case "traceback":
        return this.#say("warning", `Python: ${said.text}`);
      case "license-report":
        this.#licenseReported = true;
        return this.#say("warning", said.text);
    }
  }

  #frameOver(outcomes: readonly FrameOutcome[]): void {
    this.#leave.unexpect();
    this.#framesReported++;
    this.#frameProgress = 0;
    if (!this.#catchingUp) this.times.frame();
    const peakMB = this.#catchingUp ? null : this.memory.frame();
    for (const outcome of outcomes) this.#report(outcome, peakMB);
    // What another try may mend is no error of this Nuke, which goes on.
    if (this.warm) this.#firstError = this.#lastError;
    this.#context.changed();
  }

  async #handleReport(report: WarmReport | null): Promise<void> {
    switch (report?.event) {
      case "begin":
        return this.#ledger.begin(report.frame);
      case "done":
        return this.#frameOver(await this.#ledger.frame(report.frame));
      case "failed":
        if (await this.#context.warm?.excused(report.frame)) return this.warm?.end();
        return this.#frameOver([this.#ledger.fail(report.frame, report.message)]);
      case "not-opened":
        return this.#understand({ kind: "error", node: null, text: report.message });
      case "refused":
        return this.#say("warning", `This Nuke has not understood what it was told: ${report.message}`);
      case "ended":
        this.#abandoned = report.why === "abandoned";
        return this.#leave.expect();
      default:
    }
  }

  #report(outcome: FrameOutcome, peakMB: number | null = null): void {
    const { job, chunk, adopted, emit } = this.#context;
    const { frame, kind } = outcome;
    if (kind === "foreign")
      return this.#say("info", `Nuke rendered frame ${frame}, which this chunk did not ask for.`);
    if (kind === "done") this.warm?.done(frame);
    // Of a frame that was read in one piece with the last that was written down, nobody has been told.
    const told = kind === "done" ? adopted?.told.has(frame) : this.#catchingUp;
    const event = told ? null : frameEvent(job, chunk.index, outcome, peakMB);
    if (event !== null) emit(event);
    if (kind !== "failed") return;
    this.warm?.failed(frame, outcome.message);
    if (this.warm?.lost.has(frame) === true) this.#lastError ??= outcome.message;
  }

  #say(severity: "error" | "warning" | "info", text: string): void {
    if (!this.#catchingUp) this.#messages.say(severity, text);
  }
}
