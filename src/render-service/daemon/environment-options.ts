/** What the service's process is told by its environment. */
import { catch as otherwise, coerce, maximum, minimum, int, nullable, object } from "zod/mini";
import type { Timeouts } from "../chunk/timeouts.ts";
import { stateFolder } from "../storage/state-folder.ts";

export interface MainOptions {
  readonly stateFolder: string;
  readonly idleMs: number;
  readonly timeouts: Timeouts;
  readonly maxParallel: number | null;
  /** Memory of all Nukes together until a client says otherwise, MB; null: the machine decides. */
  readonly budgetMB: number | null;
  /** Free memory below which no Nuke is started and the youngest is ended, MB; null: by the machine's size. */
  readonly freeFloorMB: number | null;
  /** Between two signs of life of a lock file next to frames, ms. */
  readonly lockHeartbeatMs: number;
}

const seconds = (usual: number) => otherwise(coerce.number().check(minimum(0), maximum(2_000_000)), usual);

const environmentSchema = object({
  /** Seconds without jobs and clients after which the service ends. */
  NUKE_RENDER_IDLE_SECONDS: seconds(600),
  /** Seconds a cancelled Nuke has to end by itself. */
  NUKE_RENDER_CANCEL_GRACE_SECONDS: seconds(5),
  /** Seconds a Nuke has to end after its render. */
  NUKE_RENDER_HANG_GRACE_SECONDS: seconds(45),
  /** Seconds a Nuke may say nothing, at least; more where its frames take long. */
  NUKE_RENDER_SILENCE_SECONDS: seconds(300),
  /** Seconds until a license is asked for again; each time twice as long, up to a minute. */
  NUKE_RENDER_LICENSE_RETRY_SECONDS: seconds(5),
  /** Seconds after which a job that never got a license gives up. */
  NUKE_RENDER_LICENSE_WAIT_SECONDS: seconds(20),
  /** Seconds after which a job that had a license before gives up. */
  NUKE_RENDER_LICENSE_FULL_SECONDS: seconds(1800),
  /** Seconds until a full disk or a missing output folder is looked at again; each time twice as long, up to a minute. */
  NUKE_RENDER_OUTPUT_RETRY_SECONDS: seconds(2),
  /** Seconds after which a job gives up if its output folder is full or unavailable. */
  NUKE_RENDER_OUTPUT_WAIT_SECONDS: seconds(1800),
  /** Seconds between two signs of life of a lock file next to frames; after eight without one, another machine takes it for left over. */
  NUKE_RENDER_LOCK_HEARTBEAT_SECONDS: otherwise(coerce.number().check(minimum(0.05), maximum(600)), 15),
  /** Nukes of all jobs at once. */
  NUKE_RENDER_MAX_PARALLEL: otherwise(nullable(coerce.number().check(int(), minimum(1), maximum(256))), null),
  /** Memory of all Nukes together, MB. */
  NUKE_RENDER_MEMORY_BUDGET_MB: otherwise(nullable(coerce.number().check(int(), minimum(1))), null),
  /** Free memory below which the machine is short of it, MB. */
  NUKE_RENDER_FREE_FLOOR_MB: otherwise(nullable(coerce.number().check(int(), minimum(0))), null),
});

/** Reads the settings; what cannot be read has its default. */
export function mainOptions(env: NodeJS.ProcessEnv): MainOptions {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const read = environmentSchema.parse(given);
  return {
    stateFolder: stateFolder(env),
    idleMs: read.NUKE_RENDER_IDLE_SECONDS * 1000,
    timeouts: {
      cancelMs: read.NUKE_RENDER_CANCEL_GRACE_SECONDS * 1000,
      hangMs: read.NUKE_RENDER_HANG_GRACE_SECONDS * 1000,
      silenceMs: read.NUKE_RENDER_SILENCE_SECONDS * 1000,
      license: {
        retryMs: read.NUKE_RENDER_LICENSE_RETRY_SECONDS * 1000,
        noneMs: read.NUKE_RENDER_LICENSE_WAIT_SECONDS * 1000,
        fullMs: read.NUKE_RENDER_LICENSE_FULL_SECONDS * 1000,
      },
      output: {
        retryMs: read.NUKE_RENDER_OUTPUT_RETRY_SECONDS * 1000,
        noneMs: read.NUKE_RENDER_OUTPUT_WAIT_SECONDS * 1000,
        fullMs: read.NUKE_RENDER_OUTPUT_WAIT_SECONDS * 1000,
      },
    },
    maxParallel: read.NUKE_RENDER_MAX_PARALLEL,
    budgetMB: read.NUKE_RENDER_MEMORY_BUDGET_MB,
    freeFloorMB: read.NUKE_RENDER_FREE_FLOOR_MB,
    lockHeartbeatMs: read.NUKE_RENDER_LOCK_HEARTBEAT_SECONDS * 1000,
  };
}
