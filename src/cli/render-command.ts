import type { RenderEvent } from "../plan/events.ts";
import { parseFrames } from "../plan/frames.ts";
import { planRender, stoppers } from "../plan/plan-render.ts";
import type { RenderPlan } from "../plan/render-plan.ts";
import type { RenderServiceClient } from "../render-service/client.ts";
import { connectRenderService } from "../render-service/connect.ts";
import { createFolder } from "../surroundings/output-folders.ts";
import { exitCodes } from "./failure.ts";
import { printProblems, terminalAdvice } from "./plan-command.ts";
import { ProgressBars } from "./progress-bars.ts";
import { type RenderCommand, readRenderCommand } from "./render-flags.ts";
import { printChunks, printEnding } from "./summary.ts";
import type { Terminal } from "./terminal.ts";

type Finished = Extract<RenderEvent, { type: "finished" }>;

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

  const client = await connectRenderService();
  try {
    const finished = await followRender(
      client,
      plan,
      command.json ? jsonLines(terminal) : bars(terminal),
      terminal,
    );
    return finished.exitCode;
  } finally {
    client.dispose();
  }
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

/** Submits a plan and shows its events until it is finished; Ctrl-C cancels it and waits for its end. */
export async function followRender(
  client: RenderServiceClient,
  plan: RenderPlan,
  show: (event: RenderEvent) => void,
  terminal: Terminal,
): Promise<Finished> {
  let job: string | null = null;
  const early: RenderEvent[] = [];
  const opened: Disposable[] = [];
  try {
    const finished = new Promise<Finished>((resolve, reject) => {
      const take = (event: RenderEvent): void => {
        if (job === null) early.push(event);
        if (event.job !== job) return;
        show(event);
        if (event.type === "finished") resolve(event);
      };
      opened.push(
        client.onEvent(take),
        client.onClosed(() => reject(new ServiceGoneError())),
      );
      const cancel = new Interrupt(terminal, () => {
        if (job !== null) client.cancel({ job }).catch(reject);
      });
      opened.push(cancel);
      const submit = async (): Promise<void> => {
        await client.watch({ jobs: "all", lines: false });
        // The budget the plan was made for; the service holds all Nukes of this machine to it.
        await client.configure({ budgetMB: plan.memory.budgetMB });
        ({ job } = await client.submit({ plan, env: definedEnv(terminal.env) }));
        for (const event of early) take(event);
        if (cancel.asked) await client.cancel({ job });
      };
      submit().catch(reject);
    });
    return await finished;
  } finally {
    for (const one of opened) one.dispose();
  }
}

interface Disposable {
  dispose(): void;
}

/** The render service ended while a render was followed. */
export class ServiceGoneError extends Error {
  readonly reason = "service-gone";
  constructor() {
    super(
      "The render service ended before the render did. Look into its log (nbr service status tells where) and render again.",
    );
    this.name = "ServiceGoneError";
  }
}

/** Ctrl-C, SIGTERM: cancel once and wait; a second one, later, leaves the render to the service and ends. */
class Interrupt implements Disposable {
  asked = false;
  #at = 0;
  readonly #stop: () => void;

  constructor(terminal: Terminal, cancel: () => void) {
    const signalled = (): void => {
      // npm and the terminal both pass on one Ctrl-C, so the same press can arrive twice.
      if (this.asked && Date.now() - this.#at > 1000) process.exit(exitCodes.cancelled);
      if (this.asked) return;
      this.asked = true;
      this.#at = Date.now();
      terminal.err("Cancelling… (Ctrl-C again leaves without waiting)");
      cancel();
    };
    process.on("SIGINT", signalled);
    process.on("SIGTERM", signalled);
    this.#stop = () => {
      process.off("SIGINT", signalled);
      process.off("SIGTERM", signalled);
    };
  }

  dispose(): void {
    this.#stop();
  }
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

/** The environment without the names that have no value. */
export function definedEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Frames of a list of ranges, for those who have to count them. */
export function countFrames(ranges: readonly string[]): number {
  return ranges.length === 0 ? 0 : parseFrames(ranges.join(" ")).frames.length;
}
