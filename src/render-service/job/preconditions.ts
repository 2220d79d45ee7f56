/** What a job cannot render without, and what it says and does while it waits for it: a license, a place for its frames, its script. */
import { basename } from "node:path";
import { count, duration } from "../../plan/text/display.ts";
import type { Block, BlockReason } from "../../plan/job/job-state.ts";
import { displayFrames, framesOf } from "../../plan/frames/frames.ts";
import type { RenderJob } from "../../plan/job/job.ts";
import { wordsForCopy } from "../../plan/snapshot-policy.ts";
import type { Chunks } from "./chunks.ts";
import type { CurrentState } from "./current-state.ts";
import type { JobEvents } from "./events.ts";
import type { Journal } from "../storage/journal.ts";
import type { ChunkOutcome } from "../frames/retry-policy.ts";
import type { BlockedUntil, Look } from "../queue/block-timers.ts";
import type { ScriptReading } from "../chunk/context.ts";
import { refusalText } from "./messages.ts";
import { OutputProbe } from "./output-probe.ts";
import type { Timeouts } from "../chunk/timeouts.ts";
import { Backoff } from "../queue/backoff.ts";
import { ScriptSnapshot } from "../script-snapshot/snapshot.ts";
import type { ScriptFingerprint } from "../script-snapshot/fingerprint.ts";

/** Where a place for frames may be missing. */
const PLACE: readonly BlockReason[] = ["disk", "folder"];

export interface PreconditionDeps {
  readonly job: Pick<RenderJob, "plan" | "source">;
  /** The job's own. */
  readonly folder: string;
  readonly timeouts: Pick<Timeouts, "license" | "output">;
  readonly list: Pick<Chunks, "runs" | "running">;
  /** Fingerprint of the script; null: it is not watched. */
  readonly script: ScriptFingerprint | null;
  readonly events: JobEvents;
  readonly state: CurrentState;
  readonly journal: Pick<Journal, "append">;
}

/** What to do instead of starting a Nuke: wait, or pause the job in these words. */
export type Instead = { readonly blocked: BlockedUntil } | { readonly pause: string };
/** What follows a Nuke without a license or output folder: a blocked, the end with this message, or nothing, because a blocked is already active. */
export type WaitFollowUp = { readonly blocked: BlockedUntil } | { readonly giveUp: string } | null;

export class Preconditions {
  readonly #deps: PreconditionDeps;
  readonly #license: Backoff;
  readonly #output: Backoff;
  readonly #place: OutputProbe;
  readonly #script: ScriptSnapshot | null;
  /** The last trouble with the place for frames. */
  #trouble: Block | null = null;
  #besideTold = false;
  #looking = 0;
  #look: Promise<Instead | null> | null = null;

  constructor(deps: PreconditionDeps) {
    this.#deps = deps;
    const { job, folder, timeouts, script } = deps;
    this.#license = new Backoff(timeouts.license);
    this.#output = new Backoff(timeouts.output);
    this.#place = new OutputProbe(job.plan, folder);
    this.#script = script && new ScriptSnapshot(job, script, folder);
  }

  /** @param script how it was when an earlier service accepted it last. */
  restore(script: ScriptFingerprint | null): void {
    if (script !== null) this.#script?.restore(script);
  }

  /** The user wants the job to continue with the current script. */
  acceptScript(): void {
    this.#script?.allow();
  }

  /** A frame is on disk, by a Nuke that was started then (ms). Answers whether there may be one more license. */
  wrote(files: readonly string[], startedAt: number): boolean {
    this.#place.wrote(files);
    if (this.#output.granted(startedAt)) this.#clearTrouble();
    return this.#license.granted(startedAt);
  }

  /** Nukes that are about to be started, once all is found in order. */
  get looking(): number {
    return this.#looking;
  }

  /** Looks before a Nuke is started; null: it may be. One look is enough for all that start together, and they start in their order. */
  async beforeStart(): Promise<Instead | null> {
    this.#looking++;
    try {
      this.#look ??= this.#lookAtAll().finally(() => (this.#look = null));
      return await this.#look;
    } finally {
      this.#looking--;
    }
  }

  async #lookAtAll(): Promise<Instead | null> {
    return (await this.#lookAtScript(this.#begun)) ?? (await this.#lookAtPlace());
  }

  #unblock(reason: BlockReason): void {
    this.#deps.state.change({ type: "unblocked", reason });
  }

  #clearTrouble(): void {
    this.#trouble = null;
    for (const reason of PLACE) this.#unblock(reason);
  }

  /** Frames that are rendered already or just now. */
  get #begun(): number[] {
    const { runs, running } = this.#deps.list;
    const done = runs.flatMap(({ ledger }) => [...ledger.done.keys()]);
    const atWork = running.flatMap(({ status }) => framesOf(status.frames));
    return [...new Set([...done, ...atWork])].sort((a, b) => a - b);
  }

  /** Whether a Nuke failed for want of a place; then no frame is to blame. */
  async excuse(ending: ChunkOutcome): Promise<ChunkOutcome> {
    if (ending.cause !== "error" && ending.cause !== "crash") return ending;
    const trouble = await this.#place.trouble();
    if (trouble === null) return ending;
    this.#tell(trouble);
    return { ...ending, cause: "place", failed: new Set() };
  }

  /** @param others Nukes of the job that continue. */
  after({ cause }: ChunkOutcome, startedAt: number, others: number): WaitFollowUp {
    if (cause === "license") return this.#afterLicense(startedAt, others);
    if (cause !== "place") return null;
    const after = this.#output.refused(startedAt, others);
    if (after === "wait") return null;
    if (after !== "give-up") return { blocked: this.#placeHold(after.waitMs) };
    return {
      giveUp: `${this.#trouble?.text ?? "Its output folder is full or unavailable."} The render waited ${duration(this.#output.deadlineMs / 1000)} and gave up.`,
    };
  }

  /** Frames are missing at the end: says so when they would be rendered from another script. */
  async atEnd(): Promise<void> {
    if (this.#script === null || (await this.#script.sourceIsSame())) return;
    this.#deps.events.say(
      null,
      "warning",
      `${this.#name} has been saved since: frames that are rendered again may not match the others.`,
    );
  }

  #afterLicense(startedAt: number, others: number): WaitFollowUp {
    const after = this.#license.refused(startedAt, others);
    if (after === "wait") return null;
    if (after === "give-up")
      return { giveUp: `Nuke got no license in ${count(this.#license.refusals, "attempt")}.` };
    const text = refusalText(after.waitMs, this.#license.deadlineMs);
    this.#deps.events.say(null, "warning", text);
    const block = { reason: "license", text } as const;
    return { blocked: { block, ends: ["license"], waitMs: after.waitMs, look: null } };
  }

  async #lookAtPlace(): Promise<Instead | null> {
    const trouble = await this.#place.beforeStart();
    if (trouble === null) return null;
    const after = this.#output.refused(Date.now(), 0);
    // For too long: the Nuke may show what comes of it.
    if (typeof after === "string") return null;
    this.#tell(trouble);
    return { blocked: this.#placeHold(after.waitMs) };
  }

  #placeHold(waitMs: number): BlockedUntil {
    const block = this.#trouble ?? { reason: "folder", text: "Its output folder is unavailable." };
    return { block, ends: PLACE, waitMs, look: () => this.#lookAgain() };
  }

  async #lookAgain(): Promise<Look> {
    for (const folder of await this.#place.restore())
      this.#deps.events.say(
        null,
        "warning",
        `The folder ${folder} was created again. The frames that were in it are rendered again at the end.`,
      );
    const trouble = await this.#place.trouble();
    if (trouble === null) {
      this.#clearTrouble();
      this.#deps.events.say(null, "info", "The output folder is available again. The render continues.");
      return "go";
    }
    this.#tell(trouble);
    for (const reason of PLACE) if (reason !== trouble.reason) this.#unblock(reason);
    this.#deps.state.block(trouble);
    const after = this.#output.refused(Date.now(), 0);
    // One more Nuke has the last word.
    return typeof after === "string" ? "try" : after;
  }

  /** Says what is wrong, once for each kind of trouble. */
  #tell(trouble: Block): void {
    if (this.#trouble?.reason !== trouble.reason)
      this.#deps.events.say(
        null,
        "warning",
        `${trouble.text} Frames are not counted as failed. The render waits up to ${duration(this.#output.deadlineMs / 1000)} and continues when the output folder is available again.`,
      );
    this.#trouble = trouble;
  }

  async #lookAtScript(old: readonly number[]): Promise<Instead | null> {
    const snapshot = this.#script;
    if (snapshot === null) return null;
    const found = await snapshot.look();
    if (found === "same") {
      this.#tellBeside(snapshot.beside);
      return null;
    }
    if (found === "gone") {
      const text = `${this.#name} no longer exists.`;
      if (this.#deps.state.blockedBy("script") === null)
        this.#deps.events.say(
          null,
          "warning",
          `${text} The render continues when the file is back. If it is gone for good, cancel the render.`,
        );
      const block = { reason: "script", text } as const;
      const look = (): Promise<Look> => this.#lookForScript(snapshot);
      return { blocked: { block, ends: ["script"], waitMs: snapshot.waitMs(), look } };
    }
    const text = savedText(this.#name, old);
    if (!snapshot.mayChange(old.length > 0)) {
      const advice =
        "No more Nukes are started. Resume the render to continue with the new version, or cancel it.";
      // Several Nukes may have been about to start.
      if (this.#deps.state.blockedBy("script") === null)
        this.#deps.events.say(null, "warning", `${text} ${advice}`);
      this.#deps.state.block({ reason: "script", text });
      return { pause: text };
    }
    this.#deps.journal.append({ is: "script", script: await snapshot.accept() });
    this.#deps.events.say(
      null,
      old.length > 0 ? "warning" : "info",
      `${text} The remaining frames are rendered from the saved version.`,
    );
    return null;
  }

  /** Said once. */
  #tellBeside(copy: string | null): void {
    if (copy === null || this.#besideTold) return;
    this.#besideTold = true;
    this.#deps.events.say(
      null,
      "info",
      `${this.#name} was saved or removed during the render. The remaining frames are rendered from a copy of the earlier version, ${basename(copy)} in the same folder.`,
    );
  }

  /** The script as a Nuke that is started now reads it. */
  get reading(): ScriptReading {
    const snapshot = this.#script;
    const copy = snapshot?.beside ?? null;
    const { script } = this.#deps.job.plan;
    return {
      words: (argv) => (copy === null ? argv : wordsForCopy(argv, script, copy)),
      isSame: async () => snapshot === null || copy !== null || (await snapshot.isSame()),
    };
  }

  async #lookForScript(snapshot: ScriptSnapshot): Promise<Look> {
    return (await snapshot.look()) === "gone" ? { waitMs: snapshot.waitMs() } : "go";
  }

  get #name(): string {
    const { plan, source } = this.#deps.job;
    return basename(source ?? plan.script);
  }
}

function savedText(name: string, old: readonly number[]): string {
  if (old.length === 0) return `${name} was saved before its render started.`;
  const [noun, verb] = old.length === 1 ? ["frame", "is"] : ["frames", "are"];
  return `${name} was saved during the render; ${noun} ${displayFrames(old)} ${verb} from the earlier version.`;
}
