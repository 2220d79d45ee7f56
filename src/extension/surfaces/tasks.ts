import { outcomeExitCodes } from "../../plan/job/exit-codes.ts";
import { outcomeOf } from "../../plan/job/job-state.ts";
import { isAbsolute, join } from "node:path";
import {
  CustomExecution,
  type Event,
  EventEmitter,
  type Pseudoterminal,
  Task,
  type TaskDefinition,
  type TaskProvider,
  TaskScope,
  Uri,
  type WorkspaceFolder,
  workspace,
} from "vscode";
import { endingText, folderText, heaviestText, rangesText, runningText } from "../../plan/text/display.ts";
import type { RenderEvent } from "../../plan/job/events.ts";
import { conflictText } from "../../plan/output/output-conflict.ts";
import { visibleLines } from "../../plan/text/visible-text.ts";
import { isUserFacing } from "../failures.ts";
import { conflictsOf } from "../render/being-rendered.ts";
import type { RenderActions } from "../render/render-actions.ts";
import type { Renders } from "../render/renders.ts";
import { readSettings } from "../settings.ts";
import { TaskDefinitionError, readTask } from "./task-definition.ts";

/** The task type `nuke-render`: the same render as everywhere, with an exit code that is true to its result. */
export class RenderTaskProvider implements TaskProvider {
  readonly #actions: RenderActions;
  readonly #renders: Renders;

  constructor(actions: RenderActions, renders: Renders) {
    this.#actions = actions;
    this.#renders = renders;
  }

  /** Tasks come from tasks.json; offering one for every Write of every script would read them all. */
  provideTasks(): Task[] {
    return [];
  }

  resolveTask(task: Task): Task {
    const { definition } = task;
    const scope = task.scope ?? TaskScope.Workspace;
    const folder = typeof scope === "object" ? scope : undefined;
    // The definition has to stay the very object that came in, or the task is not found again.
    const execution = new CustomExecution(
      async () => new RenderTerminal(definition, folder, this.#actions, this.#renders),
    );
    return new Task(definition, scope, task.name, "Nuke Render", execution);
  }
}

/** One task's terminal: shows the render, cancels it when the task is ended, and closes with the render's exit code. */
class RenderTerminal implements Pseudoterminal {
  readonly #text = new EventEmitter<string>();
  readonly #closed = new EventEmitter<number>();
  readonly onDidWrite: Event<string> = this.#text.event;
  readonly onDidClose: Event<number> = this.#closed.event;
  readonly #definition: TaskDefinition;
  readonly #folder: WorkspaceFolder | undefined;
  readonly #actions: RenderActions;
  readonly #renders: Renders;
  #job: string | null = null;
  /** Renders of the Writes it reads. */
  #before: readonly string[] = [];
  #ended = false;

  constructor(
    definition: TaskDefinition,
    folder: WorkspaceFolder | undefined,
    actions: RenderActions,
    renders: Renders,
  ) {
    this.#definition = definition;
    this.#folder = folder;
    this.#actions = actions;
    this.#renders = renders;
  }

  open(): void {
    void this.#run().then(
      (code) => this.#closed.fire(code),
      (error: unknown) => {
        this.#line(failureText(error, this.#definition));
        this.#closed.fire(2);
      },
    );
  }

  /** The user ended the task. */
  close(): void {
    this.#ended = true;
    void this.#cancel().then(undefined, () => undefined);
  }

  handleInput(data: string): void {
    if (data === "\u0003") this.close();
  }

  /** What waits before what it waits for. */
  async #cancel(): Promise<void> {
    if (this.#job === null) return;
    for (const job of [this.#job, ...this.#before.toReversed()]) await this.#renders.cancel(job);
  }

  async #run(): Promise<number> {
    const definition = readTask(this.#definition);
    const uri = Uri.file(this.#path(definition.script));
    const early: RenderEvent[] = [];
    const listener = this.#renders.onEvent((event) => {
      if (this.#job === null) early.push(event);
      else this.#show(event);
    });
    try {
      const started = await this.#actions.start(
        uri,
        definition.write,
        definition.options(readSettings(uri)["render.continueOnError"]),
        { needed: definition.withNeeded, unattended: true },
      );
      if (started.kind === "nothing") this.#line(started.message);
      if (started.kind !== "started") return started.kind === "nothing" ? 0 : 2;
      for (const replaced of started.replaces) this.#line(replaced);
      const job = started.jobs.at(-1) ?? "";
      this.#before = started.jobs.slice(0, -1);
      for (const one of this.#before)
        this.#line(`${this.#renders.get(one)?.write ?? one} is rendered first.`);
      this.#job = job;
      for (const event of early) this.#show(event);
      if (this.#ended) await this.#cancel();
      const status = await this.#renders.finished(job);
      this.#line(`${status.write}: ${endingText(status)}`);
      if (status.missingRanges.length > 0)
        this.#line(`done: ${rangesText(status.doneRanges)}; missing: ${rangesText(status.missingRanges)}`);
      if (status.heaviest !== null) this.#line(heaviestText(status.heaviest));
      if (status.folder !== null) this.#line(folderText(status, status.folder));
      const outcome = outcomeOf(status.state);
      return outcome === null ? 1 : outcomeExitCodes[outcome];
    } finally {
      listener.dispose();
    }
  }

  #show(event: RenderEvent): void {
    if (event.job !== this.#job) return;
    if (event.type === "frame-done") {
      const status = this.#renders.get(event.job);
      this.#line(`frame ${event.frame} ${status ? `· ${runningText(status)}` : ""}`);
    }
    if (event.type === "message") this.#line(`${event.severity}: ${event.text}`);
    if (event.type === "frame-failed") this.#line(`frame ${event.frame ?? "?"} failed: ${event.message}`);
  }

  #path(script: string): string {
    if (isAbsolute(script)) return script;
    const folder = this.#folder ?? workspace.workspaceFolders?.[0];
    if (!folder)
      throw new TaskDefinitionError(
        `The script "${script}" of the task is relative, and no folder is open. Write its whole path.`,
      );
    return join(folder.uri.fsPath, script);
  }

  #line(text: string): void {
    // A terminal obeys what is written to it, and the text quotes scripts and Nukes.
    this.#text.fire(`${visibleLines(text).replaceAll("\n", "\r\n")}\r\n`);
  }
}

function failureText(error: unknown, { write }: TaskDefinition): string {
  const conflicts = conflictsOf(error);
  if (conflicts !== null)
    return `${conflictText(String(write), conflicts)}\nThe task renders nothing. Run it again when that is done, or cancel that first.`;
  if (!(error instanceof Error)) return String(error);
  return isUserFacing(error) ? error.message : (error.stack ?? error.message);
}
