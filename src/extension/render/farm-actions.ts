import { type TextDocument, type Uri, workspace } from "vscode";
import { commandTemplateEngine } from "../../farm/command-template.ts";
import { type AskedOption, type FarmEngine, FarmError } from "../../farm/engine.ts";
import { DEFAULT_BATCH_SIZE, type FarmPlan, farmJob } from "../../farm/farm-job.ts";
import { displayCommand } from "../../plan/command-line.ts";
import { optionTable } from "../../plan/options/table.ts";
import { defaultRange } from "../../plan/frames/range.ts";
import type { RenderOptions, RenderRequest } from "../../plan/request.ts";
import type { ScriptFacts } from "../../plan/target.ts";
import { type FarmOptions, type FarmPreview, farmRequest } from "../../webview/protocol.ts";
import type { RenderOutput } from "../surfaces/output.ts";
import type { OverwriteQuestions } from "./overwrite-question.ts";
import type { RememberedOptions } from "./remembered.ts";
import { NotTrustedError } from "./start-wishes.ts";
import type { ScriptReader } from "../script-reader.ts";
import { readSettings } from "../settings.ts";
import { factsFor } from "./collect-facts.ts";
import { showErrorMessage, showInformationMessage } from "../notify.ts";

/** Handing renders to a render manager from the editor. */
export class FarmActions {
  readonly #scripts: ScriptReader;
  readonly #remembered: RememberedOptions;
  readonly #output: RenderOutput;
  readonly #overwrites: OverwriteQuestions;

  constructor(
    scripts: ScriptReader,
    remembered: RememberedOptions,
    output: RenderOutput,
    overwrites: OverwriteQuestions,
  ) {
    [this.#scripts, this.#remembered, this.#output] = [scripts, remembered, output];
    this.#overwrites = overwrites;
  }

  engines(uri: Uri): FarmEngine[] {
    return [commandTemplateEngine(readSettings(uri)["farm.command"])];
  }

  /** What would be run as things stand, or what is in the way. */
  async preview(document: TextDocument, write: string, farm: FarmOptions): Promise<FarmPreview> {
    const { job, problems } = await this.#plan(document, write, farm);
    if (job === null) return { argv: null, problems: [...problems], message: null };
    try {
      return {
        argv: [...this.#engine(document.uri, farm).prepare(job).argv],
        problems: [...problems],
        message: null,
      };
    } catch (error) {
      if (!(error instanceof FarmError)) throw error;
      return { argv: null, problems: [...problems], message: error.message };
    }
  }

  /** Runs the farm's command; its output goes to the output channel, its exit code is told. False: something stood in the way. */
  async submit(document: TextDocument, write: string, farm: FarmOptions): Promise<boolean> {
    if (!workspace.isTrusted) throw new NotTrustedError();
    const { job, plan, problems } = await this.#plan(document, write, farm);
    if (job === null)
      throw new FarmError(
        "bad-value",
        problems.find((problem) => problem.severity === "error")?.message ?? "The render cannot be sent.",
      );
    const engine = this.#engine(document.uri, farm);
    const submission = engine.prepare(job);
    if ((await this.#overwrites.ask([plan], false)) === "declined") return false;
    this.#output.line(`── farm: ${displayCommand(submission.argv)}`);
    const listener = {
      output: (_stream: "stdout" | "stderr", line: string): void => this.#output.line(`[farm] ${line}`),
    };
    const { exitCode, signal } = await engine.submit(submission, { cwd: plan.cwd, listener });
    const end =
      exitCode === null ? `was ended by ${signal ?? "a signal"}` : `ended with exit code ${exitCode}`;
    this.#output.line(`── farm: the command ${end}`);
    const show = "Show Output";
    const told =
      exitCode === 0
        ? showInformationMessage(`${write} was sent to the farm.`, show)
        : showErrorMessage(`The farm command ${end}. ${write} may not have been sent.`, show);
    void told.then((chosen) => chosen === show && this.#output.show());
    return exitCode === 0;
  }

  /** "Local render": the same frames and batches for the render service, regardless of the last local render. */
  localOptions(document: TextDocument, write: string, farm: FarmOptions): RenderOptions {
    const { script: _script, write: _write, ...options } = this.#request(document, write, farm);
    return options;
  }

  #request({ uri }: TextDocument, write: string, farm: FarmOptions): RenderRequest {
    const kept = this.#remembered.get(uri.fsPath, write, readSettings(uri));
    return farmRequest(uri.fsPath, write, farm, kept);
  }

  async #plan(document: TextDocument, write: string, farm: FarmOptions): Promise<FarmPlan> {
    const request = this.#request(document, write, farm);
    // A farm has its own Nukes, and its frames are real.
    const facts = await factsFor(document, this.#scripts, {
      demo: false,
      asked: { write, only: undefined, overwrite: request.overwrite },
    });
    const byDefault = readSettings(document.uri)["render.continueOnError"];
    const { batchSize } = farm;
    return farmJob(
      { request, batchSize, asked: askedOptions(request, farm, facts.script, byDefault) },
      facts,
    );
  }

  #engine(uri: Uri, farm: FarmOptions): FarmEngine {
    const engine = this.engines(uri).find((one) => one.id === farm.engine);
    if (engine) return engine;
    throw new FarmError("bad-value", `There is no farm engine "${farm.engine}". Choose another.`);
  }
}

/** The options a person chose, by the names of the form's fields; defaults of the script, the machine and the settings are left out. */
function askedOptions(
  { write: name, range, threads, views = [], proxy, continueOnError }: RenderRequest,
  { batchSize }: FarmOptions,
  script: ScriptFacts,
  continuesByDefault: boolean,
): AskedOption[] {
  const write = script.writes.find((one) => one.name === name);
  const asked: readonly (AskedOption & { readonly chosen: boolean })[] = [
    { option: "write", name: "Write", chosen: script.writes.length > 1 },
    {
      option: "range",
      name: optionTable.range.form.label,
      chosen: write !== undefined && range !== defaultRange(script, write).range,
    },
    { option: "threads", name: optionTable.threads.form.label, chosen: threads !== undefined },
    { option: "batchSize", name: "Batch size", chosen: batchSize !== DEFAULT_BATCH_SIZE },
    { option: "views", name: optionTable.views.form.label, chosen: views.length > 0 },
    { option: "proxy", name: optionTable.proxy.form.label, chosen: proxy !== "script" },
    {
      option: "continueOnError",
      name: optionTable.continueOnError.form.label,
      chosen: continueOnError && !continuesByDefault,
    },
  ];
  return asked.filter(({ chosen }) => chosen).map(({ option, name }) => ({ option, name }));
}
