/** What can go wrong between a client and the render service, for people and for code. */
import type { OutputConflict } from "../../plan/output/output-conflict.ts";

export type ServiceFailure =
  /** It could not be started, or does not answer. */
  | "not-reachable"
  /** The connection ended while something was asked. */
  | "service-gone"
  /** A service of another version runs, and has jobs. */
  | "other-version"
  /** No job has this id. */
  | "unknown-job"
  /** The job has no such chunk. */
  | "unknown-chunk"
  /** The job has not finished yet. */
  | "job-running"
  /** The job's own files are damaged: nothing more of it can be rendered. */
  | "damaged-job"
  /** Jobs run, and it was not forced to stop. */
  | "busy"
  /** It is ending and takes no jobs. */
  | "stopping"
  /** The plan cannot be carried out as it stands. */
  | "bad-plan"
  /** A message did not fit the protocol. */
  | "bad-message"
  /** The state folder cannot be used. */
  | "state-folder"
  /** Renders that are not over write some of the same files (`OutputConflictError`). */
  | "being-rendered";

/** An error of the render service or of reaching it; `reason` is for code, the message for people. */
export class RenderServiceError extends Error {
  readonly reason: ServiceFailure;

  constructor(reason: ServiceFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RenderServiceError";
    this.reason = reason;
  }
}

/** Other renders that are not over write some of the same files. */
export class OutputConflictError extends RenderServiceError {
  readonly conflicts: readonly OutputConflict[];

  constructor(message: string, conflicts: readonly OutputConflict[], options?: ErrorOptions) {
    super("being-rendered", message, options);
    this.name = "OutputConflictError";
    this.conflicts = conflicts;
  }
}

/** The `code` of an error of Node's own calls, such as `ENOENT`; null for anything else. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

export function unknownJob(id: string): RenderServiceError {
  return new RenderServiceError("unknown-job", `There is no job ${id}. nbr ps --all lists them.`);
}
