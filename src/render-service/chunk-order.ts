/** What is to be rendered by one Nuke, and with what. */
import type { RenderEvent } from "../plan/events.ts";
import type { Chunk, RenderPlan } from "../plan/render-plan.ts";
import type { Keeping } from "./keeping.ts";
import type { Walled } from "./memory-walls.ts";
import type { AdoptedProcess } from "./nuke-process.ts";
import type { Patience } from "./patience.ts";

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
}

export interface ChunkOrder {
  readonly job: string;
  readonly plan: RenderPlan;
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
  readonly emit: (event: RenderEvent) => void;
  /** Something that the status shows has moved. */
  readonly changed: () => void;
}
