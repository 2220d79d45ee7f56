import { rm } from "node:fs/promises";
import { type Uri, window, workspace } from "vscode";
import { endingText, rangesText } from "../../plan/display.ts";
import type { JobStatus } from "../../plan/events.ts";
import { planWithNeeded } from "../../plan/ordered-requests.ts";
import type { Problem, RenderPlan } from "../../plan/render-plan.ts";
import type { RenderOptions, RenderRequest } from "../../plan/request.ts";
import { nothingLeft } from "../../plan/select-frames.ts";
import { type OrderedWrite, orderWrites, waitingText } from "../../plan/write-order.ts";
import type { RenderOutput } from "../surfaces/output.ts";
import { type Decisions, type Prepared, prepare } from "./prepare.ts";
import { showProgress } from "../surfaces/progress.ts";
import type { RememberedOptions } from "./remembered.ts";
import type { Renders } from "./renders.ts";
import type { ScriptReader } from "../script-reader.ts";
import { revealFolder } from "../surfaces/reveal-folder.ts";
import { readSettings } from "../settings.ts";

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

export interface StartWishes {
  readonly demo?: boolean;
  /** Render what it reads of other Writes first, where that is missing; absent: ask. */
  readonly needed?: boolean;
  /** Jobs it waits for. */
  readonly after?: readonly string[];
  /** What was answered for another Write in the same go. */
  readonly earlier?: Decisions | undefined;
}

/** `declined`: somebody decided against it; `nothing`: all of its frames are on disk. */
export type Started =
  | { readonly kind: "started"; readonly jobs: readonly string[] }
  | { readonly kind: "declined" }
  | { readonly kind: "nothing"; readonly message: string };

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

  /** Renders with the last settings of the Write, or with these, and follows it to its end. */
  async render(uri: Uri, write: string, options?: RenderOptions): Promise<void> {
    const started = await this.start(uri, write, options);
    if (started.kind === "started") await this.followAll(started.jobs, uri);
    if (started.kind === "nothing") void window.showInformationMessage(`✓ ${started.message}`);
  }

  /** Renders those frames of a Write that are not on disk, with its last settings. */
  async renderMissing(uri: Uri, write: string): Promise<void> {
    const options = this.#remembered.get(uri.fsPath, write, readSettings(uri));
    await this.render(uri, write, { ...options, only: "missing" });
  }

  /** Submits a render, and before it, where that is wished, those of the Writes it reads. */
  async start(
    uri: Uri,
    write: string,
    options?: RenderOptions,
    wishes: StartWishes = {},
  ): Promise<Started & { readonly decisions?: Decisions }> {
    if (!workspace.isTrusted) throw new NotTrustedError();
    const document = await workspace.openTextDocument(uri);
    const request = this.#request(uri, write, options);
    const prepared = await prepare(document, request, this.#scripts, wishes);
    if (prepared === null) return { kind: "declined" };
    const { plan, facts, decisions, temporaryScript } = prepared;
    const message = nothingLeft(plan);
    if (message !== null) {
      await removeCopy(temporaryScript);
      return { kind: "nothing", message, decisions };
    }
    const withNeeded = await this.#wantsNeeded(plan, wishes.needed);
    if (withNeeded === undefined) {
      await removeCopy(temporaryScript);
      return { kind: "declined" };
    }
    const before: { readonly write: string; readonly job: string }[] = [];
    if (withNeeded) {
      const { plans, problems } = planWithNeeded(request, facts, ({ name }) => ({
        // Settings add to it when it is started.
        ...this.#remembered.get(uri.fsPath, name, readSettings(uri)),
        script: uri.fsPath,
        write: name,
      }));
      this.#tellProblems(problems);
      for (const one of plans) {
        if (one.plan.write === write || one.nothing !== null) continue;
        const after = jobsOf(before, one);
        const started = await this.start(uri, one.plan.write, one.request, {
          needed: false,
          after,
          earlier: decisions,
        });
        if (started.kind === "started")
          before.push(...started.jobs.map((job) => ({ write: one.plan.write, job })));
        if (started.kind !== "declined") continue;
        // Nobody wants the others without what they were for.
        for (const { job } of before.toReversed()) await this.#renders.cancel(job);
        await removeCopy(temporaryScript);
        return { kind: "declined" };
      }
    }
    const after = [...(wishes.after ?? []), ...before.map(({ job }) => job)];
    this.#tellProblems(
      after.length > 0 ? plan.problems.filter(({ code }) => code !== "reads-unrendered") : plan.problems,
    );
    const job = await this.#submit(prepared, uri, after);
    return { kind: "started", jobs: [...before.map((one) => one.job), job], decisions };
  }

  /**
   * All enabled Writes of a script as jobs of their own, those that read what others write, or have a higher `render_order`, behind
   * those; the service decides how many run at once.
   */
  async renderAll(uri: Uri): Promise<void> {
    const document = await workspace.openTextDocument(uri);
    const facts = await this.#scripts.facts(document);
    const { writes, problems } = orderWrites(
      (facts?.writes ?? []).filter((write) => !write.disabled && !write.reading),
    );
    if (writes.length === 0) {
      void window.showInformationMessage("This script has no Write that is enabled.");
      return;
    }
    this.#tellProblems(problems);
    const jobs: { readonly write: string; readonly job: string }[] = [];
    let earlier: Decisions | undefined;
    for (const one of writes) {
      const waiting = waitingText(one);
      if (waiting !== null) this.#output.line(waiting);
      const after = jobsOf(jobs, one);
      const started = await this.start(uri, one.write.name, undefined, { needed: false, after, earlier });
      earlier = started.decisions ?? earlier;
      if (started.kind === "started")
        jobs.push(...started.jobs.map((job) => ({ write: one.write.name, job })));
    }
    await this.followAll(
      jobs.map(({ job }) => job),
      uri,
    );
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

  #request(uri: Uri, write: string, options?: RenderOptions): RenderRequest {
    const settings = readSettings(uri);
    const chosen = options ?? this.#remembered.get(uri.fsPath, write, settings);
    const extraArguments = [...settings["nuke.extraArguments"], ...(chosen.extraArguments ?? [])];
    return { ...chosen, extraArguments, script: uri.fsPath, write };
  }

  /** Whether Writes that are read are rendered first; asks where frames of theirs are missing and nobody has said. Undefined: neither. */
  async #wantsNeeded({ write, problems }: RenderPlan, wished?: boolean): Promise<boolean | undefined> {
    const [problem] = problems.filter(
      ({ code, severity }) => code === "reads-unrendered" && severity === "warning",
    );
    if (wished !== undefined || problem === undefined) return wished ?? false;
    const [both, only] = ["Render Both in Order", `Render Only ${write}`];
    const chosen = await window.showWarningMessage(problem.message, { modal: true }, both, only);
    return chosen === undefined ? undefined : chosen === both;
  }

  #tellProblems(problems: readonly Problem[]): void {
    for (const { severity, message } of problems) this.#output.line(`${severity}: ${message}`);
  }

  async #submit({ plan, temporaryScript }: Prepared, uri: Uri, after: readonly string[]): Promise<string> {
    try {
      return await this.#renders.submit({
        plan,
        source: uri.fsPath,
        env: Object.fromEntries(
          Object.entries(process.env).flatMap(([name, value]) =>
            value === undefined ? [] : [[name, value]],
          ),
        ),
        ...(after.length === 0 ? {} : { after: [...after] }),
        ...(temporaryScript === undefined ? {} : { temporaryScript }),
      });
    } catch (error) {
      await removeCopy(temporaryScript);
      throw error;
    }
  }

  /** Shows the progress of jobs and tells their ends. */
  async followAll(jobs: readonly string[], uri: Uri): Promise<void> {
    await Promise.all(jobs.map((job) => this.follow(job, uri)));
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
          : await window.showErrorMessage(
              `✗ ${text}: ${unstarted(status) ?? `${rangesText(status.missingRanges)}.`}`,
              retry,
              output,
            );
    if (chosen === output) this.#output.show();
    if (chosen === retry) await this.retry(status.job);
    if (chosen === reveal && status.folder !== null) await revealFolder(status.folder);
  }
}

/** Why nothing of a job was started: what it waited for did not end well. */
function unstarted({ chunks }: JobStatus): string | null {
  const none = chunks.every(({ verdict, pid }) => verdict === "not-started" && pid === null);
  return none ? (chunks[0]?.reason ?? null) : null;
}

/** Of the jobs that were submitted, those a Write waits for. */
function jobsOf(
  jobs: readonly { readonly write: string; readonly job: string }[],
  { after }: Pick<OrderedWrite, "after">,
): string[] {
  return jobs.flatMap(({ write, job }) => (after.some((before) => before.write === write) ? [job] : []));
}

async function removeCopy(file: string | undefined): Promise<void> {
  if (file !== undefined) await rm(file, { force: true });
}
