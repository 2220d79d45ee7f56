import { rm } from "node:fs/promises";
import { type TextDocument, type Uri, window, workspace } from "vscode";
import { endingText, rangesText } from "../plan/display.ts";
import type { JobStatus } from "../plan/events.ts";
import type { RenderOptions, RenderRequest } from "../plan/request.ts";
import type { RenderOutput } from "./output.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { showProgress } from "./progress.ts";
import type { RememberedOptions } from "./remembered.ts";
import type { Renders } from "./renders.ts";
import type { ScriptReader } from "./script-reader.ts";
import { revealFolder } from "./reveal-folder.ts";
import { readSettings } from "./settings.ts";

/** Nothing may be started in a folder that is not trusted. */
export class NotTrustedError extends Error {
  readonly reason = "not-trusted";
  constructor() {
    super(
      "This folder is not trusted, so nothing is started in it. Trust it to render (Workspaces: Manage Workspace Trust).",
    );
    this.name = "NotTrustedError";
  }
}

/** Starting, retrying and following renders; what lenses, palette, form and tasks have in common. */
export class RenderActions {
  readonly #scripts: ScriptReader;
  readonly #renders: Renders;
  readonly #remembered: RememberedOptions;
  readonly #output: RenderOutput;

  constructor(scripts: ScriptReader, renders: Renders, remembered: RememberedOptions, output: RenderOutput) {
    this.#scripts = scripts;
    this.#renders = renders;
    this.#remembered = remembered;
    this.#output = output;
  }

  /** Renders with the last settings of the Write, or with these. Undefined: somebody decided against it. */
  async render(uri: Uri, write: string, options?: RenderOptions): Promise<JobStatus | undefined> {
    const job = await this.start(uri, write, options);
    return job === undefined ? undefined : await this.follow(job, uri);
  }

  /** Submits a render; answers with the job. Undefined: somebody decided against it. */
  async start(uri: Uri, write: string, options?: RenderOptions, demo = false): Promise<string | undefined> {
    if (!workspace.isTrusted) throw new NotTrustedError();
    const document = await workspace.openTextDocument(uri);
    const settings = readSettings(uri);
    const chosen = options ?? this.#remembered.get(uri.fsPath, write, settings);
    const extraArguments = [...settings["nuke.extraArguments"], ...(chosen.extraArguments ?? [])];
    const prepared = await this.#prepare(
      document,
      { ...chosen, extraArguments, script: uri.fsPath, write },
      demo,
    );
    return prepared === null ? undefined : await this.#submit(prepared, uri);
  }

  /** All enabled Writes of a script, in `render_order`, as jobs of their own; the service decides how many run at once. */
  async renderAll(uri: Uri): Promise<void> {
    const document = await workspace.openTextDocument(uri);
    const facts = await this.#scripts.facts(document);
    const writes = (facts?.writes ?? [])
      .filter((write) => !write.disabled && !write.reading)
      .sort((a, b) => a.renderOrder - b.renderOrder);
    if (writes.length === 0) {
      void window.showInformationMessage("This script has no Write that is enabled.");
      return;
    }
    const jobs: string[] = [];
    for (const write of writes) {
      const job = await this.start(uri, write.name);
      if (job !== undefined) jobs.push(job);
    }
    await Promise.all(jobs.map((job) => this.follow(job, uri)));
  }

  /** Renders the frames a job left missing, with its Write's last settings. */
  async retry(jobId: string): Promise<void> {
    const { Uri } = await import("vscode");
    const job = this.#renders.get(jobId);
    if (!job || job.missingRanges.length === 0) return;
    const uri = Uri.file(job.script);
    const options = this.#remembered.get(job.script, job.write, readSettings(uri));
    await this.render(uri, job.write, { ...options, range: job.missingRanges.join(" ") });
  }

  async #prepare(document: TextDocument, request: RenderRequest, demo: boolean): Promise<Prepared | null> {
    const prepared = await prepare(document, request, this.#scripts, demo);
    for (const problem of prepared?.plan.problems ?? [])
      this.#output.line(`${problem.severity}: ${problem.message}`);
    return prepared;
  }

  async #submit({ plan, temporaryScript }: Prepared, uri: Uri): Promise<string> {
    try {
      return await this.#renders.submit({
        plan,
        source: uri.fsPath,
        env: Object.fromEntries(
          Object.entries(process.env).flatMap(([name, value]) =>
            value === undefined ? [] : [[name, value]],
          ),
        ),
        ...(temporaryScript === undefined ? {} : { temporaryScript }),
      });
    } catch (error) {
      if (temporaryScript !== undefined) await rm(temporaryScript, { force: true });
      throw error;
    }
  }

  /** Shows a job's progress and tells its end. */
  async follow(job: string, uri: Uri): Promise<JobStatus> {
    const write = this.#renders.get(job)?.write ?? job;
    const status = readSettings(uri)["notifications.progress"]
      ? await showProgress(this.#renders, job, `Rendering ${write}`)
      : await this.#renders.finished(job);
    // A notification waits for somebody to close it; the render is over all the same.
    void this.#tell(status);
    return status;
  }

  async #tell(status: JobStatus): Promise<void> {
    const [output, reveal, retry] = ["Show Output", "Show Frames", "Retry"];
    const text = `${status.write}: ${endingText(status)}`;
    const chosen =
      status.exitCode === 0
        ? await window.showInformationMessage(
            `✓ ${text}`,
            ...(status.folder === null ? [] : [reveal]),
            output,
          )
        : status.exitCode === 130
          ? await window.showInformationMessage(`■ ${text}. Done: ${rangesText(status.doneRanges)}.`, output)
          : await window.showErrorMessage(`✗ ${text}: ${rangesText(status.missingRanges)}.`, retry, output);
    if (chosen === output) this.#output.show();
    if (chosen === retry) await this.retry(status.job);
    if (chosen === reveal && status.folder !== null) await revealFolder(status.folder);
  }
}
