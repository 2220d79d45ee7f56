import { displayCommand } from "../plan/command-line.ts";
import {
  type OrderedPlans,
  activeWrites,
  planAlone,
  planInOrder,
  planSeveral,
  planWithNeeded,
} from "../plan/ordered-requests.ts";
import { stoppers } from "../plan/plan-render.ts";
import type { Problem, RenderPlan } from "../plan/render-plan.ts";
import { displayMB } from "../plan/text/size.ts";
import type { WriteTarget } from "../plan/target.ts";
import { exitCodes } from "./failure.ts";
import { type RenderCommand, readRenderCommand } from "./render-flags.ts";
import type { Terminal } from "./terminal.ts";

/** `nbr plan`: the whole plan, and nothing is run. */
export async function planCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const command = await readRenderCommand("plan", args, terminal);
  const { plans, problems } = plansOf(command);
  for (const { plan, waiting } of plans) {
    if (command.json) terminal.out(JSON.stringify(plan));
    else {
      if (waiting !== null) terminal.out(waiting);
      printPlan(plan, terminal);
    }
  }
  printProblems(problems, terminal);
  const stopped = plans.some(({ plan }) => stoppers(plan, command.ignored).length > 0);
  return stopped ? exitCodes.badInput : exitCodes.allFramesOnDisk;
}

/** The plans of what was asked for: of one Write, of several, of those with the ones they read, or of all that are enabled. */
export function plansOf({ request, facts, all, several, withNeeded }: RenderCommand): OrderedPlans {
  if (all) return planInOrder(activeWrites(facts), ({ name }) => ({ ...request, write: name }), facts);
  const others = withNeeded ? ({ name }: WriteTarget) => ({ ...request, write: name }) : undefined;
  const [first, ...more] = several.map((write) => ({ ...request, write }));
  if (first) return planSeveral([first, ...more], facts, others);
  if (withNeeded) return planWithNeeded(request, facts);
  return { plans: [planAlone(request, facts)], problems: [] };
}

/** What there is to say of several plans before they are rendered; what several have in common, once. */
export function printOrder({ plans, problems }: OrderedPlans, terminal: Terminal): void {
  const said = new Set<string>();
  for (const { plan, waiting } of plans) {
    const news = plan.problems.filter(({ code, message }) => {
      const key = `${code} ${message}`;
      return !said.has(key) && said.add(key);
    });
    printProblems(news, terminal);
    if (waiting !== null) terminal.err(waiting);
  }
  printProblems(problems, terminal);
  if (plans.length > 1) return;
  for (const line of terminalAdvice(plans.flatMap(({ plan }) => plan.problems))) terminal.err(line);
}

export function printProblems(problems: readonly Problem[], terminal: Terminal): void {
  for (const { code, severity, message } of problems) terminal.err(`${severity}: ${message} [${code}]`);
}

/** What the terminal can do about a problem, which the message cannot know. */
export function terminalAdvice(problems: readonly Problem[]): string[] {
  const advice: Partial<Record<Problem["code"], string>> = {
    "folder-missing": "--create-folders creates missing folders.",
    "nuke-missing":
      'Name it with --nuke PATH, or permanently in VS Code\'s settings, as "nukeRender.nuke.executables": {"15.1": "/path/to/Nuke15.1"}. --demo renders test pictures to a separate folder.',
    "same-path": "--ignore same-path renders anyway.",
    "reads-unrendered": "--with-needed renders that first.",
    "overwrite-refused":
      "--only missing renders the frames that are not on disk; --overwrite always replaces frames.",
    "folder-not-writable": "--ignore folder-not-writable renders anyway.",
  };
  return [...new Set(problems.flatMap(({ code }) => advice[code] ?? []))];
}

function printPlan(plan: RenderPlan, terminal: Terminal): void {
  const { memory } = plan;
  terminal.out(`${plan.write} of ${plan.script}`);
  terminal.out(`frames   ${plan.frames || "none"} (${plan.frameCount})`);
  terminal.out(`files    ${plan.outputFile ?? "worked out by Nuke"}`);
  terminal.out(`nukes    ${plan.parallel} in parallel, ${plan.threads} threads each`);
  terminal.out(
    `memory   ${displayMB(memory.sumMB)} = ${memory.parallel} × (${displayMB(memory.cacheMB)} cache + ${displayMB(memory.allowanceMB)} allowance); ${displayMB(memory.freeMB)} free, budget ${displayMB(memory.budgetMB)}`,
  );
  for (const chunk of plan.chunks) {
    terminal.out(`chunk ${String(chunk.index + 1).padStart(3)}  ${chunk.frames} (${chunk.count})`);
    terminal.out(`  ${displayCommand(chunk.argv)}`);
  }
  printProblems(plan.problems, terminal);
  for (const line of terminalAdvice(plan.problems)) terminal.err(line);
}
