import type { RenderEvent } from "../plan/events.ts";
import { parseFrames } from "../plan/frames.ts";
import { planRender, stoppers } from "../plan/plan-render.ts";
import type { RenderPlan } from "../plan/render-plan.ts";
import { createFolder } from "../surroundings/output-folders.ts";
import { serviceSettings } from "../surroundings/settings.ts";
import { exitCodes } from "./failure.ts";
import { followRender } from "./follow-render.ts";
import { printProblems, terminalAdvice } from "./plan-command.ts";
import { ProgressBars } from "./progress-bars.ts";
import { type RenderCommand, readRenderCommand } from "./render-flags.ts";
import { printChunks, printEnding } from "./summary.ts";
import type { Terminal } from "./terminal.ts";

/** `nbr render`: through the same service as the editor, which goes on when this terminal is closed. */
export async function renderCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const command = await readRenderCommand("render", args, terminal);
  const plan = planRender(command.request, command.facts);
  if (stoppers(plan, command.ignored).length > 0) {
    refuse(plan, command, terminal);
    return exitCodes.badInput;
  }
  if (!command.json) printProblems(plan.problems, terminal);
  await createFolders(command);

  const finished = await followRender(
    plan,
    command.json ? jsonLines(terminal) : bars(terminal),
    terminal,
    serviceSettings(command.settings),
  );
  return finished.exitCode;
}

/** Makes the missing folders where that was asked for; the plan has no complaint about them then. */
export async function createFolders({
  facts,
  request,
}: Pick<RenderCommand, "facts" | "request">): Promise<void> {
  if (!facts.createFolders) return;
  for (const { folder, exists } of facts.outputs[request.write] ?? [])
    if (!exists) await createFolder(folder);
}

function refuse(plan: RenderPlan, command: RenderCommand, terminal: Terminal): void {
  printProblems(plan.problems, terminal);
  for (const line of terminalAdvice(plan.problems)) terminal.err(line);
  if (!command.json) return;
  for (const problem of plan.problems) terminal.out(JSON.stringify({ type: "problem", ...problem }));
  const framesMissing = plan.frames === "" ? [] : plan.frames.split(" ");
  terminal.out(
    JSON.stringify({ type: "finished", framesDone: [], framesMissing, exitCode: exitCodes.badInput }),
  );
}

function jsonLines(terminal: Terminal): (event: RenderEvent) => void {
  return (event) => terminal.out(JSON.stringify(event));
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
    if (event.status.chunks.length > 1 || event.exitCode !== 0) printChunks(event.status, terminal);
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
