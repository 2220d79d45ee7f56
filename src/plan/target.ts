/** What planning needs to know about one Write and its script. Built by `src/script`, read everywhere. */
import * as z from "zod/mini";

export const writeTargetSchema = z.object({
  /** Full name, `Group1.Write1`. */
  name: z.string(),
  /** `Write`, `DeepWrite`, `WriteGeo`, or any class with `file` and `file_type` that is not a reader. */
  class: z.string(),
  /** The file knob as Tcl passes it, unexpanded: `[value root.name]`, `%04d` and `####` still in it. */
  file: z.string(),
  /** The same of the proxy knob; empty if not set. */
  proxyFile: z.string(),
  /** `file_type`, else an `ext:` prefix, else the extension, in lower case; empty when there is none. */
  fileType: z.string(),
  /** The Write's own limit, null unless `use_limit` is on. */
  first: z.nullable(z.int()),
  last: z.nullable(z.int()),
  disabled: z.boolean(),
  /** `disable` is an expression that reading alone cannot evaluate. */
  disabledByExpression: z.boolean(),
  /** The Write is set to read its own file. */
  reading: z.boolean(),
  /** One container file for the whole range (by file_type before extension, nuke-cli.md 5.2). */
  movie: z.boolean(),
  /** Views this Write renders: its `views` knob, else the script's. */
  views: z.array(z.string()),
  /** `%V` or `%v` in the file name: one file per view. */
  viewToken: z.boolean(),
  /** `%04d`, `%d` or `####` in the file name. */
  frameToken: z.boolean(),
  renderOrder: z.number(),
  createDirectories: z.boolean(),
  /** `frame_mode` makes the number in the file name differ from the script's frame. */
  renumbered: z.boolean(),
  /** Dependencies: other Writes whose files this one's pixels come from, each with the node that reads them. */
  needs: z.array(z.object({ write: z.string(), reader: z.string() })),
  /** First line of the node in the script, from 1. */
  line: z.int(),
  /** The file name with everything expanded except frame and view tokens; absolute, or relative to the script; null if reading cannot tell. */
  resolvedFile: z.nullable(z.string()),
  /** Why `resolvedFile` is null, in words. */
  unresolved: z.nullable(z.string()),
});
export type WriteTarget = z.infer<typeof writeTargetSchema>;

/** What planning needs to know about the script as a whole. */
export const scriptFactsSchema = z.object({
  /** Absolute path, as it is passed to Nuke. */
  path: z.string(),
  /** `15.1 v5`; null when the script has no version line. */
  version: z.nullable(z.string()),
  /** Root `first_frame` and `last_frame`; Nuke's defaults are 1 and 100. */
  first: z.int(),
  last: z.int(),
  /** Root `views`, `main` when none are set. */
  views: z.array(z.string()),
  /** Root `proxy`. */
  proxy: z.boolean(),
  /** The expression that uses the script's own file name, not only its folder; null or absent: there is none. */
  ownName: z.optional(z.nullable(z.string())),
  writes: z.array(writeTargetSchema),
  /** Their `needs` are known; false: there are too many to look for, and none are given. */
  needsKnown: z.optional(z.boolean()),
});
export type ScriptFacts = z.infer<typeof scriptFactsSchema>;
