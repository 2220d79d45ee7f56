/** What the form keeps while it is hidden, in addition to what the host knows. */
import * as z from "zod/mini";
import { onlySchema, orderBySchema, proxyModeSchema } from "../../plan/request.ts";
import { type FormState, savedFormSchema } from "../protocol.ts";
import type { RenderDraft } from "./draft.ts";
import type { FarmDraft } from "./farm-draft.ts";
import { fieldShape } from "./option-fields.ts";

const renderDraftSchema = z.object({
  range: z.string(),
  only: z._default(onlySchema, "all"),
  splitBy: z.enum(["chunks", "frames", "auto"]),
  splitCount: z.string(),
  order: orderBySchema,
  orderStep: z.string(),
  views: z.nullable(z.array(z.string())),
  proxy: proxyModeSchema,
  ...fieldShape(z.string()),
});

const farmDraftSchema = z.object({
  first: z.string(),
  last: z.string(),
  threads: z.string(),
  batchSize: z.string(),
  localRender: z.boolean(),
  engine: z.string(),
});

const savedDraftsSchema = z.extend(savedFormSchema, {
  drafts: z.record(z.string(), renderDraftSchema),
  farmDrafts: z.record(z.string(), farmDraftSchema),
});
export type SavedDrafts = z.infer<typeof savedDraftsSchema>;

export function savedDrafts(
  { write, mode, facts }: FormState,
  drafts: ReadonlyMap<string, RenderDraft>,
  farmDrafts: ReadonlyMap<string, FarmDraft>,
): SavedDrafts {
  const renders = [...drafts].map(([name, draft]) => [
    name,
    { ...draft, views: draft.views && [...draft.views] },
  ]);
  return {
    script: facts.script.path,
    write,
    mode,
    drafts: Object.fromEntries(renders),
    farmDrafts: Object.fromEntries(farmDrafts),
  };
}

/** Null for anything that is not ours, or an older form's. */
export function readSaved(state: unknown): SavedDrafts | null {
  const read = savedDraftsSchema.safeParse(state);
  return read.success ? read.data : null;
}
