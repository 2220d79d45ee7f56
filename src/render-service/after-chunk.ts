import type { QueueReturn } from "./queue.ts";

/** What follows when one of a job's Nukes has ended. */
export interface AfterChunk {
  /** Ranges for the queue. */
  readonly back: readonly QueueReturn[];
  /** It was ended for want of memory, by us or by the system. */
  readonly lostToMemory: boolean;
  /** Nothing more of the job is started for so long (ms), for want of a license; null: no hold begins. */
  readonly holdMs: number | null;
  /** What waits is not tried any more. */
  readonly givenUp: boolean;
}

export const nothingLeft: AfterChunk = { back: [], lostToMemory: false, holdMs: null, givenUp: false };
