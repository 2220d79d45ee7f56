import { blocksOf, outcomeOf } from "../../plan/job/job-state.ts";
import {
  CodeLens,
  type CodeLensProvider,
  type Command,
  type Event,
  EventEmitter,
  Range,
  type TextDocument,
  workspace,
} from "vscode";
import {
  endingText,
  outcomeIcon,
  folderText,
  heaviestText,
  rangesText,
  runningText,
} from "../../plan/text/display.ts";
import type { JobStatus } from "../../plan/job/events.ts";
import { displayFrames } from "../../plan/frames/frames.ts";
import { chooseRange } from "../../plan/frames/range.ts";
import type { ScriptFacts, WriteTarget } from "../../plan/target.ts";
import { plainLabel } from "../../plan/text/plain-label.ts";
import type { RememberedOptions } from "../render/remembered.ts";
import type { Renders } from "../render/renders.ts";
import type { ScriptReader } from "../script-reader.ts";
import { readSettings } from "../settings.ts";

/** Between two showings of how far a render is, ms. */
const PROGRESS_EVERY = 1000;

/** Above every Write: where it stands comes from the language server, how its render does from the render service. */
export class WriteLenses implements CodeLensProvider {
  readonly #scripts: ScriptReader;
  readonly #renders: Renders;
  readonly #remembered: RememberedOptions;
  readonly #changed = new EventEmitter<void>();
  readonly onDidChangeCodeLenses: Event<void> = this.#changed.event;
  readonly #listeners;
  /** Of each job, what a lens says of its state; to be told at once when it changes. */
  readonly #states = new Map<string, string>();
  #progressTimer: NodeJS.Timeout | null = null;

  constructor(scripts: ScriptReader, renders: Renders, remembered: RememberedOptions) {
    this.#scripts = scripts;
    this.#renders = renders;
    this.#remembered = remembered;
    this.#listeners = [
      renders.onDidChange((job) => this.#jobChanged(job)),
      scripts.onDidChange(() => this.refresh()),
      workspace.onDidGrantWorkspaceTrust(() => this.refresh()),
      workspace.onDidChangeConfiguration(
        (event) => event.affectsConfiguration("nukeRender") && this.refresh(),
      ),
    ];
  }

  refresh(): void {
    clearTimeout(this.#progressTimer ?? undefined);
    this.#progressTimer = null;
    this.#changed.fire();
  }

  /** The editor waits for quiet before it asks again, so frames that tick faster than that would never be seen. */
  #jobChanged({ job, state, running }: JobStatus): void {
    const now = `${JSON.stringify(state)} ${running}`;
    if (this.#states.get(job) !== now) {
      this.#states.set(job, now);
      this.refresh();
    } else this.#progressTimer ??= setTimeout(() => this.refresh(), PROGRESS_EVERY);
  }

  async provideCodeLenses(document: TextDocument): Promise<CodeLens[]> {
    if (!readSettings(document.uri)["codeLens.enabled"]) return [];
    const facts = await this.#scripts.facts(document, { brief: true });
    if (facts === null) return [];
    return facts.writes.flatMap((write) => {
      const line = Math.min(Math.max(0, write.line - 1), document.lineCount - 1);
      const range = new Range(line, 0, line, 0);
      return this.#commands(document, facts, write).map((command) => new CodeLens(range, command));
    });
  }

  dispose(): void {
    clearTimeout(this.#progressTimer ?? undefined);
    for (const listener of this.#listeners) listener.dispose();
    this.#changed.dispose();
  }

  #commands(document: TextDocument, facts: ScriptFacts, write: WriteTarget): Command[] {
    const target = [document.uri, write.name];
    const job = this.#renders.latest(document.uri.fsPath, write.name);
    if (job && job.state.kind !== "done") return this.#underway(job);
    if (write.disabled || write.reading) {
      const why = write.disabled ? "disabled" : "reading its file";
      return [
        {
          title: `$(circle-slash) ${why}: Nuke would skip ${plainLabel(write.name)}`,
          command: "nukeRender.openForm",
          arguments: target,
        },
      ];
    }
    if (!workspace.isTrusted) {
      return [{ title: "$(shield) Trust this folder to render", command: "workbench.trust.manage" }];
    }
    const demo = readSettings(document.uri)["nuke.useDemoRenderer"];
    const commands: Command[] = [
      {
        title: `▶ Render ${this.#rangeTitle(document, facts, write)}${demo ? " (demo)" : ""}`,
        tooltip: demo
          ? `Render test pictures of ${write.name} with the demo renderer, to a separate folder`
          : `Render ${write.name} in the background`,
        command: "nukeRender.render",
        arguments: target,
      },
      {
        title: "⚙ Render settings…",
        tooltip: "Range, split, threads, memory",
        command: "nukeRender.openForm",
        arguments: target,
      },
      {
        title: "☁ Send to farm…",
        tooltip: "Send the same render to the render manager",
        command: "nukeRender.sendToFarm",
        arguments: target,
      },
    ];
    return job ? [...commands, endingCommand(job)] : commands;
  }

  /** Of a render that is not over. */
  #underway(job: JobStatus): Command[] {
    const paused = job.state.kind === "paused";
    const cancel = {
      title: "■ Cancel",
      tooltip: "Stop this render and keep finished frames",
      command: "nukeRender.cancel",
      arguments: [job.job],
    };
    const icon = paused || job.state.kind === "queued" ? "◔" : "◐";
    const resume = {
      title: "▶ Resume",
      tooltip: "Render the remaining frames",
      command: "nukeRender.resume",
      arguments: [job.job],
    };
    const progress = {
      title: `${icon} ${plainLabel(runningText(job))}`,
      tooltip: blocksOf(job.state)[0]?.text ?? "Show the output of the Nukes",
      command: "nukeRender.showOutput",
    };
    const next = {
      title: "↑ Render next",
      tooltip: `Start before all other queued renders (priority ${job.priority})`,
      command: "nukeRender.renderNext",
      arguments: [job.job],
    };
    if (job.state.kind === "cancelling") return [progress];
    // It has no Nuke because others have them.
    if (!paused && job.running === 0 && this.#renders.active.some(({ running }) => running > 0))
      return [progress, next, cancel];
    return paused ? [progress, resume, cancel] : [progress, cancel];
  }

  #rangeTitle(document: TextDocument, facts: ScriptFacts, write: WriteTarget): string {
    const options = this.#remembered.get(document.uri.fsPath, write.name, readSettings(document.uri));
    const { list } = chooseRange(facts, write, options.range);
    const text = displayFrames(list.frames, list.steps);
    return text.length > 40 ? `${list.frames.length} frames` : text;
  }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function endingCommand(job: JobStatus): Command {
  if (outcomeOf(job.state) === "complete") {
    const where =
      job.folder === null ? "Show the output of the Nukes" : sentence(folderText(job, job.folder));
    const tooltip = job.heaviest === null ? where : `${where}; ${heaviestText(job.heaviest)}`;
    return { title: `✓ ${endingText(job)}`, tooltip, command: "nukeRender.showOutput" };
  }
  const icon = outcomeIcon(job);
  const verb = outcomeOf(job.state) === "cancelled" ? "Render the rest" : "Retry";
  const tooltip = `Missing: ${rangesText(job.missingRanges)}. Render just these frames.`;
  return {
    title: `${icon} ${endingText(job)} · ${verb}`,
    tooltip,
    command: "nukeRender.retry",
    arguments: [job.job],
  };
}
