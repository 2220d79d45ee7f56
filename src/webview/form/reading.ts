/** From the fields to the plan: what they say, what is wrong with it, and what it would come to. */
import type { PlanFacts } from "../../plan/facts.ts";
import { planRender } from "../../plan/plan-render.ts";
import type { Problem, RenderPlan } from "../../plan/render-plan.ts";
import { dependsOnDisk } from "../../plan/output/overwrite.ts";
import { DEFAULT_OVERWRITE, type RenderRequest } from "../../plan/request.ts";
import type { WriteTarget } from "../../plan/target.ts";
import { type FormMode, type FormState, farmRequest } from "../protocol.ts";
import { type ReadDraft, type RenderDraft, draftOf, emptyDraft, readDraft } from "./draft.ts";
import { fieldIdsOfTable } from "./option-fields.ts";
import { type FarmDraft, type ReadFarmDraft, farmDraftOf, readFarmDraft } from "./farm-draft.ts";

export interface Reading {
  readonly mode: FormMode;
  readonly write: WriteTarget;
  readonly draft: RenderDraft;
  readonly read: ReadDraft;
  readonly farmDraft: FarmDraft;
  readonly readFarm: ReadFarmDraft;
  /** The frames go to a farm and not to the render service. */
  readonly away: boolean;
  readonly plan: RenderPlan;
}

/** Errors that the host asks about one by one when a render is started; all others have to be put right first. */
export const askedAbout: ReadonlySet<Problem["code"]> = new Set([
  "folder-missing",
  "folder-not-writable",
  "same-path",
  "overwrite-refused",
  "script-unsaved",
  "nuke-missing",
  // The host looks for itself.
  "frames-unread",
]);

/** What there is to say of frames that are left out; it stands under their field and nowhere else. */
export const onlyCodes: ReadonlySet<Problem["code"]> = new Set([
  "frames-on-disk",
  "frames-unread",
  "nothing-to-render",
]);

/** Problems of the range stand under its field and nowhere else. */
export const rangeCodes: ReadonlySet<Problem["code"]> = new Set([
  "range-invalid",
  "range-empty",
  "range-outside-limit",
]);

export function isRangeWrong({ problems }: RenderPlan): boolean {
  return problems.some(({ code, severity }) => rangeCodes.has(code) && severity === "error");
}

/** The host has to read the disk, or read it again without a time limit, because the choice of frames depends on it now. */
export function needsDisk(
  { mode, plan, write, read }: Reading,
  { files, unseen, overwrite = DEFAULT_OVERWRITE }: PlanFacts,
): boolean {
  if (mode !== "render") return false;
  if (plan.problems.some(({ code }) => code === "frames-unread")) return true;
  const partly = files?.[write.name]?.some(({ unread }) => unread !== undefined) ?? false;
  const { options } = read;
  return (
    dependsOnDisk(options.only, options.overwrite ?? overwrite) &&
    (partly || unseen?.[write.name] !== undefined)
  );
}

/** Null where the script has no such Write. */
export function readForm(
  state: FormState,
  drafts: ReadonlyMap<string, RenderDraft>,
  farmDrafts: ReadonlyMap<string, FarmDraft>,
): Reading | null {
  const { facts, farm, extraArguments, mode } = state;
  const write = facts.script.writes.find((one) => one.name === state.write);
  if (!write) return null;
  const remembered = state.remembered[write.name];
  const draft = drafts.get(write.name) ?? (remembered ? draftOf(remembered) : emptyDraft);
  const read = readDraft(draft, write);
  const farmDraft =
    farmDrafts.get(write.name) ?? farmDraftOf(farm.remembered[write.name], facts.script, farm);
  const readFarm = readFarmDraft(farmDraft, facts.script, farm.batchSize);
  const away = mode === "farm" && !farmDraft.localRender;
  const script = facts.script.path;
  const rendered: RenderRequest = { ...read.options, script, write: write.name };
  // As long as a farm field cannot be read there are no frames: a range of separators alone is empty.
  const farmed = readFarm.farm
    ? farmRequest(script, write.name, readFarm.farm, read.options)
    : { ...rendered, range: ",", split: undefined };
  const plan = planRender({ ...(mode === "farm" ? farmed : rendered), extraArguments }, facts);
  return { mode, write, draft, read, farmDraft, readFarm, away, plan };
}

/** The id of the first field that has to be put right; null when none has. */
export function wrongField({ mode, read, readFarm, plan }: Reading): string | null {
  const ids =
    mode === "farm"
      ? Object.entries(farmFieldIds).filter(([field]) => Object.hasOwn(readFarm.errors, field))
      : Object.entries(fieldIds).filter(([field]) =>
          field === "range" ? isRangeWrong(plan) : Object.hasOwn(read.errors, field),
        );
  return ids[0]?.[1] ?? null;
}

/** In the order they are in. */
const fieldIds: Readonly<Record<keyof ReadDraft["errors"], string>> = {
  range: "range",
  splitCount: "split-count",
  orderStep: "order-step",
  ...fieldIdsOfTable,
  views: "views",
};

const farmFieldIds = {
  first: "first",
  last: "last",
  threads: "farm-threads",
  batchSize: "batch-size",
} satisfies Record<keyof ReadFarmDraft["errors"], string>;
