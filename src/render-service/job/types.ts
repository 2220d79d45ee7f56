/** What a job is given, and what it tells its service. */
import type { JobStatus, RenderEvent } from "../../plan/events.ts";
import type { RenderJob } from "../../plan/job.ts";
import type { Hold } from "../queue/hold-timers.ts";
import type { Keeping } from "../storage/retention.ts";
import type { Journal } from "../storage/journal.ts";
import type { MemoryWalls } from "../memory/cgroup-limit.ts";
import type { Patience } from "../chunk/timeouts.ts";
import type { QueueReturn, RenderQueue } from "../queue/queue.ts";
import type { PastNeed } from "../memory/history.ts";
import type { ScriptMark } from "../script-snapshot/fingerprint.ts";

export interface JobOrder {
  readonly id: string;
  readonly job: RenderJob;
  /** For logs and the status; exists. */
  readonly folder: string;
  readonly patience: Patience;
  readonly keeping: Keeping;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
  readonly journal: Journal;
  /** How the script was when it was submitted; null: nobody looks after it. */
  readonly script: ScriptMark | null;
  /** What earlier renders of the same Write needed. */
  readonly past: PastNeed | null;
  readonly walls: MemoryWalls;
  readonly emit: (event: RenderEvent) => void;
  /** What waits of it, for its Nukes that are open. */
  readonly queue: Pick<RenderQueue, "waitingOf" | "isBySelf" | "hasTooMany" | "hasRoom" | "replace">;
  /** Frames come back from a Nuke that goes on. */
  readonly returned: (after: AfterChunk) => void;
  /** Jobs that have to be over before it starts. */
  readonly waitsFor: () => JobStatus["waitsFor"];
  /** A Nuke got a license after others had got none. */
  readonly licensed: () => void;
}

/** By what a job is opened, whether it is new or comes back. */
export type JobOpening = Pick<JobOrder, "id" | "job" | "submittedAt" | "journal" | "script">;

/** What follows when one of a job's Nukes has ended. */
export interface AfterChunk {
  /** Ranges for the queue. */
  readonly back: readonly QueueReturn[];
  /** It was ended for want of memory, by us or by the system. */
  readonly lostToMemory: boolean;
  /** Nothing more of the job is started for the time being; null: no hold begins. */
  readonly hold: Hold | null;
  /** The job has paused itself: its script was saved. */
  readonly paused: boolean;
  /** What waits is not tried any more. */
  readonly givenUp: boolean;
}

export const nothingLeft: AfterChunk = {
  back: [],
  lostToMemory: false,
  hold: null,
  paused: false,
  givenUp: false,
};
