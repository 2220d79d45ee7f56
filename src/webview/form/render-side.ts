/** The left column when rendering here: the fields of a render. */
import { type TemplateResult, html, nothing } from "lit";
import { count } from "../../plan/display.ts";
import { defaultRange } from "../../plan/range.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import { onlySchema, orderBySchema, proxyModeSchema } from "../../plan/request.ts";
import { displayMB } from "../../plan/size.ts";
import type { ScriptFacts, WriteTarget } from "../../plan/target.ts";
import { type ReadDraft, type RenderDraft, switchSplit } from "./draft.ts";
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
  const { draft, errors, plan, cores, change } = parts;
  const set =
    (field: "parallel" | "threads" | "cache") =>
    (text: string): void =>
      change({ ...draft, [field]: text });
  return html`${rangeField(parts)} ${onlyField(parts)} ${splitField(parts)} ${orderField(parts)}
    <div class="row">
      ${textField({
        id: "parallel",
        label: "Nukes at once",
        value: draft.parallel,
        placeholder: automatic(plan, plan.parallel),
        error: errors.parallel,
        set: set("parallel"),
      })}
      ${textField({
        id: "threads",
        label: "Threads per Nuke",
        value: draft.threads,
        placeholder: automatic(plan, plan.threads),
        hint: `This machine has ${count(cores, "core")}.`,
        error: errors.threads,
        set: set("threads"),
      })}
    </div>
    ${textField({
      id: "cache",
      label: "Cache per Nuke",
      value: draft.cache,
      placeholder: automatic(plan, displayMB(plan.memory.cacheMB)),
      hint: "As 4G, 4096M or 800 (MB).",
      error: errors.cache,
      set: set("cache"),
    })}
    ${viewsField(parts)}
    ${selectField({
      id: "proxy",
      label: "Size",
      value: draft.proxy,
      options: parts.script.proxy ? proxyOptions.on : proxyOptions.off,
      set: (value) => change({ ...draft, proxy: proxyModeSchema.parse(value) }),
    })}
    ${checkField({
      id: "continue-on-error",
      label: "Continue on error",
      checked: draft.continueOnError,
      hint: "A frame that fails is reported; the frames after it are still rendered.",
      set: (continueOnError) => change({ ...draft, continueOnError }),
    })}
    ${parts.write.movie ? nothing : warmField(parts)}`;
}

function warmField({ draft, change }: RenderSideParts): TemplateResult {
  return checkField({
    id: "warm",
    label: "Keep Nukes open between frames",
    checked: draft.warm,
    hint: "Each Nuke opens the script once, and gets the next frames when it is free. Pays where opening takes long, or frames do not all cost the same.",
    set: (warm) => change({ ...draft, warm }),
  });
}

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
    label: "Frame range",
    value: draft.range,
    placeholder: `${fallback.range} (${source})`,
    hint: wrong?.severity === "warning" ? wrong.message : "As 1-10, 1-10x2 or 1 3 5-9.",
    error: wrong?.severity === "error" ? wrong.message : undefined,
    set: (range) => change({ ...draft, range }),
  });
}

const onlyOptions: readonly Option[] = [
  { value: "all", label: "All of the range" },
  { value: "missing", label: "Only those that are missing" },
  { value: "outdated", label: "Those missing or older than the script" },
];

/** Which frames of the range; below it, how many that leaves. */
function onlyField({ draft, plan, change }: RenderSideParts): TemplateResult {
  const told = plan.problems.find(({ code }) => onlyCodes.has(code));
  return selectField({
    id: "only",
    label: "Frames",
    value: draft.only,
    options: onlyOptions,
    hint: told?.message,
    set: (value) => change({ ...draft, only: onlySchema.parse(value) }),
  });
}

const splitOptions: readonly Option[] = [
  { value: "auto", label: "Dealt out" },
  { value: "chunks", label: "Chunks" },
  { value: "frames", label: "Frames per chunk" },
];

function splitField({ write, draft, errors, plan, change }: RenderSideParts): TemplateResult {
  const movie = `${(write.fileType || "A movie").toUpperCase()} is one file, which one Nuke must write from the first frame to the last: it is not split.`;
  const label = draft.splitBy === "frames" ? "Frames per chunk" : "Number of chunks";
  const chunks = plan.chunks.length;
  const dealt = draft.splitBy === "auto";
  const dealing =
    "As Nukes come free: large chunks first, then smaller ones, each in blocks from all over the range. What waits is dealt anew once it is known how long frames take.";
  return segments({
    id: "split",
    label: "Split",
    value: draft.splitBy,
    options: splitOptions,
    disabled: write.movie,
    hint: write.movie ? movie : dealt ? dealing : undefined,
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
      ?disabled=${write.movie || dealt}
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
    label: "Order",
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
    <span class="label" id="views-label">Views</span>
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

const others = [
  { value: "full", label: "Full size" },
  { value: "proxy", label: "Proxy" },
];
const proxyOptions: Record<"on" | "off", readonly Option[]> = {
  on: [{ value: "script", label: "As in the script (proxy)" }, ...others],
  off: [{ value: "script", label: "As in the script (full size)" }, ...others],
};
