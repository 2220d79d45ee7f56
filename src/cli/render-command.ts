import { outcomeExitCodes } from "../plan/job/exit-codes.ts";
import { eventJson } from "./status-json.ts";
import type { RenderEvent } from "../plan/job/events.ts";
import { parseFrames } from "../plan/frames/frames.ts";
import type { PlanFacts } from "../plan/facts.ts";
import { BEING_RENDERED } from "../plan/output/output-conflict.ts";
import { stoppers } from "../plan/plan-render.ts";
import type { Problem, RenderPlan } from "../plan/render-plan.ts";
import type { Repeat } from "../plan/job/repeat.ts";
import { createFolder } from "../facts/output-folders.ts";
import { serviceSettings } from "../facts/settings.ts";
import { OutputConflictError } from "../render-service/protocol/errors.ts";
import { exitCodes } from "./failure.ts";
import { type FollowedRender, followRenders } from "./follow-render.ts";
import { plansOf, printOrder, printProblems, terminalAdvice } from "./plan-command.ts";
import { mayReplace } from "./overwrite-question.ts";
import { ProgressBars } from "./progress-bars.ts";
import { type RenderCommand, readRenderCommand } from "./render-flags.ts";
import { printChunks, printEnding } from "./summary.ts";
import type { Terminal } from "./terminal.ts";

/**
 * `nbr render`: through the same service as the editor, which continues when this terminal is closed.
 * @param repeat an earlier render, whose options hold where no flag says otherwise.
 */
export async function renderCommand(
  args: readonly string[],
  terminal: Terminal,
  repeat?: Repeat,
): Promise<number> {
  const command = await readRenderCommand("render", args, terminal, repeat);
  const { plans, problems } = plansOf(command);
  if (plans.some(({ plan }) => stoppers(plan, command.ignored).length > 0)) {
    for (const { plan } of plans) refuse(plan, command, terminal);
    for (const line of terminalAdvice(plans.flatMap(({ plan }) => plan.problems))) terminal.err(line);
    return exitCodes.badInput;
  }
  if (!command.json) printOrder({ plans, problems }, terminal);
  const todo = plans.filter(({ nothing }) => nothing === null);
  if (command.json) for (const { plan, nothing } of plans) if (nothing !== null) printNothing(plan, terminal);
  if (todo.length === 0) return exitCodes.allFramesOnDisk;
  if (command.json) for (const { plan } of todo) printProblems(replacing(plan), terminal);
  const going = todo.map(({ plan }) => plan);
  if (!(await mayReplace(going, command.json, terminal))) return exitCodes.cancelled;
  for (const { plan } of todo) await createFolders({ facts: command.facts, write: plan.write });

  const renders = todo.map(({ plan, after }) => ({
    plan,
    after: command.after,
    decided: decisionsOf(command),
    waitsFor: todo.flatMap((other, at) =>
      after.some(({ write }) => write === other.plan.write) ? [at] : [],
    ),
  }));
  const show = command.json ? jsonLines(terminal) : bars(terminal);
  const finished = await followRenders(renders, show, terminal, serviceSettings(command.settings)).catch(
    (error: unknown) => {
      if (command.json && error instanceof OutputConflictError) printConflict(error, renders, terminal);
      throw error;
    },
  );
  // The first that did not end well is why later ones did not either.
  const failed = finished.find(({ outcome }) => outcome !== "complete");
  return failed === undefined ? exitCodes.allFramesOnDisk : outcomeExitCodes[failed.outcome];
}

/** With --json, stdout is for programs; what is replaced goes to stderr. */
function replacing({ problems }: RenderPlan): Problem[] {
  return problems.filter(({ code }) => code === "replaces-frames");
}

/** Makes the missing folders of a Write where that was asked for; the plan has no complaint about them then. */
export async function createFolders({ facts, write }: { facts: PlanFacts; write: string }): Promise<void> {
  if (!facts.createFolders) return;
  for (const { folder, exists } of facts.outputs[write] ?? []) if (!exists) await createFolder(folder);
}

function refuse(plan: RenderPlan, command: RenderCommand, terminal: Terminal): void {
  printProblems(plan.problems, terminal);
  if (!command.json) return;
  for (const problem of plan.problems) terminal.out(JSON.stringify({ type: "problem", ...problem }));
  const framesMissing = plan.frames === "" ? [] : plan.frames.split(" ");
  terminal.out(
    JSON.stringify({ type: "finished", framesDone: [], framesMissing, exitCode: exitCodes.badInput }),
  );
}

function decisionsOf({ ignored, settings }: RenderCommand): FollowedRender["decided"] {
  return {
    ...(ignored.has(BEING_RENDERED) ? { ignore: [BEING_RENDERED] } : {}),
    ...(settings.outputLocks ? {} : { outputLocks: false }),
  };
}

/** For programs: another render writes the same files. */
function printConflict(
  { message, conflicts }: OutputConflictError,
  renders: readonly FollowedRender[],
  terminal: Terminal,
): void {
  terminal.out(
    JSON.stringify({ type: "problem", code: BEING_RENDERED, severity: "error", message, conflicts }),
  );
  const framesMissing = renders.flatMap(({ plan }) => plan.frames.split(" "));
  const exitCode = exitCodes.badInput;
  terminal.out(JSON.stringify({ type: "finished", framesDone: [], framesMissing, exitCode }));
}

/** For programs: a render that has nothing to do has ended at once. */
function printNothing(plan: RenderPlan, terminal: Terminal): void {
  for (const problem of plan.problems) terminal.out(JSON.stringify({ type: "problem", ...problem }));
  const exitCode = exitCodes.allFramesOnDisk;
  terminal.out(JSON.stringify({ type: "finished", framesDone: [], framesMissing: [], exitCode }));
}

function jsonLines(terminal: Terminal): (event: RenderEvent) => void {
  return (event) => terminal.out(JSON.stringify(eventJson(event)));
}

function bars(terminal: Terminal): (event: RenderEvent) => void {
  const shown = new ProgressBars(terminal);
  return (event) => {
    if (event.type === "queued" || event.type === "progress") shown.show(event.status);
    if (event.type === "frame-failed" || event.type === "message") {
      shown.clear();
      terminal.err(
        `${where(event)}${event.type === "message" ? event.text : `frame ${event.frame ?? "?"}: ${event.message}`}`,
      );
    }
    if (event.type !== "finished") return;
    shown.clear();
    shown.forget(event.job);
    if (event.status.chunks.length > 1 || event.outcome !== "complete") printChunks(event.status, terminal);
    printEnding(event.status, terminal);
  };
}

function where(event: { chunk: number | null }): string {
  return event.chunk === null ? "" : `chunk ${event.chunk + 1}: `;
}

/** Frames of a list of ranges, for those who have to count them. */
export function countFrames(ranges: readonly string[]): number {
  return ranges.length === 0 ? 0 : parseFrames(ranges.join(" ")).frames.length;
}
