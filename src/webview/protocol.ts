/**
 * The whole wire contract of the form: what it and its host say to each other. Both ends talk through `WireChannel` with the types
 * swapped. The form says `ready` first, also after it was hidden and shown again, and the host responds with `state`.
 */
import * as z from "zod/mini";
import { planFactsSchema } from "../plan/facts.ts";
import { problemSchema } from "../plan/render-plan.ts";
import {
  type RenderOptions,
  type RenderRequest,
  onlySchema,
  overwriteSchema,
  renderOptionsSchema,
} from "../plan/request.ts";

/** Which side of the form is shown. */
export const formModeSchema = z.enum(["render", "farm"]);
export type FormMode = z.infer<typeof formModeSchema>;

/** What the farm side asks for. */
export const farmOptionsSchema = z.object({
  first: z.int(),
  last: z.int(),
  /** Threads of each Nuke; absent: as many as a render here would get. */
  threads: z.optional(z.int().check(z.minimum(1), z.maximum(1024))),
  /** Frames of one task. */
  batchSize: z.int().check(z.minimum(1), z.maximum(1_000_000)),
  /** The render service takes the same plan instead of the farm. */
  localRender: z.boolean(),
  /** `id` of one of `FormState.farm.engines`. */
  engine: z.string(),
});
export type FarmOptions = z.infer<typeof farmOptionsSchema>;

/** Options that local renders and farm jobs share: they change what is rendered, not how it is divided. */
export type SharedOptions = Pick<RenderOptions, "views" | "proxy" | "continueOnError" | "overwrite">;

/** The request of the farm side as a local render: each batch is a chunk, regardless of how the last local render was divided. */
export function farmRequest(
  script: string,
  write: string,
  farm: FarmOptions,
  { views, proxy, continueOnError, overwrite }: SharedOptions,
): RenderRequest {
  return {
    script,
    write,
    range: farm.first === farm.last ? `${farm.first}` : `${farm.first}-${farm.last}`,
    split: { by: "frames", size: farm.batchSize },
    deal: "chunks",
    ...(farm.threads === undefined ? {} : { threads: farm.threads }),
    ...(views === undefined ? {} : { views }),
    ...(overwrite === undefined ? {} : { overwrite }),
    proxy,
    continueOnError,
  };
}

/** Everything the form shows, in one piece. */
export const formStateSchema = z.object({
  facts: planFactsSchema,
  /** Full name of the Write to show; the form falls back to the first one where the script no longer has it. */
  write: z.string(),
  mode: formModeSchema,
  /** The last settings by the full name of the Write, without the extra arguments of the settings. */
  remembered: z.record(z.string(), renderOptionsSchema),
  farm: z.object({
    engines: z.array(z.object({ id: z.string(), label: z.string() })).check(z.minLength(1)),
    /** The last farm settings by the full name of the Write. */
    remembered: z.record(z.string(), farmOptionsSchema),
    /** Frames of one task when nothing was said. */
    batchSize: z.int(),
  }),
  /** `nukeRender.nuke.extraArguments`: the host adds them to every render, the form only shows them in the command line. */
  extraArguments: z.array(z.string()),
  /** Restricted Mode: everything can be looked at and nothing started. */
  trusted: z.boolean(),
});
export type FormState = z.infer<typeof formStateSchema>;

/** A Write and its settings; the host adds script and extra arguments. */
const renderOrderSchema = { write: z.string(), options: renderOptionsSchema };
const farmOrderSchema = { write: z.string(), farm: farmOptionsSchema };

export const toWebviewSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("state"), state: formStateSchema }),
  /** Memory, folders, the script or whether it is saved have changed; what was typed stays. */
  z.object({ type: z.literal("facts"), facts: planFactsSchema, trusted: z.boolean() }),
  /** Something went wrong that belongs to none of the form's requests. */
  z.object({ type: z.literal("error"), message: z.string() }),
]);
export type ToWebview = z.infer<typeof toWebviewSchema>;

export const fromWebviewSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  /** The form now shows this; the host answers the next `ready` with it, and sends the `facts` it needs. */
  z.object({
    type: z.literal("selected"),
    write: z.string(),
    mode: formModeSchema,
    only: onlySchema,
    overwrite: z.optional(overwriteSchema),
  }),
  /** Settings that can be used as they stand, kept for the next time. */
  z.object({ type: z.literal("remember"), ...renderOrderSchema }),
  z.object({ type: z.literal("remember-farm"), ...farmOrderSchema }),
  z.object({ type: z.literal("close") }),
  // From here on requests: each is answered as `formReplies` says.
  /** `needed`: what the Write reads of other Writes is rendered first, where it is missing or older than the script. */
  z.object({ type: z.literal("render"), ...renderOrderSchema, needed: z.boolean() }),
  z.object({ type: z.literal("preview-farm"), ...farmOrderSchema }),
  z.object({ type: z.literal("submit-farm"), ...farmOrderSchema }),
  /** Do what `problem.fix` says; the host sends `facts` before it answers. */
  z.object({ type: z.literal("fix"), problem: problemSchema }),
]);
export type FromWebview = z.infer<typeof fromWebviewSchema>;

/** What a farm submission would run as things stand. */
export const farmPreviewSchema = z.object({
  /** The exact words; null where something is in the way. */
  argv: z.nullable(z.array(z.string())),
  /** What the farm's plan has to say; problems of this machine alone are left out. */
  problems: z.array(problemSchema),
  /** Why there is no command line, where no problem says it (no farm command set, an unknown token). */
  message: z.nullable(z.string()),
});
export type FarmPreview = z.infer<typeof farmPreviewSchema>;

const startedSchema = z.object({
  /** False: the user declined. */
  started: z.boolean(),
});

/** The answers to the form's requests, by the type of the request. */
export const formReplies = {
  render: startedSchema,
  "submit-farm": startedSchema,
  "preview-farm": farmPreviewSchema,
  fix: z.object({ done: z.boolean() }),
};
export type FormReplies = { [Type in keyof typeof formReplies]: z.infer<(typeof formReplies)[Type]> };

/** What the form keeps with `setState`, and what a panel is restored from after a reload of the window. */
export const savedFormSchema = z.object({
  /** Absolute path of the script. */
  script: z.string(),
  write: z.string(),
  mode: formModeSchema,
});
export type SavedForm = z.infer<typeof savedFormSchema>;
