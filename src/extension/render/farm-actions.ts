import { type TextDocument, type Uri, window, workspace } from "vscode";
import { commandTemplateEngine } from "../../farm/command-template.ts";
import { type FarmEngine, FarmError } from "../../farm/engine.ts";
import { type FarmPlan, farmJob } from "../../farm/farm-job.ts";
import { displayCommand } from "../../plan/command-line.ts";
import type { RenderOptions } from "../../plan/request.ts";
import type { FarmOptions, FarmPreview } from "../../webview/protocol.ts";
import type { RenderOutput } from "../surfaces/output.ts";
import type { OverwriteQuestions } from "./overwrite-question.ts";
import type { RememberedOptions } from "./remembered.ts";
import { NotTrustedError } from "./start-wishes.ts";
import type { ScriptReader } from "../script-reader.ts";
import { readSettings } from "../settings.ts";
import { factsFor } from "./collect-facts.ts";

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

  /** What would be run as things stand, or what stands in the way. */
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
        ? window.showInformationMessage(`${write} was sent to the farm.`, show)
        : window.showErrorMessage(`The farm command ${end}. ${write} may not have been sent.`, show);
    void told.then((chosen) => chosen === show && this.#output.show());
    return exitCode === 0;
  }

  /** "Local render": the same frames and batches for the render service. */
  localOptions(document: TextDocument, write: string, farm: FarmOptions): RenderOptions {
    return {
      ...this.#remembered.get(document.uri.fsPath, write, readSettings(document.uri)),
      ...farmOptions(farm),
    };
  }

  async #plan(document: TextDocument, write: string, farm: FarmOptions): Promise<FarmPlan> {
    const facts = await factsFor(document, this.#scripts, false, { write, only: undefined });
    const kept = this.#remembered.get(document.uri.fsPath, write, readSettings(document.uri));
    return farmJob({ ...kept, ...farmOptions(farm), script: document.uri.fsPath, write }, facts);
  }

  #engine(uri: Uri, farm: FarmOptions): FarmEngine {
    const engine = this.engines(uri).find((one) => one.id === farm.engine);
    if (engine) return engine;
    throw new FarmError("bad-value", `There is no farm engine "${farm.engine}". Choose another.`);
  }
}

function farmOptions({
  first,
  last,
  threads,
  batchSize,
}: FarmOptions): Pick<RenderOptions, "range" | "split" | "threads"> {
  return {
    range: first === last ? `${first}` : `${first}-${last}`,
    split: { by: "frames", size: batchSize },
    ...(threads === undefined ? {} : { threads }),
  };
}
