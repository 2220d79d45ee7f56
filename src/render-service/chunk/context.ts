/** What is to be rendered by one Nuke, and with what. */
import type { RenderEvent } from "../../plan/job/events.ts";
import type { Chunk, RenderPlan } from "../../plan/render-plan.ts";
import type { Retention } from "../storage/retention.ts";
import type { LimitedCommand } from "../memory/cgroup-limit.ts";
import type { Timeouts } from "./timeouts.ts";
import type { WarmSide } from "./warm-session.ts";
import type { Adopted } from "./adopted.ts";

/** How a Nuke reads its script. */
export interface ScriptReading {
  /** The words it is started with. */
  words(argv: readonly string[]): readonly string[];
  /** Now that it has read it: it cannot have been saved just then. */
  isSame(): Promise<boolean>;
}

export interface ChunkContext {
  readonly job: string;
  readonly plan: RenderPlan;
  /** As it is now: frames move from and to a warm Nuke. */
  readonly chunk: Chunk;
  readonly env: Readonly<Record<string, string>>;
  /** The job's folder, for the logs. */
  readonly folder: string;
  readonly timeouts: Timeouts;
  readonly retention: Retention;
  /** How long (ms) this Nuke may say nothing, according to what its job has learned so far. */
  readonly silenceLimitMs: () => number;
  /** How its Nuke is to be started, perhaps with a wall of memory around it. */
  readonly walled: (
    nuke: Pick<LimitedCommand, "argv" | "env">,
    warn: (text: string) => void,
  ) => Promise<LimitedCommand>;
  /** Null: a Nuke is started for it. */
  readonly adopted: Adopted | null;
  readonly script: ScriptReading;
  /** Null: it renders its range and ends. */
  readonly warm: WarmSide | null;
  readonly emit: (event: RenderEvent) => void;
  /** Something that the status shows has moved. */
  readonly changed: () => void;
}
