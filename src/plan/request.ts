/**
 * The request of a render: one Write of one script, and how to render it. Every surface (lens, form, palette,
 * task, terminal, farm) builds this and nothing else.
 */
import * as z from "zod/mini";
import { shapeOf } from "./options/kinds.ts";
import { optionTable } from "./options/table.ts";

export * from "./options/values.ts";

/** All options of a render, as `optionTable` describes them. */
export const renderOptionsSchema = z.object(shapeOf(optionTable));
export type RenderOptions = z.infer<typeof renderOptionsSchema>;

export const renderRequestSchema = z.extend(renderOptionsSchema, {
  /** Absolute path of the script. */
  script: z.string().check(z.minLength(1)),
  /** Full name of the Write, `Group1.Write1`. */
  write: z.string().check(z.minLength(1)),
});
export type RenderRequest = z.infer<typeof renderRequestSchema>;
