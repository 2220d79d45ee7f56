/** The left column when rendering here: the fields of a render. */
import { type TemplateResult, html, nothing } from "lit";
import { count } from "../../plan/text/display.ts";
import { defaultRange } from "../../plan/frames/range.ts";
import { type FieldName, fieldNames } from "../../plan/options/fields.ts";
import { optionTable } from "../../plan/options/table.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import { onlySchema, orderBySchema, proxyModeSchema } from "../../plan/request.ts";
import { displayMB } from "../../plan/text/size.ts";
import type { ScriptFacts, WriteTarget } from "../../plan/target.ts";
import { type ReadDraft, type RenderDraft, switchSplit } from "./draft.ts";
import { type OptionControlParts, moreOptions, optionControl, rareFields } from "./option-controls.ts";
import { onlyCodes, rangeCodes } from "./reading.ts";
import { type Option, belowField, checkField, segments, selectField, textField } from "./fields.ts";

export interface RenderSideParts {
  readonly script: ScriptFacts;
  readonly write: WriteTarget;
  readonly draft: RenderDraft;
  readonly errors: ReadDraft["errors"];
  readonly plan: RenderPlan;
  readonly cores: number;
  readonly change: (draft: RenderDraft) => void;
}

export function renderSide(parts: RenderSideParts): TemplateResult {
  const { write, draft, errors, plan, cores, change } = parts;
  const controls: OptionControlParts = {
    write,
    draft,
    errors,
    automatic: {
      parallel: automatic(plan, plan.parallel),
      threads: automatic(plan, plan.threads),
      cacheMB: automatic(plan, displayMB(plan.memory.cacheMB)),
    },
    hints: { threads: `This machine has ${count(cores, "core")}.` },
    change: (name, text) => change({ ...draft, [name]: text }),
  };
  return html`${rangeField(parts)} ${onlyField(parts)} ${splitField(parts)} ${orderField(parts)}
    <div class="row">${optionControl("parallel", controls)} ${optionControl("threads", controls)}</div>
    ${optionControl("cacheMB", controls)} ${viewsField(parts)}
    ${selectField({
      id: "proxy",
      label: optionTable.proxy.form.label,
      value: draft.proxy,
      options: parts.script.proxy ? proxyOptions.on : proxyOptions.off,
      set: (value) => change({ ...draft, proxy: proxyModeSchema.parse(value) }),
    })}
    ${placedByTable.map((name) => optionControl(name, controls))} ${moreOptions(controls)}`;
}

/** Fields that stand at a place of their own. */
const placed: ReadonlySet<FieldName> = new Set(["parallel", "threads", "cacheMB"]);
const placedByTable = fieldNames.filter((name) => !placed.has(name) && !rareFields.has(name));

/** What an empty field stands for; without frames there is no telling. */
function automatic({ frameCount }: RenderPlan, value: number | string): string {
  return frameCount === 0 ? "automatic" : `${value} (automatic)`;
}

/** Where a Write's frames come from when none are typed. */
function rangeField({ script, write, draft, plan, change }: RenderSideParts): TemplateResult {
  const fallback = defaultRange(script, write);
  const source = fallback.from === "limit" ? "the Write's limit" : "the script";
  const wrong = plan.problems.find((problem) => rangeCodes.has(problem.code));
  return textField({
    id: "range",
    label: optionTable.range.form.label,
    value: draft.range,
    placeholder: `${fallback.range} (${source})`,
    hint: wrong?.severity === "warning" ? wrong.message : optionTable.range.form.hint,
    error: wrong?.severity === "error" ? wrong.message : undefined,
    set: (range) => change({ ...draft, range }),
  });
}

const onlyOptions: readonly Option[] = optionTable.only.kind.choices;

/** Which frames of the range; below it, how many that leaves. */
function onlyField({ draft, plan, change }: RenderSideParts): TemplateResult {
  const told = plan.problems.find(({ code }) => onlyCodes.has(code));
  return selectField({
    id: "only",
    label: optionTable.only.form.label,
    value: draft.only,
    options: onlyOptions,
    hint: told?.message,
    set: (value) => change({ ...draft, only: onlySchema.parse(value) }),
  });
}

const splitOptions: readonly Option[] = [
  { value: "auto", label: "Automatic" },
  { value: "chunks", label: "Chunks" },
  { value: "frames", label: "Frames per chunk" },
];

function splitField({ write, draft, errors, plan, change }: RenderSideParts): TemplateResult {
  const movie = `${(write.fileType || "A movie").toUpperCase()} is one file, which one Nuke must write from the first frame to the last: it is not split.`;
  const label = draft.splitBy === "frames" ? "Frames per chunk" : "Number of chunks";
  const chunks = plan.chunks.length;
  const distributed = draft.splitBy === "auto";
  const distribution =
    "As Nukes become free: large chunks first, then smaller ones, each in blocks from all over the range. What waits is distributed again once it is known how long frames take.";
  return segments({
    id: "split",
    label: optionTable.split.form.label,
    value: draft.splitBy,
    options: splitOptions,
    disabled: write.movie,
    hint: write.movie ? movie : distributed ? distribution : undefined,
    error: errors.splitCount,
    set: (value) =>
      change(
        switchSplit(draft, value === "frames" || value === "chunks" ? value : "auto", {
          frames: plan.frameCount,
          chunks,
        }),
      ),
    beside: html`<vscode-textfield
      id="split-count"
      class="count"
      .label=${label}
      .value=${write.movie ? "1" : draft.splitCount}
      placeholder=${draft.splitBy === "frames" ? "" : automatic(plan, chunks)}
      ?disabled=${write.movie || distributed}
      ?invalid=${errors.splitCount !== undefined}
      data-described=${errors.splitCount ?? (write.movie ? movie : "")}
      autocomplete="off"
      @input=${(event: Event) => {
        if (event.target instanceof HTMLElement && "value" in event.target)
          change({ ...draft, splitCount: String(event.target.value) });
      }}
    ></vscode-textfield>`,
  });
}

const orderOptions: readonly Option[] = [
  { value: "forward", label: "First to last" },
  { value: "backward", label: "Last to first" },
  { value: "ends", label: "First, middle and last, then the rest" },
  { value: "every", label: "Every n-th, then the rest" },
];

/** A movie has one order only. */
function orderField({ write, draft, errors, change }: RenderSideParts): TemplateResult {
  if (write.movie) return html`${nothing}`;
  const order = selectField({
    id: "order",
    label: optionTable.order.form.label,
    value: draft.order,
    options: orderOptions,
    hint: orderHints[draft.order],
    set: (value) => change({ ...draft, order: orderBySchema.parse(value) }),
  });
  if (draft.order !== "every") return order;
  return html`<div class="row">
    ${order}
    ${textField({
      id: "order-step",
      label: "n",
      value: draft.orderStep,
      error: errors.orderStep,
      set: (orderStep) => change({ ...draft, orderStep }),
    })}
  </div>`;
}

const orderHints: Record<RenderDraft["order"], string | undefined> = {
  forward: undefined,
  backward: "Chunks start from the last one on; within a chunk Nuke goes upward.",
  ends: "A mistake shows early.",
  every: "A mistake shows early, and movement can be judged.",
};

function viewsField({ script, write, draft, errors, change }: RenderSideParts): TemplateResult {
  const all = [...new Set([...script.views, ...write.views])];
  if (all.length < 2) return html`${nothing}`;
  const chosen = draft.views ?? write.views;
  const toggle = (view: string, on: boolean): void => {
    const views = all.filter((one) => (one === view ? on : chosen.includes(one)));
    const asWritten = views.length === write.views.length && views.every((one) => write.views.includes(one));
    change({ ...draft, views: asWritten ? null : views });
  };
  return html`<div class="field" role="group" aria-labelledby="views-label">
    <span class="label" id="views-label">${optionTable.views.form.label}</span>
    <div class="views" id="views" tabindex="-1">
      ${all.map((view) =>
        checkField({
          id: `view-${view}`,
          label: view,
          checked: chosen.includes(view),
          set: (on) => toggle(view, on),
        }),
      )}
    </div>
    ${belowField("views", undefined, errors.views)}
  </div>`;
}

const others = optionTable.proxy.kind.choices.filter(({ value }) => value !== "script");
const proxyOptions: Record<"on" | "off", readonly Option[]> = {
  on: [{ value: "script", label: "As in the script (proxy)" }, ...others],
  off: [{ value: "script", label: "As in the script (full size)" }, ...others],
};
