/** The page as a whole: header, two columns, and the buttons below. */
import { type TemplateResult, html, nothing } from "lit";
import type { Problem, RenderPlan } from "../../plan/render-plan.ts";
import type { WriteTarget } from "../../plan/target.ts";
import type { FarmPreview, FormMode } from "../protocol.ts";
import { chunkTable } from "./chunk-table.ts";
import { commandBox } from "./command-box.ts";
import { type Option, selectField } from "./fields.ts";
import { severityIcon } from "./icons.ts";
import { memoryBar } from "./memory-bar.ts";
import { problemList } from "./problem-list.ts";
import { onlyCodes, rangeCodes } from "./reading.ts";
import { farmSummary, renderSummary, shortFrames } from "./summary.ts";

export interface FormViewParts {
  readonly mode: FormMode;
  readonly scriptPath: string;
  readonly write: WriteTarget;
  /** The same array as long as it holds the same. */
  readonly writes: readonly Option[];
  readonly side: TemplateResult;
  readonly plan: RenderPlan;
  /** The frames go to a farm and not to the render service. */
  readonly away: boolean;
  readonly preview: FarmPreview | null;
  readonly selectedChunk: number;
  readonly copied: boolean;
  readonly busy: boolean;
  readonly trusted: boolean;
  readonly notice: { readonly text: string; readonly error: boolean } | null;
  readonly actions: FormActions;
}

export interface FormActions {
  readonly selectWrite: (name: string) => void;
  readonly selectChunk: (index: number) => void;
  readonly setMode: (mode: FormMode) => void;
  readonly copy: (text: string) => void;
  readonly fix: (problem: Problem) => void;
  readonly submit: () => void;
  readonly reset: () => void;
  readonly close: () => void;
}

export function formView(parts: FormViewParts): TemplateResult {
  const { side, mode, write, writes, actions } = parts;
  return html`${header(parts)}
    <div class="columns">
      <section class="fields" aria-label=${mode === "farm" ? "Farm settings" : "Render settings"}>
        ${
          writes.length < 2
            ? nothing
            : selectField({
                id: "write",
                label: "Write",
                value: write.name,
                options: writes,
                set: actions.selectWrite,
              })
        }
        ${side}
      </section>
      <section class="outcome" aria-label="What will be done">${outcome(parts)}</section>
    </div>
    ${footer(parts)}`;
}

function header({ mode, write, scriptPath }: FormViewParts): TemplateResult {
  const kind = [write.fileType.toUpperCase(), write.movie ? "movie" : "sequence"]
    .filter((part) => part !== "")
    .join(" ");
  return html`<header>
    <h1>${mode === "farm" ? "Send to farm:" : "Render"} ${write.name}</h1>
    <p class="about">
      <span class="tag">${kind}</span>
      <span class="path" title=${write.resolvedFile ?? write.file}
        >${write.resolvedFile ?? (write.file || "no file name")}</span
      >
    </p>
    <p class="hint path" title=${scriptPath}>${scriptPath}</p>
  </header>`;
}

function outcome(parts: FormViewParts): TemplateResult {
  const { plan, away, trusted, selectedChunk, busy, actions } = parts;
  // Without an answer of the farm's engine yet, what planning says is shown.
  const problems = (away ? (parts.preview?.problems ?? []) : plan.problems)
    .filter(({ code }) => !rangeCodes.has(code) && !onlyCodes.has(code))
    // The farm side has no choice of frames.
    .map((problem) =>
      parts.mode === "farm" && problem.fix === "only-missing" ? { ...problem, fix: undefined } : problem,
    );
  return html`<p class="summary" id="summary" role="status">
      ${away ? farmSummary(plan) : renderSummary(plan)}
    </p>
    ${trusted ? nothing : html`<p class="banner" id="not-trusted">${severityIcon("warning")}<span>${notTrusted}</span></p>`}
    ${away || plan.frameCount === 0 ? nothing : memoryBar(plan.memory)}
    ${problemList(problems, actions.fix, busy)} ${command(parts)}
    ${chunkTable({
      chunks: plan.chunks,
      noun: away ? "task" : "chunk",
      selected: selectedChunk,
      select: actions.selectChunk,
    })}`;
}

const notTrusted =
  "This folder is not trusted, so nothing is started. You can look at everything; to render, use “Workspaces: Manage Workspace Trust”.";

function command({ plan, away, preview, selectedChunk, copied, actions }: FormViewParts): TemplateResult {
  if (away) {
    if (preview?.argv)
      return commandBox({ title: "What will be run", argv: preview.argv, copied, copy: actions.copy });
    return html`<p class="no-command" id="no-command" role="status">${preview?.message ?? ""}</p>`;
  }
  const chunk = plan.chunks[selectedChunk];
  if (!chunk) return html`${nothing}`;
  const title = plan.chunks.length === 1 ? "Command line" : `Command line of chunk ${chunk.index + 1}`;
  return commandBox({ title, argv: chunk.argv, copied, copy: actions.copy });
}

function footer({ mode, away, plan, busy, trusted, notice, actions }: FormViewParts): TemplateResult {
  const frames = shortFrames(plan);
  const primary = away ? `Send ${frames} to Farm` : `Render ${frames}`;
  return html`<footer>
    <vscode-button id="submit" ?disabled=${busy || !trusted} @click=${actions.submit}
      >${primary.replace("  ", " ").trim()}</vscode-button
    >
    ${
      mode === "render"
        ? html`<vscode-button secondary id="to-farm" @click=${() => actions.setMode("farm")}
            >Send to Farm…</vscode-button
          >`
        : html`<vscode-button secondary id="to-render" @click=${() => actions.setMode("render")}
            >Back to Render</vscode-button
          >`
    }
    <vscode-button
      secondary
      id="reset"
      title="Clear every field, so the script and the machine decide"
      @click=${actions.reset}
      >Reset</vscode-button
    >
    <vscode-button secondary id="close" title="Close (Esc). The settings are kept." @click=${actions.close}
      >Close</vscode-button
    >
    <p class="notice ${notice?.error ? "error" : ""}" id="notice" role="status">${notice?.text ?? ""}</p>
  </footer>`;
}
