import type { PlanFacts } from "../plan/facts.ts";
import { parseFrames } from "../plan/frames.ts";
import { planRender, stoppers } from "../plan/plan-render.ts";
import type { Problem, RenderPlan } from "../plan/render-plan.ts";
import type { RenderRequest } from "../plan/request.ts";
import type { FarmJob } from "./engine.ts";

/** Frames of one task when nothing was said. */
export const DEFAULT_BATCH_SIZE = 10;

/** Problems of this machine that do not matter on another one. */
const localOnly = new Set<Problem["code"]>([
  "nuke-missing",
  "nuke-other-version",
  "nuke-demo",
  "memory-over-budget",
  "memory-over-free",
  "movie-not-split",
  "reads-unrendered",
]);

export interface FarmPlan {
  readonly job: FarmJob | null;
  readonly plan: RenderPlan;
  readonly problems: readonly Problem[];
}

/**
 * The same plan as for a render here, read as a farm job: batches instead of a split. `job` is null when something stands in the way that
 * is not among the `ignored` problem codes, and when no frame is left to render.
 */
export function farmJob(
  request: RenderRequest,
  facts: PlanFacts,
  ignored: ReadonlySet<string> = new Set(),
): FarmPlan {
  const plan = planRender(
    { ...request, split: request.split ?? { by: "frames", size: DEFAULT_BATCH_SIZE } },
    facts,
  );
  const problems = plan.problems.filter((problem) => !localOnly.has(problem.code));
  if (stoppers({ problems }, ignored).length > 0 || plan.chunks.length === 0)
    return { job: null, plan, problems };
  const { frames } = parseFrames(plan.frames);
  const first = frames[0] ?? 0;
  const last = frames.at(-1) ?? first;
  return {
    plan,
    problems,
    job: {
      script: plan.script,
      write: plan.write,
      range: plan.frames,
      first,
      last,
      threads: plan.threads,
      // A movie is one task over the whole range, whatever the batch size.
      batchSize: plan.movie ? plan.frameCount : Math.max(...plan.chunks.map((chunk) => chunk.count)),
      cacheMB: plan.memory.cacheMB,
      nuke: facts.nuke?.demo ? null : facts.nuke,
    },
  };
}
