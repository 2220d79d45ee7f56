/** What stands in the fields of the render side, as text, and what it means. */
import type { FieldName } from "../../plan/options/fields.ts";
import {
  type Only,
  type Order,
  type ProxyMode,
  type RenderOptions,
  renderOptionsSchema,
} from "../../plan/request.ts";
import type { WriteTarget } from "../../plan/target.ts";
import { fieldTexts, readFields } from "./option-fields.ts";
import { limits, readWhole } from "./whole-number.ts";

/** The controls that the form has of its own. */
interface SpecialDraft {
  readonly range: string;
  readonly only: Only;
  /** `auto`: distributed as Nukes become free. */
  readonly splitBy: "chunks" | "frames" | "auto";
  /** Number of chunks, or frames of each chunk; nothing where the distribution is automatic. */
  readonly splitCount: string;
  readonly order: Order["by"];
  /** The n of "every n-th frame first". */
  readonly orderStep: string;
  /** Null: those chosen in the Write. */
  readonly views: readonly string[] | null;
  readonly proxy: ProxyMode;
}

/** The fields that come from the table of render options, each as text; empty: its default. */
export type FieldTexts = Readonly<Record<FieldName, string>>;
export type RenderDraft = SpecialDraft & FieldTexts;

export type RenderField = "range" | "splitCount" | "orderStep" | "views" | FieldName;

export interface ReadDraft {
  readonly options: RenderOptions;
  /** What is wrong with a field; the option it stands for is left out. The range is read by planning. */
  readonly errors: Partial<Record<RenderField, string>>;
}

/** Every tenth frame shows most of what can be wrong with a shot. */
const USUAL_STEP = "10";

export const emptyDraft: RenderDraft = {
  range: "",
  only: "all",
  splitBy: "auto",
  splitCount: "",
  order: "forward",
  orderStep: USUAL_STEP,
  views: null,
  proxy: "script",
  ...fieldTexts({}),
};

export function draftOf(options: Partial<RenderOptions>): RenderDraft {
  const { views, order } = options;
  const automatic = (options.deal ?? (options.split === undefined ? "auto" : "split")) === "auto";
  const split = automatic ? undefined : options.split;
  return {
    range: options.range ?? "",
    only: options.only ?? "all",
    splitBy: automatic ? "auto" : (split?.by ?? "chunks"),
    splitCount: split === undefined ? "" : String(split.by === "chunks" ? split.count : split.size),
    order: order?.by ?? "forward",
    orderStep: order?.by === "every" ? String(order.step) : USUAL_STEP,
    views: views && views.length > 0 ? views : null,
    proxy: options.proxy ?? "script",
    ...fieldTexts(options),
  };
}

export function readDraft(draft: RenderDraft, write: WriteTarget): ReadDraft {
  const fields = readFields(draft, write);
  const errors: Partial<Record<RenderField, string>> = { ...fields.errors };

  const byChunks = draft.splitBy === "chunks";
  const automatic = draft.splitBy === "auto";
  // A movie is never split, so what stands in the field does not matter.
  const split = readWhole(
    write.movie || automatic ? "" : draft.splitCount,
    byChunks ? "The number of chunks" : "Frames per chunk",
    limits[byChunks ? "chunks" : "frames"],
  );
  if (split.error !== null) errors.splitCount = split.error;
  else if (draft.splitBy === "frames" && !write.movie && split.value === undefined)
    errors.splitCount = "How many frames per chunk? A whole number from 1.";

  const step = readWhole(
    draft.order === "every" && !write.movie ? draft.orderStep : "",
    "n",
    limits.orderStep,
  );
  if (step.error !== null) errors.orderStep = step.error;
  else if (draft.order === "every" && !write.movie && step.value === undefined)
    errors.orderStep = "Every how many-th frame? A whole number from 2.";

  if (draft.views?.length === 0) errors.views = "Choose at least one view.";

  const options = renderOptionsSchema.parse({
    ...fields.options,
    proxy: draft.proxy,
    ...(draft.only === "all" ? {} : { only: draft.only }),
    ...(draft.range.trim() === "" ? {} : { range: draft.range.trim() }),
    ...(split.value === undefined
      ? {}
      : { split: byChunks ? { by: "chunks", count: split.value } : { by: "frames", size: split.value } }),
    // Chunks without a number are the machine's to count, and none the less chunks.
    deal: automatic ? "auto" : byChunks ? "split" : "chunks",
    ...(write.movie ? {} : readOrder(draft.order, step.value)),
    ...(draft.views === null || draft.views.length === 0 ? {} : { views: [...draft.views] }),
  });
  return { options, errors };
}

/** Nothing for first to last, which needs no saying. */
function readOrder(by: Order["by"], step: number | undefined): { order?: Order } {
  if (by === "every") return step === undefined ? {} : { order: { by, step } };
  return by === "forward" ? {} : { order: { by } };
}

/**
 * The other way of splitting, with the number that comes nearest to what stood there: 4 chunks of 100 frames become 25 frames each and
 * 25 frames each become 4 chunks.
 */
export function switchSplit(
  draft: RenderDraft,
  splitBy: RenderDraft["splitBy"],
  shown: { frames: number; chunks: number },
): RenderDraft {
  if (draft.splitBy === splitBy) return draft;
  // The automatic distribution has no number, and leaves none behind that no one has typed.
  if (splitBy === "auto" || (draft.splitBy === "auto" && splitBy === "chunks"))
    return { ...draft, splitBy, splitCount: "" };
  const before = draft.splitBy === "frames" ? "frames" : "chunks";
  const read = readWhole(draft.splitCount, "", limits[before]);
  const count = read.value ?? (before === "chunks" ? shown.chunks : undefined);
  const other = count === undefined || shown.frames === 0 ? "" : String(Math.ceil(shown.frames / count));
  return { ...draft, splitBy, splitCount: other };
}
