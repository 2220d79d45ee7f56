/** Several Writes of a script in one submission: their requests, and which waits for which. */
import type { PlanFacts } from "./facts.ts";
import { nothingLeft, unknowable } from "./frames/select-frames.ts";
import { planRender } from "./plan-render.ts";
import { chooseRange } from "./frames/range.ts";
import type { Problem, RenderPlan } from "./render-plan.ts";
import type { RenderRequest } from "./request.ts";
import type { WriteTarget } from "./target.ts";
import { type Predecessor, neededWrites, orderWrites, waitingText } from "./write-order.ts";

export interface OrderedPlan {
  readonly request: RenderRequest;
  readonly plan: RenderPlan;
  /** Writes of the list that must succeed before it starts; all of them come before it. */
  readonly after: readonly Predecessor[];
  /** The same in words; null if it waits for none. */
  readonly waiting: string | null;
  /** Why it has nothing to do; null if it has. */
  readonly nothing: string | null;
}

export interface OrderedPlans {
  readonly plans: readonly OrderedPlan[];
  /** What is wrong with the order. */
  readonly problems: readonly Problem[];
}

/** Writes that Nuke would render: neither disabled nor reading their files. */
export function activeWrites({ script }: PlanFacts): WriteTarget[] {
  return script.writes.filter((write) => !write.disabled && !write.reading);
}

/** A render that waits for no other. */
export function planAlone(request: RenderRequest, facts: PlanFacts): OrderedPlan {
  const plan = planRender(request, facts);
  return { request, plan, after: [], waiting: null, nothing: nothingLeft(plan) };
}

/** Plans for these Writes, in the order they are rendered in. */
export function planInOrder(
  writes: readonly WriteTarget[],
  requestOf: (write: WriteTarget) => RenderRequest,
  facts: PlanFacts,
): OrderedPlans {
  const { writes: ordered, problems } = orderWrites(writes);
  const inList = new Set(writes.map(({ name }) => name));
  const idle = new Set<string>();
  const plans = ordered.map((one): OrderedPlan => {
    const request = requestOf(one.write);
    const planned = planRender(request, facts);
    // No warning about missing frames that are rendered before it.
    const covered = one.write.needs.every((need) => inList.has(need.write));
    const plan = covered
      ? { ...planned, problems: planned.problems.filter(({ code }) => code !== "reads-unrendered") }
      : planned;
    const nothing = nothingLeft(plan);
    if (nothing !== null) idle.add(one.write.name);
    // Nothing waits for a Write that has nothing to do.
    const after = nothing === null ? one.after.filter((before) => !idle.has(before.write)) : [];
    return { request, plan, after, waiting: waitingText({ write: one.write, after }), nothing };
  });
  return { plans, problems };
}

/**
 * A render, preceded by those Writes it reads whose frames are missing or older than the script, over their own ranges.
 * @param otherRequest for one of those Writes, before its range, views and choice of frames are set here.
 */
export function planWithNeeded(
  request: RenderRequest,
  facts: PlanFacts,
  otherRequest: (write: WriteTarget) => RenderRequest = ({ name }) => ({ ...request, write: name }),
): OrderedPlans {
  return planSeveral([request], facts, otherRequest);
}

/**
 * Renders of several Writes, in the order they need, else as they are given.
 * @param otherRequest for the Writes that these read, which are rendered before them where frames are missing or older; absent: they are not.
 */
export function planSeveral(
  requests: readonly [RenderRequest, ...RenderRequest[]],
  facts: PlanFacts,
  otherRequest?: (write: WriteTarget) => RenderRequest,
): OrderedPlans {
  const [first] = requests;
  const other = otherRequest ?? ((write: WriteTarget): RenderRequest => ({ ...first, write: write.name }));
  const named = new Map(requests.map((request) => [request.write, request]));
  const { writes: all } = facts.script;
  const writes = [...named.keys()].flatMap((name) => all.filter((write) => write.name === name));
  const needed = otherRequest
    ? writes.flatMap((write) => {
        const { frames } = chooseRange(facts.script, write, named.get(write.name)?.range).list;
        return neededWrites(write, frames, facts);
      })
    : [];
  const { plans, problems } = planInOrder(
    [...new Set([...needed, ...writes])],
    (one) => {
      const only = unknowable(one, one.resolvedFile) === null ? ("outdated" as const) : ("all" as const);
      return named.get(one.name) ?? { ...other(one), range: undefined, views: undefined, only };
    },
    facts,
  );
  // Planning names what is wrong with these.
  const notThere = [...named.values()]
    .filter(({ write }) => !all.some(({ name }) => name === write))
    .map((request) => planAlone(request, facts));
  return { plans: [...notThere, ...plans], problems };
}
