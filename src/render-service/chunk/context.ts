/** What is to be rendered by one Nuke, and with what. */
import type { RenderEvent } from "../../plan/events.ts";
import type { Chunk, RenderPlan } from "../../plan/render-plan.ts";
import type { Keeping } from "../storage/retention.ts";
import type { Walled } from "../memory/cgroup-limit.ts";
import type { AdoptedProcess } from "../process/nuke-process.ts";
import type { Patience } from "./timeouts.ts";
import type { WarmTalk } from "./warm-session.ts";

/** A chunk whose Nuke was started by a service that is gone. */
export interface Adopted {
  /** Null when it has ended. */
  readonly nuke: AdoptedProcess | null;
  /** When it was started, milliseconds since 1970. */
  readonly at: number;
  /** Frames of which people have been told. */
  readonly told: ReadonlyMap<number, readonly string[]>;
  /** Bytes of its stdout and stderr that were read. */
  readonly read: readonly [number, number];
  /** Of a warm Nuke: frames that have failed and were taken back, by the command that had handed them. */
  readonly returned: ReadonlyMap<number, number>;
}

/** What a warm Nuke asks of its job. */
export interface WarmSide {
  /** Frames of the whole job that no Nuke has been handed. */
  readonly left: number;
  /** Nukes that share them. */
  readonly nukes: number;
  /** Makes work for one more Nuke, where one may run. */
  spread(): void;
  /** Brings frames to a Nuke which has none left (by `take` of it); false when there are none. */
  more(to: WarmTalk): boolean;
  /** Whether there will be some in a moment: a Nuke that is being ended leaves its own. */
  soon(to: WarmTalk): boolean;
  /** Whether a frame has failed for want of a place for it: then its Nuke ends, and no frame is to blame. */
  excused(frame: number): Promise<boolean>;
  /** Decides on a frame that has failed, and was handed by command `n`: it goes elsewhere, or has failed for the last time. */
  failed(run: WarmTalk, frame: number, n: number, message: string): void;
}

/** How a Nuke reads its script. */
export interface ScriptReading {
  /** The words it is started with. */
  words(argv: readonly string[]): readonly string[];
  /** Now that it has read it: it cannot have been saved just then. */
  isSame(): Promise<boolean>;
}

export interface ChunkOrder {
  readonly job: string;
  readonly plan: RenderPlan;
  /** As it is now: frames move from and to a warm Nuke. */
  readonly chunk: Chunk;
  readonly env: Readonly<Record<string, string>>;
  /** The job's folder, for the logs. */
  readonly folder: string;
  readonly patience: Patience;
  readonly keeping: Keeping;
  /** How long (ms) this Nuke may say nothing, as far as its job has learned by now. */
  readonly silenceLimitMs: () => number;
  /** How its Nuke is to be started, perhaps with a wall of memory around it. */
  readonly walled: (nuke: Pick<Walled, "argv" | "env">, warn: (text: string) => void) => Promise<Walled>;
  /** Null: a Nuke is started for it. */
  readonly adopted: Adopted | null;
  readonly script: ScriptReading;
  /** Null: it renders its range and ends. */
  readonly warm: WarmSide | null;
  readonly emit: (event: RenderEvent) => void;
  /** Something that the status shows has moved. */
  readonly changed: () => void;
}
