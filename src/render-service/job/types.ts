/** What a job is given, and what it tells its service. */
import type { JobStatus, RenderEvent } from "../../plan/job/events.ts";
import type { RenderJob } from "../../plan/job/job.ts";
import type { BlockedUntil } from "../queue/block-timers.ts";
import type { Retention } from "../storage/retention.ts";
import type { Journal } from "../storage/journal.ts";
import type { ScopeLimits } from "../memory/cgroup-limit.ts";
import type { Timeouts } from "../chunk/timeouts.ts";
import type { RequeuedChunk, RenderQueue } from "../queue/queue.ts";
import type { PastNeed } from "../memory/history.ts";
import type { ScriptFingerprint } from "../script-snapshot/fingerprint.ts";

export interface JobContext {
  readonly id: string;
  readonly job: RenderJob;
  /** For logs and the status; exists. */
  readonly folder: string;
  readonly timeouts: Timeouts;
  readonly retention: Retention;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
  readonly journal: Journal;
  /** Fingerprint of the script when it was submitted; null: it is not watched. */
  readonly script: ScriptFingerprint | null;
  /** What earlier renders of the same Write needed. */
  readonly past: PastNeed | null;
  readonly scopeLimits: ScopeLimits;
  readonly emit: (event: RenderEvent) => void;
  /** What waits of it, for its Nukes that are open. */
  readonly queue: Pick<RenderQueue, "waitingOf" | "isExclusive" | "hasTooMany" | "hasRoom" | "replace">;
  /** Frames come back from a Nuke that continues. */
  readonly returned: (after: FollowUp) => void;
  /** Jobs that have to be over before it starts. */
  readonly waitsFor: () => JobStatus["waitsFor"];
  /** A Nuke got a license after others had got none. */
  readonly licensed: () => void;
}

/** By what a job is opened, whether it is new or comes back. */
export type JobOpening = Pick<JobContext, "id" | "job" | "submittedAt" | "journal" | "script">;

/** What follows when one of a job's Nukes has ended. */
export interface FollowUp {
  /** Ranges for the queue. */
  readonly back: readonly RequeuedChunk[];
  /** It was ended for want of memory, by us or by the system. */
  readonly lostToMemory: boolean;
  /** Nothing more of the job is started for the time being; null: no blocked begins. */
  readonly blocked: BlockedUntil | null;
  /** What waits is not tried any more. */
  readonly givenUp: boolean;
}

export const nothingLeft: FollowUp = {
  back: [],
  lostToMemory: false,
  blocked: null,
  givenUp: false,
};
