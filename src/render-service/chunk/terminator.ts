/** How one Nuke is made to end, and why. */
import { messageOf } from "../../plan/text/message-of.ts";
import { duration } from "../../plan/text/display.ts";
import { type EndCause, addCause } from "./end-cause.ts";
import type { NukeProcess } from "../process/nuke-process.ts";
import type { Timeouts } from "./timeouts.ts";

export interface TerminatorDeps {
  readonly timeouts: Timeouts;
  readonly say: (severity: "error" | "warning", text: string) => void;
}

/** A time a Nuke is given, after which something happens, unless it is taken back. */
class Deadline {
  #timer: NodeJS.Timeout | null = null;

  get isOn(): boolean {
    return this.#timer !== null;
  }

  /** Begins again. */
  begin(ms: number, over: () => void): void {
    this.end();
    this.#timer = setTimeout(over, ms);
  }

  end(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

export class Terminator {
  readonly #deps: TerminatorDeps;
  #process: NukeProcess | null = null;
  #stopping: Promise<number[]> | null = null;
  #cause: EndCause | null = null;
  readonly #lateness = new Deadline();
  readonly #lastFrame = new Deadline();

  constructor(deps: TerminatorDeps) {
    this.#deps = deps;
  }

  /** Its Nuke runs; it is stopped immediately if that was requested earlier. */
  started(process: NukeProcess): void {
    this.#process = process;
    if (this.#cause?.kind === "cancelled" || this.#cause?.kind === "paused") this.#stopInBackground();
  }

  /** Why we ended it; null when it ended by itself. */
  get cause(): EndCause | null {
    return this.#cause;
  }

  /** It has been told to end. */
  get isOn(): boolean {
    return this.#stopping !== null || this.#cause?.kind === "evicted";
  }

  cancel(): void {
    this.#endFor({ kind: "cancelled" });
  }

  pause(): void {
    this.#endFor({ kind: "paused" });
  }

  /** It is unknown which version of its script it has read. */
  stopStale(): void {
    this.#deps.say(
      "warning",
      "The script was saved while this Nuke read it. It is stopped, and its frames are requeued.",
    );
    this.#endFor({ kind: "stale-script" });
  }

  /** Evicts it; a Nuke that ends by itself after its frame (`exclusive`) gets some time for that. */
  evict(why: string, exclusive: boolean): void {
    const { timeouts, say } = this.#deps;
    this.#cause = addCause(this.#cause, { kind: "evicted" });
    say("warning", `This Nuke is evicted to free memory: ${why}. Its unfinished frames are requeued.`);
    if (exclusive) this.#lastFrame.begin(2 * timeouts.cancelMs, () => this.#stopInBackground());
    else this.#stopInBackground();
  }

  /** @param quietMs for how long it has said nothing; `limitMs`: for how long it may. */
  stopIfSilent(quietMs: number, limitMs: number): void {
    if (this.#stopping !== null || this.#lateness.isOn || quietMs <= limitMs) return;
    this.#deps.say(
      "warning",
      `Nuke has printed nothing for ${duration(quietMs / 1000)} and is being stopped.`,
    );
    this.#endFor({ kind: "silent", silentMs: quietMs });
  }

  /** It prints without end, and its log cannot be kept short: the disk would be full of it. */
  flood(): void {
    if (this.#stopping !== null) return;
    this.#deps.say("error", "Nuke prints endlessly, and its log cannot be shortened. It is being stopped.");
    this.#endFor({ kind: "flooded" });
  }

  /** It has rendered everything: from now on it has a while to end. Once is enough. */
  expect(): void {
    if (this.#lateness.isOn) return;
    const { hangMs } = this.#deps.timeouts;
    this.#lateness.begin(hangMs, () => {
      this.#deps.say(
        "warning",
        `Nuke did not exit within ${Math.round(hangMs / 1000)} s after its render and is being stopped.`,
      );
      this.#endFor({ kind: "late" });
    });
  }

  /** It renders after all. */
  unexpect(): void {
    this.#lateness.end();
  }

  /** Ends it with all it has started; resolves when they are gone. */
  async stop(): Promise<void> {
    if (this.#process === null) return;
    this.#stopping ??= this.#process.stop(this.#deps.timeouts.cancelMs);
    const survivors = await this.#stopping;
    if (survivors.length > 0)
      this.#deps.say(
        "error",
        `These processes could not be ended and still hold memory: ${survivors.join(", ")}.`,
      );
  }

  /** Resolves when what was told to end has ended. */
  async over(): Promise<void> {
    await this.#stopping;
  }

  #endFor(cause: EndCause): void {
    this.#cause = addCause(this.#cause, cause);
    this.#stopInBackground();
  }

  #stopInBackground(): void {
    this.stop().catch((error: unknown) =>
      this.#deps.say("error", `Stopping Nuke failed: ${messageOf(error)}.`),
    );
  }

  /** Stops all timers. */
  close(): void {
    this.#lateness.end();
    this.#lastFrame.end();
  }
}
