/** One chunk while it renders: its Nuke, its logs, its frames. */
import { messageOf } from "../../plan/text/message-of.ts";
import { setTimeout as wait } from "node:timers/promises";
import type { ChunkStatus } from "../../plan/job/events.ts";
import { framesOf } from "../../plan/frames/frames.ts";
import { Terminator } from "./terminator.ts";
import { ChunkLogs, type Said } from "../logs/chunk-logs.ts";
import { LogBrake } from "../logs/log-brake.ts";
import { ChunkMessages } from "./messages.ts";
import { OutputHandler } from "./output-handler.ts";
import { ChunkResult } from "./result.ts";
import type { Adopted } from "./adopted.ts";
import type { ChunkContext } from "./context.ts";
import { startNuke } from "./start.ts";
import type { ChunkOutcome } from "../frames/retry-policy.ts";
import { FrameLedger } from "../frames/frame-ledger.ts";
import { FrameTimes } from "../frames/frame-times.ts";
import { NukeMemory } from "../memory/usage.ts";
import { NotStartedError, NukeProcess, type ProcessEnd, UNOBSERVED_END } from "../process/nuke-process.ts";
import type { ProcessList } from "../process/process-list.ts";
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
  readonly ledger: FrameLedger;
  /** Null: it renders its range and ends. */
  readonly warm: WarmSession | null;
  readonly times: FrameTimes;
  readonly memory = new NukeMemory();
  readonly #messages: ChunkMessages;
  readonly #terminator: Terminator;
  readonly #logs: ChunkLogs;
  readonly #output: OutputHandler;
  readonly #result: ChunkResult;
  #process: NukeProcess | null = null;
  #brake: LogBrake | null = null;
  /** The system ends it when it takes more, MB; null: nothing does. */
  #limitMB: number | null = null;

  constructor(context: ChunkContext) {
    this.#context = context;
    const { plan, chunk, adopted } = context;
    const startedAt = adopted?.at ?? Date.now();
    this.#result = new ChunkResult(startedAt);
    this.times = new FrameTimes(startedAt);
    this.#logs = new ChunkLogs(context.folder, chunk.index, context.retention.logCapBytes);
    const messages = new ChunkMessages(context.job, chunk.index, context.emit);
    this.#messages = messages;
    this.#terminator = new Terminator({
      timeouts: context.timeouts,
      say: (severity, text) => messages.say(severity, text),
    });
    const frames = framesOf(chunk.frames);
    this.ledger = new FrameLedger({
      frames,
      filesPerFrame: plan.filesPerFrame,
      movie: plan.movie,
      cwd: plan.cwd,
      outputFile: plan.outputFile,
      startedAt,
      singly: context.warm !== null,
    });
    this.warm = WarmSession.of(context, frames, this.ledger, (text) => this.warn(text));
    const { ledger, warm, times, memory } = this;
    this.#output = new OutputHandler({
      context,
      ledger,
      warm,
      times,
      memory,
      messages,
      terminator: this.#terminator,
    });
  }

  get status(): ChunkStatus {
    const { index, frames, count } = this.#context.chunk;
    const { isRunning, ledger } = this;
    return {
      index,
      frames,
      count,
      from: null,
      state: isRunning ? "running" : "finished",
      pid: this.#process?.pid ?? null,
      framesDone: isRunning ? ledger.framesDone : ledger.done.size,
      frameProgress: isRunning ? this.#output.frameProgress : 0,
      peakMB: Math.round(this.memory.peakMB),
      ...this.#result.view,
    };
  }

  get isRunning(): boolean {
    return this.#result.verdict === null;
  }

  /** It was ended for its silence. */
  get wasSilent(): boolean {
    return this.#terminator.cause?.kind === "silent" && !this.isRunning;
  }

  /** It has been told to end. */
  get isLeaving(): boolean {
    return this.#terminator.isOn;
  }

  /** In what words it failed; the same trouble has the same words. */
  get complaint(): string {
    return this.#result.complaint(this.#output.facts);
  }

  /** Milliseconds since 1970. */
  get startedAt(): number {
    return this.#result.startedAt;
  }

  /** Bytes of its stdout and stderr that were read. */
  get read(): [number, number] {
    return this.#logs.read;
  }

  /**
   * What it left, once it is over; null when that is nothing, or no one wants it rendered any more.
   * @param others Nukes that went on when it ended: killed alone, it was not killed to make room.
   */
  ending(others: number): ChunkOutcome | null {
    const missing = this.ledger.missing.filter((frame) => this.warm?.lost.has(frame) !== true);
    const cause = this.#result.cause(others);
    if (cause === null || missing.length === 0) return null;
    return { cause, missing, failed: this.ledger.failed, at: this.ledger.atWork };
  }

  /** Frames finished and the part of the one at work. */
  get framesAdvanced(): number {
    return Math.min(this.#context.chunk.count, this.ledger.framesSettled + this.#output.frameProgress);
  }

  /** Renders the chunk; resolves when it is over and no process of it that has to end is left. Never rejects. */
  async run(): Promise<void> {
    try {
      await this.#render();
    } catch (error) {
      if (error instanceof NotStartedError) this.#result.finish("not-started", error.message);
      else {
        await this.#terminator.stop();
        this.#result.finish(
          "failed",
          `The render service could not go on with this chunk: ${messageOf(error)}.`,
        );
      }
    }
    this.#context.emit({ type: "chunk-finished", job: this.#context.job, status: this.status });
    this.#context.changed();
  }

  /** Ends it; `run` resolves when it is gone. */
  cancel(): void {
    this.#terminator.cancel();
  }

  /** Tells people something about it. */
  warn(text: string): void {
    this.#messages.say("warning", text);
  }

  /** Ends it politely because its job is paused; its unfinished frames are rendered later. */
  pause(): void {
    this.#terminator.pause();
  }

  /** Ends it politely to make room; its unfinished frames are not its fault. */
  evict(why: string): void {
    // A warm one gives its memory back between two frames, if the one at work is not too long.
    this.warm?.end();
    this.#terminator.evict(why, this.warm !== null);
  }

  /** Takes a memory sample; answers with what its tree holds now, MB. */
  sample(list: ProcessList): number {
    if (this.#process === null || this.#result.hasEnded) return 0;
    return this.memory.look(this.#process.tree.update(list), this.ledger.framesDone > 0);
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
        this.#terminator.stopIfSilent(quietMs, this.#context.silenceLimitMs());
        heard = bytes;
        if (this.#logs.overflow > MOST_OVERFLOW) this.#terminator.flood();
        if (!last) this.#pump();
        const pause = this.#logs.behind ? 0 : (this.warm?.lookMs ?? LOOK_MS);
        if (!last) await Promise.race([over, wait(pause)]);
      }
    } finally {
      this.#terminator.close();
      this.#brake?.release();
      this.warm?.close();
      this.#logs.close();
    }
    this.#result.ended(await over);
    this.memory.ended(this.ledger.framesDone > 0);
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
    this.#terminator.started(nuke);
  }

  /** A warm Nuke gets what it should have, or is told to end. */
  #pump(): void {
    if (this.warm === null || this.#terminator.isOn) return;
    if (!this.warm.pump()) this.#terminator.expect();
  }

  /** Resolves when the Nuke has ended and, where it was ended by force, all it had started. */
  async #over(): Promise<ProcessEnd> {
    const end = (await this.#process?.ended) ?? UNOBSERVED_END;
    // A wrapper that was killed leaves its Nuke behind; one that ended by itself may have started something to stay.
    if (end.exitCode === null) await this.#terminator.stop();
    else await this.#terminator.over();
    return end;
  }

  async #judge(): Promise<void> {
    const { facts } = this.#output;
    const ended = this.#terminator.cause;
    const outcomes = await this.ledger.close(this.#result.fileReading(facts, ended));
    for (const outcome of outcomes) this.#output.report(outcome);
    // A launcher that failed may have left its Nuke behind, which would go on writing the frames that come back. After a whole render what stays
    // is meant to: a post-render program at work.
    const framesMissing = this.ledger.missing.length;
    if (framesMissing > 0 || this.#result.exitCode !== 0) await this.#terminator.stop();
    const { count } = this.#context.chunk;
    const limitMB = this.#limitMB;
    const { verdict, reason } = this.#result.judge({ count, framesMissing, facts, ended, limitMB });
    if (verdict === "done" && reason !== null && ended === null) this.warn(reason);
  }

  /** Reads what an earlier service has read already, to know what it knew. */
  async #catchUp({ read, told }: Adopted): Promise<void> {
    this.#messages.isCatchingUp = true;
    this.times.lose();
    this.ledger.restore(told);
    await this.#listen(this.#logs.again(read));
    this.#messages.isCatchingUp = false;
  }

  async #listen(pieces: AsyncIterable<Said>): Promise<void> {
    for await (const said of pieces) {
      this.#brake?.look(this.#logs.unread);
      if (!(await this.#output.handle(said))) return;
    }
    const { remark } = this.#logs;
    if (remark !== null) this.warn(remark);
  }
}
