/** One warm Nuke: the frames it has been handed, those it is yet to get, and what it reports of them. */
import { messageOf } from "../../plan/text/message-of.ts";
import { type WarmReport, readWarmReport } from "../../nuke/warm-report.ts";
import type { Chunk, FrameCommand, RenderPlan } from "../../plan/render-plan.ts";
import { warmLine } from "../../plan/warm-command.ts";
import type { Adopted } from "./adopted.ts";
import type { FrameLedger } from "../frames/frame-ledger.ts";
import { meanOf } from "../frames/frame-times.ts";
import { WarmCommandFile, type WarmCommandDraft } from "./warm-command-file.ts";
import { prefetchCount } from "./warm-prefetch.ts";

/** Recent frames that the estimate of the next ones is based on. */
const RECENT = 4;
/** Looks into its log while it has nothing ahead and would wait for us: a part of its frame, within bounds (ms). */
const LOOK = { part: 0.02, least: 25, most: 120 };

/** What a warm Nuke asks of its job. */
export interface WarmSide {
  /** Frames of the whole job that no Nuke has been handed. */
  readonly left: number;
  /** Nukes that share them. */
  readonly nukes: number;
  /** Makes work for one more Nuke, where one may run. */
  splitLargest(): void;
  /** Brings frames to a Nuke which has none left (by `take` of it); false when there are none. */
  more(to: WarmSession): boolean;
  /** Whether there will be some in a moment: a Nuke that is being ended leaves its own. */
  soon(to: WarmSession): boolean;
  /** Whether a frame has failed for want of a place for it: then its Nuke ends, and no frame is to blame. */
  excused(frame: number): Promise<boolean>;
  /** Decides on a frame that has failed, and was handed by command `n`: it goes elsewhere, or has failed for the last time. */
  failed(run: WarmSession, frame: number, n: number, message: string): void;
}

export interface WarmSessionDeps {
  readonly side: WarmSide;
  readonly words: FrameCommand;
  /** The job's. */
  readonly folder: string;
  readonly chunk: number;
  readonly frames: readonly number[];
  readonly ledger: Pick<FrameLedger, "add" | "remove">;
  readonly warn: (text: string) => void;
}

/** The chunk of a Nuke that may stay open. */
interface WarmChunk {
  /** Null: it renders its range and ends. */
  readonly warm: WarmSide | null;
  readonly plan: Pick<RenderPlan, "warm">;
  /** The job's. */
  readonly folder: string;
  readonly chunk: Pick<Chunk, "index">;
}

export class WarmSession {
  readonly #deps: WarmSessionDeps;
  readonly #file: WarmCommandFile;
  /** Not handed yet, in order. */
  #pending: number[];
  /** Handed and not over, by the command that handed them. */
  readonly #handed = new Map<number, number>();
  /** Frames that have failed for the last time. */
  readonly #lost = new Set<number>();
  #seconds: number[] = [];
  #ready = false;
  #ending = false;
  #lives = false;

  private constructor(deps: WarmSessionDeps) {
    this.#deps = deps;
    this.#file = new WarmCommandFile(deps.folder, deps.chunk);
    this.#pending = [...deps.frames];
  }

  /** Null: the chunk is rendered by a Nuke that gets its whole range and ends. */
  static of(
    { warm: side, plan, folder, chunk: { index } }: WarmChunk,
    frames: readonly number[],
    ledger: WarmSessionDeps["ledger"],
    warn: WarmSessionDeps["warn"],
  ): WarmSession | null {
    if (side === null || !plan.warm) return null;
    return new WarmSession({ side, words: plan.warm, folder, chunk: index, frames, ledger, warn });
  }

  get chunk(): number {
    return this.#deps.chunk;
  }

  get argv(): string[] {
    return warmLine(this.#deps.words, this.#file.path);
  }

  /** Frames that no Nuke has been handed. */
  get pending(): readonly number[] {
    return this.#pending;
  }

  /** Seconds of its last frames; null before the first. */
  get secondsPerFrame(): number | null {
    return meanOf(this.#seconds);
  }

  /** Frames that have failed for the last time: they are not requeued. */
  get lost(): ReadonlySet<number> {
    return this.#lost;
  }

  /** It renders, or will. */
  get lives(): boolean {
    return this.#lives && !this.#ending;
  }

  /** Milliseconds until its log should be looked at again. */
  get lookMs(): number {
    if (!this.#ready || this.#handed.size > 1 || this.#ending) return LOOK.most;
    const wished = (this.secondsPerFrame ?? 0) * 1000 * LOOK.part;
    return Math.max(LOOK.least, Math.min(LOOK.most, wished));
  }

  /**
   * Before its Nuke is started: its first frame waits for it. Of one that runs, reads what it was told.
   * @throws what the system says.
   */
  open(adopted: Adopted | null): void {
    const commands = this.#file.open();
    const own = new Set(this.#deps.frames);
    for (const command of commands) {
      if (command.do === "end") this.#ending = true;
      if (command.do === "render")
        for (const frame of command.frames) if (own.has(frame)) this.#handed.set(frame, command.n);
    }
    // A journal that was cut short may not know that a frame was handed here: it is rendered elsewhere.
    const told = commands.flatMap((command) => (command.do === "render" ? command.frames : []));
    const foreign = told.filter((frame) => !own.has(frame));
    if (foreign.length > 0) this.#send({ do: "drop", frames: foreign });
    for (const [frame, n] of this.#handed)
      if (adopted?.told.has(frame) || adopted?.returned.get(frame) === n) this.#handed.delete(frame);
    this.#pending = this.#pending.filter((frame) => !this.#handed.has(frame) && !adopted?.told.has(frame));
    this.#lives = adopted === null || adopted.nuke !== null;
    if (adopted === null) this.pump();
  }

  /** What a line of its output reports, where that is about what it was handed. */
  handleReport(line: string): WarmReport | null {
    const report = readWarmReport(line);
    if (report === null) return null;
    if (report.event === "ready") this.#ready = true;
    if (report.event !== "done" && report.event !== "failed") return report;
    this.#ready = true;
    this.#seconds = [...this.#seconds, report.seconds].slice(-RECENT);
    // Of an earlier try, which has been accounted for: its log is read a second time.
    return this.#handed.get(report.frame) === report.n ? report : null;
  }

  /** A frame is on disk. */
  done(frame: number): void {
    this.#handed.delete(frame);
  }

  /** A frame has failed, by its report or by what is on disk. */
  failed(frame: number, message: string): void {
    const n = this.#handed.get(frame);
    if (n === undefined) return;
    this.#handed.delete(frame);
    this.#deps.side.failed(this, frame, n, message);
  }

  /** A frame that has failed is not tried any more. */
  giveUp(frame: number): void {
    this.#lost.add(frame);
  }

  /** Frames come to it, to be handed. */
  take(frames: readonly number[]): void {
    this.#deps.ledger.add(frames);
    this.#pending = [...this.#pending, ...frames];
  }

  /** Frames that were not handed, or have failed, leave it. */
  leave(frames: readonly number[]): void {
    this.#deps.ledger.remove(frames);
    this.#pending = this.#pending.filter((frame) => !frames.includes(frame));
  }

  /** Hands it what it should have; tells it to end when there is nothing left. False when it has been told to end. */
  pump(): boolean {
    this.#deps.side.splitLargest();
    while (this.lives) {
      const { left, nukes } = this.#deps.side;
      const { secondsPerFrame } = this;
      const wanted = prefetchCount({ secondsPerFrame, ready: this.#ready, left, nukes });
      const room = wanted - this.#handed.size;
      if (room <= 0) return true;
      if (this.#pending.length > 0 || this.#deps.side.more(this)) {
        if (!this.#send({ do: "render", frames: this.#pending.slice(0, room) })) return true;
      } else if (this.#handed.size > 0 || this.#deps.side.soon(this)) return true;
      else this.end();
    }
    return !this.#ending;
  }

  /** Has it end after the current frame. */
  end(): void {
    while (this.lives && this.#send({ do: "end" }));
  }

  /** False when it could not be written: it is tried again at the next look. */
  #send(order: WarmCommandDraft): boolean {
    try {
      const given = this.#file.send(order);
      if (given.do === "end") this.#ending = true;
      if (given.do !== "render") return true;
      const frames = new Set(given.frames);
      for (const frame of frames) this.#handed.set(frame, given.n);
      this.#pending = this.#pending.filter((frame) => !frames.has(frame));
      return true;
    } catch (error) {
      this.#deps.warn(`Commands cannot be sent to this Nuke: ${messageOf(error)}.`);
      return false;
    }
  }

  /** It has ended, or will end without us. */
  close(): void {
    this.#lives = false;
    this.#file.close();
  }
}
