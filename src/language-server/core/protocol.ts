/** Requests of the language server in addition to the LSP. The client checks the schema. */
import * as z from "zod/mini";
import { scriptFactsSchema } from "../../plan/target.ts";

/** Request: the Writes of an open document and what planning needs of its script. */
export const scriptFactsMethod = "nukeRender/scriptFacts";

export const scriptFactsParamsSchema = z.object({
  uri: z.string(),
  /** Without what only planning has to know, and takes time (`TargetOptions`). */
  brief: z.optional(z.boolean()),
});
export type ScriptFactsParams = z.infer<typeof scriptFactsParamsSchema>;

/** Null: the document is not open, or is no script that can be read. */
export const scriptFactsResultSchema = z.nullable(scriptFactsSchema);
export type ScriptFactsResult = z.infer<typeof scriptFactsResultSchema>;

/** What the server is told at its start, and by a notification when it changes. Absent: the workspace is not trusted. */
export const trustSchema = z.object({ trusted: z.boolean() });
export type Trust = z.infer<typeof trustSchema>;
/** Notification of the client. */
export const trustMethod = "nukeRender/trust";

/** Request: a script, open or on disk, as text to compare, one knob a line. */
export const canonicalTextMethod = "nukeRender/canonicalText";

export const canonicalTextParamsSchema = z.object({ uri: z.string() });

/** `problem`: why there is no text, for people. */
export const canonicalTextResultSchema = z.object({
  text: z.nullable(z.string()),
  problem: z.nullable(z.string()),
});
export type CanonicalTextResult = z.infer<typeof canonicalTextResultSchema>;
