/** What a client submits to the render service: a plan and the environment it runs in. */
import * as z from "zod/mini";
import { BEING_RENDERED } from "../output/output-conflict.ts";
import { renderPlanSchema } from "../render-plan.ts";

export const renderJobSchema = z.object({
  plan: renderPlanSchema,
  /** The client's environment (NUKE_PATH, OCIO, license servers); `plan.nuke.env` is set on top. */
  env: z.record(z.string(), z.string()),
  /** The artist's own script, if `plan.script` is a copy of it; statuses show this one. */
  source: z.optional(z.string()),
  /** Jobs that must succeed before this one starts; if one fails, this one never starts. */
  after: z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(100))).check(z.maxLength(10_000))),
  /**
   * Names this submit and no other: one that is repeated, because its answer was lost, is the same job. The client sets it where it is
   * absent; earlier versions had none.
   */
  submission: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  /** What was decided to be passed over. */
  ignore: z.optional(z.array(z.literal(BEING_RENDERED))),
  /** Whether lock files next to the frames tell other machines of it; absent: yes. */
  outputLocks: z.optional(z.boolean()),
  /** A temporary file to remove when the job has finished (a saved copy of an unsaved script); never the artist's own file. */
  temporaryScript: z.optional(z.string()),
});
export type RenderJob = z.infer<typeof renderJobSchema>;
