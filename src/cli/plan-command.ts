import { displayCommand } from "../plan/command-line.ts";
import { planRender, stoppers } from "../plan/plan-render.ts";
import type { Problem, RenderPlan } from "../plan/render-plan.ts";
import { displayMB } from "../plan/size.ts";
import { exitCodes } from "./failure.ts";
import { readRenderCommand } from "./render-flags.ts";
import type { Terminal } from "./terminal.ts";

/** `nbr plan`: the whole plan, and nothing is run. */
export async function planCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { request, facts, ignored, json } = await readRenderCommand("plan", args, terminal);
  const plan = planRender(request, facts);
  if (json) terminal.out(JSON.stringify(plan));
  else printPlan(plan, terminal);
  return stoppers(plan, ignored).length > 0 ? exitCodes.badInput : exitCodes.allFramesOnDisk;
}

export function printProblems(problems: readonly Problem[], terminal: Terminal): void {
  for (const { code, severity, message } of problems) terminal.err(`${severity}: ${message} [${code}]`);
}

/** What the terminal can do about a problem, which the message cannot know. */
export function terminalAdvice(problems: readonly Problem[]): string[] {
  const advice: Partial<Record<Problem["code"], string>> = {
    "folder-missing": "--create-folders creates missing folders.",
    "nuke-missing": "--nuke PATH names a Nuke; --demo uses the demo renderer.",
    "same-path": "--ignore same-path renders all the same.",
    "folder-not-writable": "--ignore folder-not-writable renders all the same.",
  };
  return [...new Set(problems.flatMap(({ code }) => advice[code] ?? []))];
}

function printPlan(plan: RenderPlan, terminal: Terminal): void {
  const { memory } = plan;
  terminal.out(`${plan.write} of ${plan.script}`);
  terminal.out(`frames   ${plan.frames || "none"} (${plan.frameCount})`);
  terminal.out(`files    ${plan.outputFile ?? "worked out by Nuke"}`);
  terminal.out(`nukes    ${plan.parallel} at once, ${plan.threads} threads each`);
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
