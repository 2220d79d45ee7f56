/** One interface for every way of sending a render to a render manager. An engine is one file next to this one. */
import type { FarmToken } from "../plan/options/kinds.ts";
import type { NukeCommand } from "../plan/render-plan.ts";
import type { ProxyMode } from "../plan/request.ts";

/** The options of a farm job that a person can choose. */
export type FarmOption = FarmToken | "write" | "nuke";

/** An option that was chosen, and its name on that surface: `--views`, `Threads`. */
export interface AskedOption {
  readonly option: FarmOption;
  readonly name: string;
}

/** What a render manager is told. */
export interface FarmJob {
  readonly script: string;
  readonly write: string;
  /** In Nuke syntax. */
  readonly range: string;
  readonly first: number;
  readonly last: number;
  /** Every frame from the first to the last. */
  readonly isOneRun: boolean;
  /** Threads of each Nuke. */
  readonly threads: number;
  /** Frames of one task. */
  readonly batchSize: number;
  /** Image cache of each Nuke, MB. */
  readonly cacheMB: number;
  /** Those that are rendered. */
  readonly views: readonly string[];
  readonly proxy: ProxyMode;
  readonly continueOnError: boolean;
  /** Null where this machine has no Nuke: the farm may. */
  readonly nuke: NukeCommand | null;
  /** An engine honors these or refuses them by name. */
  readonly asked: readonly AskedOption[];
}

/** Exactly what will be run. */
export interface FarmSubmission {
  readonly argv: readonly string[];
}

export interface FarmResult {
  /** Null when the command was ended by a signal. */
  readonly exitCode: number | null;
  readonly signal: string | null;
}

export interface FarmListener {
  output(stream: "stdout" | "stderr", line: string): void;
}

export interface FarmEngine {
  readonly id: string;
  readonly label: string;
  /** @throws {FarmError} when the job cannot be handed over as things stand; nothing has been started then. */
  prepare(job: FarmJob): FarmSubmission;
  /** Runs a prepared submission in `cwd`; ends it when `signal` fires. @throws {FarmError} when it cannot be started. */
  submit(
    submission: FarmSubmission,
    options: { cwd: string; listener: FarmListener; signal?: AbortSignal },
  ): Promise<FarmResult>;
}

export class FarmError extends Error {
  readonly reason:
    | "not-configured"
    | "unknown-token"
    | "missing-value"
    | "not-honored"
    | "not-started"
    | "bad-value";
  constructor(reason: FarmError["reason"], message: string) {
    super(message);
    this.name = "FarmError";
    this.reason = reason;
  }
}
