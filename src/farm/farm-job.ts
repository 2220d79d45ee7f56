import type { PlanFacts } from "../plan/facts.ts";
import { parseFrames } from "../plan/frames/frames.ts";
import { planRender, stoppers } from "../plan/plan-render.ts";
import type { Problem, RenderPlan } from "../plan/render-plan.ts";
import type { RenderRequest } from "../plan/request.ts";
import type { AskedOption, FarmJob } from "./engine.ts";

/** Frames of one task if the request does not say. */
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

/** What a farm is asked for. How a render here divides its frames among Nukes is no part of it. */
export interface FarmRequest {
  readonly request: Omit<RenderRequest, "split" | "deal" | "order" | "parallel" | "warm">;
  /** Frames of one task. */
  readonly batchSize: number;
  /** Options that were chosen explicitly; an engine must honor or refuse them. */
  readonly asked: readonly AskedOption[];
}

export interface FarmPlan {
  readonly job: FarmJob | null;
  readonly plan: RenderPlan;
  readonly problems: readonly Problem[];
}

/**
 * The same plan as for a render here, read as a farm job: batches instead of a split. `job` is null when something is in the way that
 * is not among the `ignored` problem codes, and when no frame is left to render.
 */
export function farmJob(
  { request, batchSize, asked }: FarmRequest,
  facts: PlanFacts,
  ignored: ReadonlySet<string> = new Set(),
): FarmPlan {
  // How a local render is divided must not reach the farm.
  const batches = { split: { by: "frames", size: batchSize }, deal: "chunks", warm: false } as const;
  const plan = planRender({ ...request, ...batches, order: undefined, parallel: undefined }, facts);
  const problems = plan.problems.filter((problem) => !localOnly.has(problem.code));
  if (stoppers({ problems }, ignored).length > 0 || plan.chunks.length === 0)
    return { job: null, plan, problems };
  const { frames } = parseFrames(plan.frames);
  const first = frames[0] ?? 0;
  const last = frames.at(-1) ?? first;
  const write = facts.script.writes.find(({ name }) => name === plan.write);
  return {
    plan,
    problems,
    job: {
      script: plan.script,
      write: plan.write,
      range: plan.frames,
      first,
      last,
      isOneRun: last - first + 1 === frames.length,
      threads: plan.threads,
      // A movie is one task over the whole range, regardless of the batch size.
      batchSize: plan.movie ? plan.frameCount : batchSize,
      cacheMB: plan.memory.cacheMB,
      views: request.views && request.views.length > 0 ? request.views : (write?.views ?? []),
      proxy: request.proxy,
      continueOnError: request.continueOnError,
      nuke: facts.nuke?.demo ? null : facts.nuke,
      asked,
    },
  };
}
