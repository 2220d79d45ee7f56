/** A render once more, for the frames it left missing. */
import type { JobStatus } from "./events.ts";
import type { NukeCommand, Problem, RenderPlan } from "../render-plan.ts";
import type { RenderRequest } from "../request.ts";

/** The options a render is repeated with, regardless of current settings. */
export interface Repeat {
  readonly request: RenderRequest;
  readonly nuke: NukeCommand;
  /** Problems that were ignored on request. */
  readonly ignored: readonly Problem["code"][];
}

/**
 * The request for the missing frames of a finished job: what was asked, with what planning and people made of it: threads, cache,
 * priority, Nukes at once. Null for a job of an earlier version, whose plan does not tell what was asked.
 */
export function repeatOf(
  { request, nuke, threads, memory, retries, whileRendering, problems }: RenderPlan,
  { script, missingRanges, priority, parallel }: JobStatus,
): Repeat | null {
  if (request === undefined || nuke === null) return null;
  return {
    nuke,
    ignored: problems.flatMap(({ code, severity }) => (severity === "error" ? [code] : [])),
    request: {
      ...request,
      // It may have been rendered from a copy, which is gone.
      script,
      range: missingRanges.join(" "),
      only: "all",
      // A damaged frame that the job left may always be replaced.
      overwrite: "always",
      threads,
      cacheMB: memory.cacheMB,
      retries,
      priority,
      parallel,
      ...(whileRendering === undefined ? {} : { whileRendering }),
    },
  };
}
