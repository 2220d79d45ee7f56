/** What the form keeps while it is hidden, beside what the host knows. */
import * as z from "zod/mini";
import { proxyModeSchema } from "../../plan/request.ts";
import { savedFormSchema } from "../protocol.ts";

const renderDraftSchema = z.object({
  range: z.string(),
  splitBy: z.enum(["chunks", "frames", "auto"]),
  splitCount: z.string(),
  parallel: z.string(),
  threads: z.string(),
  cache: z.string(),
  views: z.nullable(z.array(z.string())),
  proxy: proxyModeSchema,
  continueOnError: z.boolean(),
  warm: z.boolean(),
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

/** Null for anything that is not ours, or an older form's. */
export function readSaved(state: unknown): SavedDrafts | null {
  const read = savedDraftsSchema.safeParse(state);
  return read.success ? read.data : null;
}
