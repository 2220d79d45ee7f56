/** What a client hands to the render service: a plan and the surroundings it is to run in. */
import * as z from "zod/mini";
import { renderPlanSchema } from "./render-plan.ts";

export const renderJobSchema = z.object({
  plan: renderPlanSchema,
  /** The environment of whoever asked (NUKE_PATH, OCIO, license servers); `plan.nuke.env` is set on top. */
  env: z.record(z.string(), z.string()),
  /** The script the artist knows, where `plan.script` is a copy of it; statuses show this one. */
  source: z.optional(z.string()),
  /** Jobs that have to end well before this one starts; when one does not, this one is not started at all. */
  after: z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(100))).check(z.maxLength(10_000))),
  /** A file of ours to remove when the job has finished (a saved copy of an unsaved script); never the artist's own. */
  temporaryScript: z.optional(z.string()),
});
export type RenderJob = z.infer<typeof renderJobSchema>;
