/** One chunk while it renders: its Nuke, its logs, its frames. */
import { setTimeout as wait } from "node:timers/promises";
import { describeEnd } from "../nuke/exit.ts";
import type { NukeOutput } from "../nuke/output.ts";
import { duration } from "../plan/display.ts";
import type { ChunkStatus, Verdict } from "../plan/events.ts";
import { parseFrames } from "../plan/frames.ts";
import { type ChunkFacts, causeOf, judgeChunk } from "./chunk-ending.ts";
import { ChunkLogs, type Said } from "./chunk-logs.ts";
import { ChunkMessages } from "./chunk-messages.ts";
import type { Adopted, ChunkOrder } from "./chunk-order.ts";
import { messageOf } from "./errors.ts";
import type { Ending } from "./frame-book.ts";
import { frameEvent } from "./frame-event.ts";
import { FrameLedger, type FrameOutcome } from "./frame-ledger.ts";
import { FrameTimes } from "./frame-times.ts";
import { Grace } from "./grace.ts";
import { NukeMemory } from "./nuke-memory.ts";
import { CHUNK_VARIABLE } from "./nuke-environment.ts";
import { NotStartedError, NukeProcess, type ProcessEnd, UNWATCHED_END, isUnwatched } from "./nuke-process.ts";
import type { ProcessList } from "./process-list.ts";
import { SilenceClock } from "./silence.ts";

/** Between two looks into the logs, ms. */
const LOOK_MS = 50;

/** The most that counts as silence between two looks, ms. */
const MOST_QUIET_MS = 1200;

export class ChunkRun {
  readonly #order: ChunkOrder;
  readonly #ledger: FrameLedger;
  readonly #startedAt: number;
  readonly #messages: ChunkMessages;
  readonly times: FrameTimes;
  readonly memory = new NukeMemory();
  #process: NukeProcess | null = null;
  #stopping: Promise<number[]> | null = null;
  #cancelled = false;
  #paused = false;
  /** Why it had to make room; null when it had not. */
  #gaveWay: string | null = null;
  #late = false;
  /** The system ends it when it takes more, MB; null: nothing does. */
  #wallMB: number | null = null;
  /** What was said before this service ran, people have been told. */
  #catchingUp = false;
  #totalSeen = false;
  /** It said nothing for so long (ms) that it was ended; null otherwise. */
  #silentMs: number | null = null;
  readonly #lateness = new Grace();
  readonly #logs: ChunkLogs;
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
    const { plan, chunk, adopted } = order;
    this.#startedAt = adopted?.at ?? Date.now();
    this.times = new FrameTimes(this.#startedAt);
    this.#logs = new ChunkLogs(order.folder, chunk.index, order.keeping.logCapBytes);
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

  /** Bytes of its stdout and stderr that were read. */
  get read(): [number, number] {
    return this.#logs.read;
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
    const { job, plan, chunk, env, adopted, emit } = this.#order;
    const { outFile, errFile } = this.#logs;
    const { argv, index, frames } = chunk;
    if (adopted === null) {
      const marked = { ...env, [CHUNK_VARIABLE]: String(index) };
      const nuke = await this.#order.walled({ argv, env: marked }, (text) => this.warn(text));
      this.#wallMB = nuke.wallMB;
      this.#process = await NukeProcess.start({ ...nuke, cwd: plan.cwd, outFile, errFile });
      emit({
        type: "chunk-started",
        job,
        chunk: index,
        frames,
        pid: this.#process.pid,
        argv: [...nuke.argv],
      });
    } else {
      await this.#logs.ensure();
      if (adopted.nuke !== null) this.#process = NukeProcess.adopt(adopted.nuke);
    }
    this.#order.changed();
    if (this.#cancelled || this.#paused) this.#stopInBackground();
    const over = this.#over();
    const silence = new SilenceClock(MOST_QUIET_MS, performance.now());
    let heard = 0;
    try {
      if (adopted !== null) await this.#catchUp(adopted);
      let ended = false;
      void over.then(() => (ended = true));
      for (let last = false; !last;) {
        last = ended;
        await this.#listen(this.#logs.news(last));
        const { bytes } = this.#logs;
        this.#endWhenSilent(silence.look(bytes > heard, performance.now()));
        heard = bytes;
        if (!last) await Promise.race([over, wait(this.#logs.behind ? 0 : LOOK_MS)]);
      }
    } finally {
      this.#lateness.end();
      this.#logs.close();
    }
    this.#end = await over;
    this.#endedAt = Date.now();
    this.memory.ended(this.#ledger.framesDone > 0);
    await this.#judge();
  }

  /** Resolves when the Nuke has ended and, where it was ended by force, all it had started. */
  async #over(): Promise<ProcessEnd> {
    const end = (await this.#process?.ended) ?? UNWATCHED_END;
    // A wrapper that was killed leaves its Nuke behind; one that ended by itself may have started something to stay.
    if (end.exitCode === null) await this.#stop();
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
    const unwatched = isUnwatched(this.#end);
    // Without an exit code, a whole render without an error is the best proof there is.
    const well = unwatched ? this.#totalSeen && this.#firstError === null : this.#end.exitCode === 0;
    const end = asked ? "asked" : ended === null && well ? "well" : "badly";
    for (const outcome of await this.#ledger.close(end)) this.#report(outcome);
    const { verdict, reason } = judgeChunk({
      ...this.#end,
      count: this.#order.chunk.count,
      framesMissing: this.#ledger.missing.length,
      framesReported: this.#framesReported,
      licenseReported: this.#licenseReported,
      firstError: this.#firstError,
      ended,
      unwatched,
      silentMs: this.#silentMs,
      wallMB: this.#wallMB,
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
    if (this.#stopping !== null || this.#lateness.isOn || quietMs <= this.#order.silenceLimitMs()) return;
    this.#silentMs = quietMs;
    this.#say("warning", `Nuke has said nothing for ${duration(quietMs / 1000)}; it is being ended.`);
    this.#stopInBackground();
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
    const { job, chunk, emit } = this.#order;
    for await (const { stream, found } of pieces) {
      const lines = found.flatMap((one) => (one.kind === "line" ? [one.text] : []));
      if (lines.length > 0 && !this.#catchingUp)
        emit({ type: "lines", job, chunk: chunk.index, stream, lines });
      for (const one of found) if (one.kind !== "line") await this.#understand(one);
    }
    const { remark } = this.#logs;
    if (remark !== null) this.#say("warning", remark);
  }

  async #understand(said: Exclude<NukeOutput, { kind: "line" }>): Promise<void> {
    switch (said.kind) {
      case "took":
        this.#lateness.end();
        return this.#ledger.took(said.path, said.seconds);
      case "frame-progress":
        // Parts of a frame may start over (nuke-cli.md 2.4); the bar does not go back.
        if (said.fraction > this.#frameProgress) this.#frameProgress = said.fraction;
        return this.#order.changed();
      case "frame": {
        this.#lateness.end();
        this.#framesReported++;
        this.#frameProgress = 0;
        if (!this.#catchingUp) this.times.frame();
        const peakMB = this.#catchingUp ? null : this.memory.frame();
        for (const outcome of await this.#ledger.frame(said.frame)) this.#report(outcome, peakMB);
        return this.#order.changed();
      }
      case "total":
        this.#totalSeen = true;
        return this.#expectEnd();
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

  #report(outcome: FrameOutcome, peakMB: number | null = null): void {
    const { job, chunk, adopted, emit } = this.#order;
    const { frame } = outcome;
    // Of a frame that was read in one piece with the last that was written down, nobody has been told.
    if (outcome.kind === "done" ? adopted?.told.has(frame) : this.#catchingUp) return;
    if (outcome.kind === "foreign")
      return this.#say("info", `Nuke rendered frame ${frame}, which this chunk did not ask for.`);
    const event = frameEvent(job, chunk.index, outcome, peakMB);
    if (event !== null) emit(event);
  }

  #say(severity: "error" | "warning" | "info", text: string): void {
    if (!this.#catchingUp) this.#messages.say(severity, text);
  }

  #expectEnd(): void {
    const { hangMs } = this.#order.patience;
    this.#lateness.begin(hangMs, () => {
      this.#late = true;
      this.#say(
        "warning",
        `Nuke did not end ${Math.round(hangMs / 1000)} s after its render; it is being ended.`,
      );
      this.#stopInBackground();
    });
  }
}
