import { outcomeOf } from "../../plan/job/job-state.ts";
import { type TextDocument, Uri, workspace } from "vscode";
import { endingText, rangesText } from "../../plan/text/display.ts";
import type { JobStatus } from "../../plan/job/events.ts";
import type { PlanFacts } from "../../plan/facts.ts";
import { type OrderedPlan, type OrderedPlans, planWithNeeded } from "../../plan/ordered-requests.ts";
import { planRender } from "../../plan/plan-render.ts";
import type { Problem, RenderPlan } from "../../plan/render-plan.ts";
import { repeatOf } from "../../plan/job/repeat.ts";
import type { RenderOptions, RenderRequest } from "../../plan/request.ts";
import { nothingLeft } from "../../plan/frames/select-frames.ts";
import { orderWrites, waitingText } from "../../plan/write-order.ts";
import type { RenderOutput } from "../surfaces/output.ts";
import { factsFor } from "./collect-facts.ts";
import type { OverwriteAnswer, OverwriteQuestions } from "./overwrite-question.ts";
import { type Decisions, prepare } from "./prepare.ts";
import { showProgress } from "../surfaces/progress.ts";
import type { RememberedOptions } from "./remembered.ts";
import type { Renders } from "./renders.ts";
import type { ScriptReader } from "../script-reader.ts";
import { revealFolder } from "../surfaces/reveal-folder.ts";
import { readSettings } from "../settings.ts";
import { removeCopy, submitRender } from "./submit-render.ts";
import { NotTrustedError, type StartOptions, type Started, jobsOf } from "./start-wishes.ts";
import { showErrorMessage, showInformationMessage, showWarningMessage } from "../notify.ts";

/** Starting, retrying and following renders; what lenses, palette, form and tasks have in common. */
export class RenderActions {
  readonly #scripts: ScriptReader;
  readonly #renders: Renders;
  readonly #remembered: RememberedOptions;
  readonly #output: RenderOutput;
  readonly #overwrites: OverwriteQuestions;

  constructor(
    scripts: ScriptReader,
    renders: Renders,
    remembered: RememberedOptions,
    output: RenderOutput,
    overwrites: OverwriteQuestions,
  ) {
    [this.#scripts, this.#renders, this.#remembered] = [scripts, renders, remembered];
    [this.#output, this.#overwrites] = [output, overwrites];
  }

  /** Renders with the last settings of the Write, or with these, and follows it to its end. */
  async render(uri: Uri, write: string, options?: RenderOptions, startOptions?: StartOptions): Promise<void> {
    const started = await this.start(uri, write, options, startOptions);
    if (started.kind === "started") await this.followAll(started.jobs, uri);
    if (started.kind === "nothing") void showInformationMessage(`✓ ${started.message}`);
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
    startOptions: StartOptions = {},
  ): Promise<Started & { readonly decisions?: Decisions }> {
    if (!workspace.isTrusted) throw new NotTrustedError();
    const document = await workspace.openTextDocument(uri);
    const request = startOptions.repeat?.request ?? this.#request(uri, write, options);
    const prepared = await prepare(document, request, this.#scripts, startOptions);
    if (prepared === null) return { kind: "declined" };
    const { plan, facts, decisions, temporaryScript } = prepared;
    const message = nothingLeft(plan);
    if (message !== null) {
      await removeCopy(temporaryScript);
      return { kind: "nothing", message, decisions };
    }
    const withNeeded = await this.#wantsNeeded(plan, startOptions.needed);
    if (withNeeded === undefined) {
      await removeCopy(temporaryScript);
      return { kind: "declined" };
    }
    const needed = withNeeded ? this.#needed(request, facts) : null;
    const others = (needed?.plans ?? []).filter((one) => one.plan.write !== write && one.nothing === null);
    const answer =
      startOptions.askToReplace === false || startOptions.unattended === true
        ? "replace"
        : await this.#overwrites.ask([...others.map((one) => one.plan), plan], others.length === 0);
    if (answer === "only-missing") {
      await removeCopy(temporaryScript);
      const chosen = options ?? this.#remembered.get(uri.fsPath, write, readSettings(uri));
      const left = { ...startOptions, needed: withNeeded, earlier: decisions };
      return await this.start(uri, write, { ...chosen, only: "missing" }, left);
    }
    this.#tellProblems(needed?.problems ?? []);
    const { unattended = false } = startOptions;
    const before =
      answer === "declined" ? null : await this.#startEach(others, uri, { earlier: decisions, unattended });
    if (before === null) {
      await removeCopy(temporaryScript);
      return { kind: "declined" };
    }
    const after = [...(startOptions.after ?? []), ...before.jobs];
    this.#tellProblems(
      after.length > 0 ? plan.problems.filter(({ code }) => code !== "reads-unrendered") : plan.problems,
    );
    const surfaces = { renders: this.#renders, output: this.#output, unattended };
    const job = await submitRender(prepared, uri, after, surfaces).catch(async (error: unknown) => {
      await this.#takeBack(before.jobs);
      throw error;
    });
    if (job === null) {
      await this.#takeBack(before.jobs);
      return { kind: "declined" };
    }
    const told = plan.problems.filter(({ code }) => code === "replaces-frames");
    const replaces = [...before.replaces, ...told.map((problem) => problem.message)];
    return { kind: "started", jobs: [...before.jobs, job], replaces, decisions };
  }

  /** Starts the renders that another one needs, in order. Null: the user declined one, and the others are cancelled. */
  async #startEach(
    plans: readonly OrderedPlan[],
    uri: Uri,
    go: Pick<StartOptions, "earlier" | "unattended">,
  ): Promise<{ readonly jobs: readonly string[]; readonly replaces: readonly string[] } | null> {
    const before: { readonly write: string; readonly job: string }[] = [];
    const replaces: string[] = [];
    for (const one of plans) {
      const { write } = one.plan;
      const startOptions = { ...go, needed: false, after: jobsOf(before, one), askToReplace: false };
      const started = await this.start(uri, write, one.request, startOptions).catch(
        async (error: unknown) => {
          await this.#takeBack(before.map(({ job }) => job));
          throw error;
        },
      );
      if (started.kind === "started") {
        replaces.push(...started.replaces);
        before.push(...started.jobs.map((job) => ({ write, job })));
      }
      if (started.kind !== "declined") continue;
      // The others are of no use without the render that needs them.
      await this.#takeBack(before.map(({ job }) => job));
      return null;
    }
    return { jobs: before.map(({ job }) => job), replaces };
  }

  #needed(request: RenderRequest, facts: PlanFacts): OrderedPlans {
    const { script } = request;
    const settings = readSettings(Uri.file(script));
    return planWithNeeded(request, facts, ({ name }) => ({
      // Settings add to it when it is started.
      ...this.#remembered.get(script, name, settings),
      script,
      write: name,
    }));
  }

  /**
   * All enabled Writes of a script as separate jobs; those that read what others write, or have a higher `render_order`, after
   * those; the service decides how many run at once.
   */
  async renderAll(uri: Uri): Promise<void> {
    const document = await workspace.openTextDocument(uri);
    const facts = await this.#scripts.facts(document);
    const { writes, problems } = orderWrites(
      (facts?.writes ?? []).filter((write) => !write.disabled && !write.reading),
    );
    if (writes.length === 0) {
      void showInformationMessage("This script has no enabled Write.");
      return;
    }
    this.#tellProblems(problems);
    const answer = await this.#askToReplace(
      document,
      writes.map(({ write }) => write.name),
    );
    if (answer === "declined") return;
    const jobs: { readonly write: string; readonly job: string }[] = [];
    let earlier: Decisions | undefined;
    for (const one of writes) {
      const waiting = waitingText(one);
      if (waiting !== null) this.#output.line(waiting);
      const after = jobsOf(jobs, one);
      const { name } = one.write;
      const options = this.#remembered.get(uri.fsPath, name, readSettings(uri));
      const started = await this.start(
        uri,
        name,
        answer === "only-missing" ? { ...options, only: "missing" } : options,
        { needed: false, after, earlier, askToReplace: false },
      );
      earlier = started.decisions ?? earlier;
      if (started.kind === "started")
        jobs.push(...started.jobs.map((job) => ({ write: one.write.name, job })));
    }
    await this.followAll(
      jobs.map(({ job }) => job),
      uri,
    );
  }

  /** One question for all of these Writes. */
  async #askToReplace(document: TextDocument, writes: readonly string[]): Promise<OverwriteAnswer> {
    if (!workspace.isTrusted) throw new NotTrustedError();
    const facts = await factsFor(document, this.#scripts, {
      asked: { write: null, only: undefined },
    });
    const plans = writes.map((write) => planRender(this.#request(document.uri, write), facts));
    return await this.#overwrites.ask(plans, true);
  }

  /** Renders the frames a job left missing, as it rendered them; a damaged frame that it left may always be replaced. */
  async retry(jobId: string): Promise<void> {
    const job = this.#renders.get(jobId);
    if (!job || job.missingRanges.length === 0) return;
    const uri = Uri.file(job.script);
    const plan = await this.#renders.plan(jobId);
    const repeat = plan === null ? null : repeatOf(plan, job);
    if (repeat !== null) return await this.render(uri, job.write, undefined, { repeat, askToReplace: false });
    this.#output.line(`The options of ${jobId} are no longer known; the last settings are used.`);
    const options = this.#remembered.get(job.script, job.write, readSettings(uri));
    await this.render(uri, job.write, {
      ...options,
      range: job.missingRanges.join(" "),
      overwrite: "always",
    });
  }

  #request(uri: Uri, write: string, options?: RenderOptions): RenderRequest {
    const settings = readSettings(uri);
    const chosen = options ?? this.#remembered.get(uri.fsPath, write, settings);
    const extraArguments = [...settings["nuke.extraArguments"], ...(chosen.extraArguments ?? [])];
    return { ...chosen, extraArguments, script: uri.fsPath, write };
  }

  /** Whether the Writes it depends on are rendered first; asks if their frames are missing and the choice is not given. Undefined: neither. */
  async #wantsNeeded({ write, problems }: RenderPlan, wished?: boolean): Promise<boolean | undefined> {
    const [problem] = problems.filter(
      ({ code, severity }) => code === "reads-unrendered" && severity === "warning",
    );
    if (wished !== undefined || problem === undefined) return wished ?? false;
    const [both, only] = ["Render Both in Order", `Render Only ${write}`];
    const chosen = await showWarningMessage(problem.message, { modal: true }, both, only);
    return chosen === undefined ? undefined : chosen === both;
  }

  #tellProblems(problems: readonly Problem[]): void {
    for (const { severity, message } of problems) this.#output.line(`${severity}: ${message}`);
  }

  /** These make no sense without the render they were for. The last one first, for it waits for the others. */
  async #takeBack(jobs: readonly string[]): Promise<void> {
    for (const job of jobs.toReversed()) await this.#renders.cancel(job);
  }

  /** Shows the progress of jobs and tells their ends. */
  async followAll(jobs: readonly string[], uri: Uri): Promise<void> {
    await Promise.all(jobs.map((job) => this.follow(job, uri)));
  }

  /** Shows a job's progress and tells its end. */
  async follow(job: string, uri: Uri): Promise<JobStatus> {
    const known = this.#renders.get(job);
    const write = `${known?.demo === true ? "test pictures of " : ""}${known?.write ?? job}`;
    const status = readSettings(uri)["notifications.progress"]
      ? await showProgress(this.#renders, job, `Rendering ${write}`)
      : await this.#renders.finished(job);
    // A notification waits until the user closes it; the render has ended anyway.
    void this.#tell(status);
    return status;
  }

  async #tell(status: JobStatus): Promise<void> {
    const [output, reveal, retry] = [
      "Show Output",
      status.demo ? "Show Test Pictures" : "Show Frames",
      "Retry",
    ];
    const text = `${status.write}: ${endingText(status)}`;
    const outcome = outcomeOf(status.state);
    const chosen =
      outcome === "complete"
        ? await showInformationMessage(`✓ ${text}`, ...(status.folder === null ? [] : [reveal]), output)
        : outcome === "cancelled"
          ? await showInformationMessage(`■ ${text}. Done: ${rangesText(status.doneRanges)}.`, output)
          : await showErrorMessage(
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
