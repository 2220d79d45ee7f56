/** What stands in the fields of the render side, as text, and what it means. */
import { SizeError, parseMB } from "../../plan/size.ts";
import {
  type Only,
  type Order,
  type ProxyMode,
  type RenderOptions,
  renderOptionsSchema,
} from "../../plan/request.ts";
import type { WriteTarget } from "../../plan/target.ts";
import { limits, readWhole } from "./whole-number.ts";

export interface RenderDraft {
  readonly range: string;
  readonly only: Only;
  /** `auto`: dealt out as Nukes come free. */
  readonly splitBy: "chunks" | "frames" | "auto";
  /** Number of chunks, or frames of each chunk; nothing where frames are dealt out. */
  readonly splitCount: string;
  readonly order: Order["by"];
  /** The n of "every n-th frame first". */
  readonly orderStep: string;
  readonly parallel: string;
  readonly threads: string;
  readonly cache: string;
  /** Null: those chosen in the Write. */
  readonly views: readonly string[] | null;
  readonly proxy: ProxyMode;
  readonly continueOnError: boolean;
  /** Nukes stay open between frames. */
  readonly warm: boolean;
}

export type RenderField = "range" | "splitCount" | "orderStep" | "parallel" | "threads" | "cache" | "views";

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
  parallel: "",
  threads: "",
  cache: "",
  views: null,
  proxy: "script",
  continueOnError: false,
  warm: false,
};

export function draftOf(options: RenderOptions): RenderDraft {
  const { cacheMB, views, order } = options;
  const dealt = (options.deal ?? (options.split === undefined ? "auto" : "split")) === "auto";
  const split = dealt ? undefined : options.split;
  const text = (value: number | undefined): string => (value === undefined ? "" : String(value));
  return {
    range: options.range ?? "",
    only: options.only ?? "all",
    splitBy: dealt ? "auto" : (split?.by ?? "chunks"),
    splitCount: text(split === undefined ? undefined : split.by === "chunks" ? split.count : split.size),
    order: order?.by ?? "forward",
    orderStep: order?.by === "every" ? String(order.step) : USUAL_STEP,
    parallel: text(options.parallel),
    threads: text(options.threads),
    cache: cacheMB === undefined ? "" : sizeText(cacheMB),
    views: views && views.length > 0 ? views : null,
    proxy: options.proxy,
    continueOnError: options.continueOnError,
    warm: options.warm ?? false,
  };
}

/** An amount of memory as it is typed: `4G`, `800M`. */
export function sizeText(megabytes: number): string {
  return megabytes % 1024 === 0 ? `${megabytes / 1024}G` : `${megabytes}M`;
}

export function readDraft(draft: RenderDraft, write: WriteTarget): ReadDraft {
  const errors: Partial<Record<RenderField, string>> = {};
  const whole = (field: "parallel" | "threads", noun: string): number | undefined => {
    const read = readWhole(draft[field], noun, limits[field]);
    if (read.error !== null) errors[field] = read.error;
    return read.value;
  };
  const parallel = whole("parallel", "Nukes at once");
  const threads = whole("threads", "Threads");

  const byChunks = draft.splitBy === "chunks";
  const dealt = draft.splitBy === "auto";
  // A movie is never split, so what stands in the field does not matter.
  const split = readWhole(
    write.movie || dealt ? "" : draft.splitCount,
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

  const cache = readCache(draft.cache);
  if (cache.error !== null) errors.cache = cache.error;
  if (draft.views?.length === 0) errors.views = "Choose at least one view.";

  const options: RenderOptions = {
    proxy: draft.proxy,
    continueOnError: draft.continueOnError,
    ...(draft.only === "all" ? {} : { only: draft.only }),
    ...(draft.warm && !write.movie ? { warm: true } : {}),
    ...(draft.range.trim() === "" ? {} : { range: draft.range.trim() }),
    ...(split.value === undefined
      ? {}
      : { split: byChunks ? { by: "chunks", count: split.value } : { by: "frames", size: split.value } }),
    // Chunks without a number are the machine's to count, and none the less chunks.
    deal: dealt ? "auto" : byChunks ? "split" : "chunks",
    ...readOrder(draft.order, step.value),
    ...(parallel === undefined ? {} : { parallel }),
    ...(threads === undefined ? {} : { threads }),
    ...(cache.value === undefined ? {} : { cacheMB: cache.value }),
    ...(draft.views === null || draft.views.length === 0 ? {} : { views: [...draft.views] }),
  };
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
  // Dealing out has no number, and leaves none behind that anybody has typed.
  if (splitBy === "auto" || (draft.splitBy === "auto" && splitBy === "chunks"))
    return { ...draft, splitBy, splitCount: "" };
  const before = draft.splitBy === "frames" ? "frames" : "chunks";
  const read = readWhole(draft.splitCount, "", limits[before]);
  const count = read.value ?? (before === "chunks" ? shown.chunks : undefined);
  const other = count === undefined || shown.frames === 0 ? "" : String(Math.ceil(shown.frames / count));
  return { ...draft, splitBy, splitCount: other };
}

function readCache(text: string): { value?: number; error: string | null } {
  if (text.trim() === "") return { error: null };
  try {
    const read = renderOptionsSchema.shape.cacheMB.safeParse(parseMB(text));
    if (read.success) return { value: read.data, error: null };
    return { error: `"${text.trim()}" is not a usable cache: 16M to 16384G.` };
  } catch (error) {
    if (error instanceof SizeError) return { error: error.message };
    throw error;
  }
}
