/** What the render service is started with. */
import type { Timeouts } from "../chunk/timeouts.ts";

export interface ServiceOptions {
  readonly stateFolder: string;
  readonly timeouts: Timeouts;
  /** Nukes of all jobs at once; null: the machine decides. */
  readonly maxParallel: number | null;
  /** Memory of all Nukes together, MB; null: the machine decides. */
  readonly budgetMB: number | null;
  /** Free memory below which no Nuke is started, MB; null: by the machine's size. */
  readonly freeFloorMB: number | null;
  /** Between two signs of life of a lock file next to frames, ms. */
  readonly lockHeartbeatMs: number;
  readonly log: (line: string) => void;
}
