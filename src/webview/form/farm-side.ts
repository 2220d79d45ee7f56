/** The left column when sending to a farm. */
import { type TemplateResult, html, nothing } from "lit";
import { optionTable } from "../../plan/options/table.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import type { Overwrite } from "../../plan/request.ts";
import type { ScriptFacts } from "../../plan/target.ts";
import type { FormState, SharedOptions } from "../protocol.ts";
import type { FarmDraft, ReadFarmDraft } from "./farm-draft.ts";
import { type Option, checkField, selectField, textField } from "./fields.ts";

export interface FarmSideParts {
  readonly script: ScriptFacts;
  readonly farm: FormState["farm"];
  /** The same array as long as it holds the same. */
  readonly engines: readonly Option[];
  readonly draft: FarmDraft;
  readonly errors: ReadFarmDraft["errors"];
  readonly plan: RenderPlan;
  /** A warning about the range, such as frames outside the Write's limit. */
  readonly rangeNote: string | undefined;
  /** Options of the render side that apply to a farm too. */
  readonly shared: SharedOptions;
  readonly change: (draft: FarmDraft) => void;
}

const usualThreads = ["1", "2", "4", "8"];

export function farmSide(parts: FarmSideParts): TemplateResult {
  const { script, farm, engines, draft, errors, plan, rangeNote, change } = parts;
  const set =
    (field: "first" | "last" | "threads" | "batchSize") =>
    (text: string): void =>
      change({ ...draft, [field]: text });
  const frameField = (id: "first" | "last", label: string): TemplateResult =>
    textField({
      id,
      label,
      value: draft[id],
      placeholder: `${script[id]} (script)`,
      error: errors[id],
      set: set(id),
    });
  return html`<div class="row">${frameField("first", "First frame")} ${frameField("last", "Last frame")}</div>
    ${rangeNote === undefined ? nothing : html`<p class="hint note">${rangeNote}</p>`}
    ${textField({
      id: "farm-threads",
      label: optionTable.threads.form.label,
      value: draft.threads,
      placeholder: `${plan.threads} (as here)`,
      offers: usualThreads,
      error: errors.threads,
      set: set("threads"),
    })}
    ${textField({
      id: "batch-size",
      label: "Batch size",
      value: draft.batchSize,
      placeholder: `${farm.batchSize}`,
      hint: "Frames of one task.",
      error: errors.batchSize,
      set: set("batchSize"),
    })}
    ${sharedNote(parts.shared)}
    ${
      engines.length < 2
        ? nothing
        : selectField({
            id: "engine",
            label: "Send with",
            value: draft.engine,
            options: engines,
            set: (engine) => change({ ...draft, engine }),
          })
    }
    ${checkField({
      id: "local-render",
      label: "Local render",
      checked: draft.localRender,
      toggle: true,
      hint: "Renders the same plan on this machine instead of sending it.",
      set: (localRender) => change({ ...draft, localRender }),
    })}`;
}

function overwriteLabel(overwrite: Overwrite): string {
  const label = optionTable.overwrite.kind.choices.find(({ value }) => value === overwrite)?.label;
  return (label ?? overwrite).toLowerCase();
}

function sharedNote({ views = [], proxy, continueOnError, overwrite }: SharedOptions): TemplateResult {
  const parts = [
    ...(views.length > 0 ? [`views ${views.join(", ")}`] : []),
    ...(proxy === "script" ? [] : [proxy === "proxy" ? "proxy size" : "full size"]),
    ...(continueOnError ? ["continue on error"] : []),
    ...(overwrite === undefined ? [] : [`frames on disk: ${overwriteLabel(overwrite)}`]),
  ];
  if (parts.length === 0) return html`${nothing}`;
  return html`<p class="hint note" id="shared">From the render settings: ${parts.join("; ")}.</p>`;
}
