/** What is in the fields of the farm side, as text, and what it means. */
import type { ScriptFacts } from "../../plan/target.ts";
import type { FarmOptions, FormState } from "../protocol.ts";
import { limits, readWhole } from "./whole-number.ts";

export interface FarmDraft {
  readonly first: string;
  readonly last: string;
  readonly threads: string;
  readonly batchSize: string;
  readonly localRender: boolean;
  readonly engine: string;
}

export type FarmField = "first" | "last" | "threads" | "batchSize";

export interface ReadFarmDraft {
  /** Null as long as a field cannot be read. */
  readonly farm: FarmOptions | null;
  readonly errors: Partial<Record<FarmField, string>>;
}

/** What was sent last, else the frames of the script's root. */
export function farmDraftOf(
  last: FarmOptions | undefined,
  script: ScriptFacts,
  farm: FormState["farm"],
): FarmDraft {
  const engine = farm.engines.find((one) => one.id === last?.engine) ?? farm.engines[0];
  return {
    first: String(last?.first ?? script.first),
    last: String(last?.last ?? script.last),
    threads: last?.threads === undefined ? "" : String(last.threads),
    batchSize: String(last?.batchSize ?? farm.batchSize),
    localRender: last?.localRender ?? false,
    engine: engine?.id ?? "",
  };
}

/** Empty first and last frames mean the script's own; an empty batch size the usual one. */
export function readFarmDraft(draft: FarmDraft, script: ScriptFacts, usualBatch: number): ReadFarmDraft {
  const errors: Partial<Record<FarmField, string>> = {};
  const whole = (field: FarmField, noun: string, limit: keyof typeof limits): number | undefined => {
    const read = readWhole(draft[field], noun, limits[limit]);
    if (read.error !== null) errors[field] = read.error;
    return read.value;
  };
  const first = whole("first", "First frame", "frame") ?? script.first;
  const last = whole("last", "Last frame", "frame") ?? script.last;
  const threads = whole("threads", "Threads", "threads");
  const batchSize = whole("batchSize", "Batch size", "frames") ?? usualBatch;
  if (errors.first === undefined && errors.last === undefined && last < first)
    errors.last = `The last frame, ${last}, comes before the first, ${first}.`;
  if (Object.keys(errors).length > 0) return { farm: null, errors };
  const { localRender, engine } = draft;
  return {
    errors,
    farm: { first, last, batchSize, localRender, engine, ...(threads === undefined ? {} : { threads }) },
  };
}
