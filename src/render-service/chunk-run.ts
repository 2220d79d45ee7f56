/** One chunk while it renders: its Nuke, its logs, its frames. */
import { setTimeout as wait } from "node:timers/promises";
import { describeEnd } from "../nuke/exit.ts";
import type { NukeOutput } from "../nuke/output.ts";
import { duration } from "../plan/display.ts";
import type { ChunkStatus, RenderEvent, Verdict } from "../plan/events.ts";
import { parseFrames } from "../plan/frames.ts";
import type { Chunk, RenderPlan } from "../plan/render-plan.ts";
import { type ChunkFacts, causeOf, judgeChunk } from "./chunk-ending.ts";
import { ChunkMessages } from "./chunk-messages.ts";
import { messageOf } from "./errors.ts";
import type { Ending } from "./frame-book.ts";
import { FrameLedger, type FrameOutcome } from "./frame-ledger.ts";
import { FrameTimes } from "./frame-times.ts";
import { chunkLog } from "./job-folders.ts";
import { NukeMemory } from "./nuke-memory.ts";
import { NukeLog } from "./nuke-log.ts";
import { NotStartedError, NukeProcess, type ProcessEnd } from "./nuke-process.ts";
import type { Patience } from "./patience.ts";
import type { ProcessList } from "./process-list.ts";
import { SilenceClock } from "./silence.ts";

export interface ChunkOrder {
  readonly job: string;
  readonly plan: RenderPlan;
  readonly chunk: Chunk;
  readonly env: Readonly<Record<string, string>>;
  /** The job's folder, for the logs. */
  readonly folder: string;
  readonly patience: Patience;
  /** How long (ms) this Nuke may say nothing, as far as its job has learned by now. */
  readonly silenceLimitMs: () => number;
  readonly emit: (event: RenderEvent) => void;
  /** Something that the status shows has moved. */
  readonly changed: () => void;
}

/** Between two looks into the logs, ms. */
const LOOK_MS = 120;

export class ChunkRun {
  readonly #order: ChunkOrder;
  readonly #ledger: FrameLedger;
  readonly #startedAt = Date.now();
  readonly #messages: ChunkMessages;
  readonly times = new FrameTimes(this.#startedAt);
  readonly memory = new NukeMemory();
  #process: NukeProcess | null = null;
  #stopping: Promise<number[]> | null = null;
  #cancelled = false;
  #paused = false;
  /** Why it had to make room; null when it had not. */
  #gaveWay: string | null = null;
  #late = false;
  /** It said nothing for so long (ms) that it was ended; null otherwise. */
  #silentMs: number | null = null;
  #hangTimer: NodeJS.Timeout | null = null;
  #frameProgress = 0;
  #licenseReported = false;
  #framesReported = 0;
  #firstError: string | null = null;
  #endedAt: number | null = null;
  #end: ProcessEnd = { exitCode: null, signal: null };
  #verdict: Verdict | null = null;
  #reason: string | null = null;

  constructor(order: ChunkOrder) {
    this.#order = order;
    const { plan, chunk } = order;
    this.#messages = new ChunkMessages(order.job, chunk.index, order.emit);
    this.#ledger = new FrameLedger({
      frames: parseFrames(chunk.frames).frames,
      filesPerFrame: plan.filesPerFrame,
      movie: plan.movie,
      cwd: plan.cwd,
      outputFile: plan.outputFile,
      startedAt: this.#startedAt,
    });
  }

  get ledger(): FrameLedger {
    return this.#ledger;
  }

  get status(): ChunkStatus {
    const { index, frames, count } = this.#order.chunk;
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
    return this.#silentMs !== null && !this.isRunning;
  }

  /** It has been told to end. */
  get isLeaving(): boolean {
    return this.#stopping !== null;
  }

  /** In what words it failed; the same trouble has the same words. */
  get complaint(): string {
    return this.#firstError ?? describeEnd(this.#end.exitCode, this.#end.signal) ?? this.#reason ?? "";
  }

  /** Milliseconds since 1970. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /**
   * What it left, once it is over; null when that is nothing, or nobody wants it rendered any more.
   * @param others Nukes that went on when it ended: killed alone, it was not killed to make room.
   */
  ending(others: number): Ending | null {
    const missing = this.#ledger.missing;
    const cause = causeOf(this.#verdict, this.#end, others);
    if (cause === null || missing.length === 0) return null;
    return { cause, missing, failed: this.#ledger.failed, at: this.#ledger.atWork };
  }

  /** Frames finished and the part of the one at work. */
  get framesAdvanced(): number {
    return Math.min(this.#order.chunk.count, this.#ledger.framesSettled + this.#frameProgress);
  }

  /** Renders the chunk; resolves when it is over and no process of it that has to end is left. Never rejects. */
  async run(): Promise<void> {
    try {
      await this.#render();
    } catch (error) {
      if (error instanceof NotStartedError) this.#finish("not-started", error.message);
      else {
        await this.#stop();
        this.#finish("failed", `The render service could not go on with this chunk: ${messageOf(error)}.`);
      }
    }
    this.#order.emit({ type: "chunk-finished", job: this.#order.job, status: this.status });
    this.#order.changed();
  }

  /** Ends it; `run` resolves when it is gone. */
  cancel(): void {
    this.#cancelled = true;
    this.#stopInBackground();
  }

  /** Tells people something about it. */
  warn(text: string): void {
    this.#say("warning", text);
  }

  /** Ends it politely because its job is paused; its unfinished frames are rendered later. */
  pause(): void {
    this.#paused = true;
    this.#stopInBackground();
  }

  /** Ends it politely to make room; its unfinished frames are not its fault. */
  giveWay(why: string): void {
    this.#gaveWay = why;
    this.#say(
      "warning",
      `This Nuke is ended to make room: ${why}. Its unfinished frames are rendered later.`,
    );
    this.#stopInBackground();
  }

  /** Takes a memory sample; answers with what its tree holds now, MB. */
  sample(list: ProcessList): number {
    if (this.#process === null || this.#endedAt !== null) return 0;
    return this.memory.look(this.#process.tree.update(list), this.#ledger.framesDone > 0);
  }

  async #render(): Promise<void> {
    const { job, plan, chunk, env, folder, emit } = this.#order;
    const [outFile, errFile] = [
      chunkLog(folder, chunk.index, "stdout"),
      chunkLog(folder, chunk.index, "stderr"),
    ];
    const started = await NukeProcess.start({ argv: chunk.argv, cwd: plan.cwd, env, outFile, errFile });
    this.#process = started;
    emit({
      type: "chunk-started",
      job,
      chunk: chunk.index,
      frames: chunk.frames,
      pid: started.pid,
      argv: chunk.argv,
    });
    this.#order.changed();
    if (this.#cancelled || this.#paused) this.#stopInBackground();
    const over = this.#over(started);
    const logs = [new NukeLog("stderr", errFile), new NukeLog("stdout", outFile)];
    const silence = new SilenceClock(10 * LOOK_MS, performance.now());
    let heard = 0;
    try {
      let ended = false;
      void over.then(() => (ended = true));
      for (let last = false; !last;) {
        last = ended;
        // Errors first: they belong to the frame whose line comes after them.
        for (const log of logs) await this.#read(log, last);
        const characters = logs.reduce((sum, log) => sum + log.characters, 0);
        this.#endWhenSilent(silence.look(characters > heard, performance.now()));
        heard = characters;
        if (!last) await Promise.race([over, wait(LOOK_MS)]);
      }
    } finally {
      this.#clearHangTimer();
      for (const log of logs) await log.close();
    }
    this.#end = await over;
    this.#endedAt = Date.now();
    this.memory.ended(this.#ledger.framesDone > 0);
    await this.#judge();
  }

  /** Resolves when the Nuke has ended and, where it was ended by force, all it had started. */
  async #over(started: NukeProcess): Promise<ProcessEnd> {
    const end = await started.ended;
    // A wrapper that was killed leaves its Nuke behind; one that ended by itself may have started something to stay.
    if (end.signal !== null) await this.#stop();
    else await this.#stopping;
    return end;
  }

  async #stop(): Promise<void> {
    if (this.#process === null) return;
    this.#stopping ??= this.#process.stop(this.#order.patience.cancelMs);
    const survivors = await this.#stopping;
    if (survivors.length > 0)
      this.#say(
        "error",
        `These processes could not be ended and still hold memory: ${survivors.join(", ")}.`,
      );
  }

  #stopInBackground(): void {
    this.#stop().catch((error: unknown) => this.#say("error", `Ending Nuke failed: ${messageOf(error)}.`));
  }

  async #judge(): Promise<void> {
    const ended = this.#endedBecause;
    const asked = ended !== null && ended !== "late";
    const end = asked ? "asked" : ended === null && this.#end.exitCode === 0 ? "well" : "badly";
    for (const outcome of await this.#ledger.close(end)) this.#report(outcome);
    const { verdict, reason } = judgeChunk({
      ...this.#end,
      count: this.#order.chunk.count,
      framesMissing: this.#ledger.missing.length,
      framesReported: this.#framesReported,
      licenseReported: this.#licenseReported,
      firstError: this.#firstError,
      ended,
      silentMs: this.#silentMs,
    });
    if (verdict === "done" && reason !== null && ended === null) this.#say("warning", reason);
    this.#finish(verdict, reason);
  }

  get #endedBecause(): ChunkFacts["ended"] {
    if (this.#cancelled) return "cancelled";
    if (this.#paused) return "paused";
    if (this.#gaveWay !== null) return "gave-way";
    if (this.#silentMs !== null) return "silent";
    return this.#late ? "late" : null;
  }

  #endWhenSilent(quietMs: number): void {
    if (this.#stopping !== null || this.#hangTimer !== null || quietMs <= this.#order.silenceLimitMs())
      return;
    this.#silentMs = quietMs;
    this.#say("warning", `Nuke has said nothing for ${duration(quietMs / 1000)}; it is being ended.`);
    this.#stopInBackground();
  }

  #finish(verdict: Verdict, reason: string | null): void {
    this.#endedAt ??= Date.now();
    this.#verdict = verdict;
    this.#reason = reason;
  }

  async #read(log: NukeLog, last: boolean): Promise<void> {
    const { job, chunk, emit } = this.#order;
    for await (const found of log.read(last)) {
      const lines = found.flatMap((one) => (one.kind === "line" ? [one.text] : []));
      if (lines.length > 0) emit({ type: "lines", job, chunk: chunk.index, stream: log.name, lines });
      for (const one of found) await this.#understand(one);
    }
  }

  async #understand(said: NukeOutput): Promise<void> {
    switch (said.kind) {
      case "line":
        return;
      case "took":
        this.#clearHangTimer();
        return this.#ledger.took(said.path, said.seconds);
      case "frame-progress":
        // Parts of a frame may start over (nuke-cli.md 2.4); the bar does not go back.
        if (said.fraction > this.#frameProgress) this.#frameProgress = said.fraction;
        return this.#order.changed();
      case "frame":
        this.#clearHangTimer();
        this.#framesReported++;
        this.#frameProgress = 0;
        this.times.frame();
        for (const outcome of await this.#ledger.frame(said.frame)) this.#report(outcome);
        return this.#order.changed();
      case "total":
        return this.#startHangTimer();
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

  #report(outcome: FrameOutcome): void {
    const { job, chunk, emit } = this.#order;
    const { frame } = outcome;
    if (outcome.kind === "done")
      emit({
        type: "frame-done",
        job,
        chunk: chunk.index,
        frame,
        files: outcome.files,
        seconds: outcome.seconds,
      });
    else if (outcome.kind === "failed")
      emit({ type: "frame-failed", job, chunk: chunk.index, frame, message: outcome.message });
    else if (outcome.kind === "foreign")
      this.#say("info", `Nuke rendered frame ${frame}, which this chunk did not ask for.`);
  }

  #say(severity: "error" | "warning" | "info", text: string): void {
    this.#messages.say(severity, text);
  }

  #startHangTimer(): void {
    this.#clearHangTimer();
    const { hangMs } = this.#order.patience;
    this.#hangTimer = setTimeout(() => {
      this.#late = true;
      this.#say(
        "warning",
        `Nuke did not end ${Math.round(hangMs / 1000)} s after its render; it is being ended.`,
      );
      this.#stopInBackground();
    }, hangMs);
  }

  #clearHangTimer(): void {
    if (this.#hangTimer) clearTimeout(this.#hangTimer);
    this.#hangTimer = null;
  }
}
