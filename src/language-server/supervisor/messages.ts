/** The messages of the protocol that the supervisor has to understand; all others pass through as they are. */
import type { CancellationToken } from "vscode-languageserver";
import * as z from "zod/mini";
import { canonicalTextMethod } from "../core/protocol.ts";

const position = z.object({ line: z.number(), character: z.number() });
const identifier = z.object({ uri: z.string() });

export const didOpenSchema = z.object({
  textDocument: z.object({
    uri: z.string(),
    languageId: z.string(),
    version: z.number(),
    text: z.string(),
  }),
});

export const didChangeSchema = z.object({
  textDocument: z.object({ uri: z.string(), version: z.number() }),
  contentChanges: z.array(
    z.union([
      z.object({ range: z.object({ start: position, end: position }), text: z.string() }),
      z.object({ text: z.string() }),
    ]),
  ),
});

export const didCloseSchema = z.object({ textDocument: identifier });

const subjectSchema = z.object({
  uri: z.optional(z.string()),
  textDocument: z.optional(identifier),
  item: z.optional(identifier),
  data: z.optional(z.object({ uri: z.optional(z.string()) })),
});

/** A request on its way between the editor and a reader. */
export interface ForwardedRequest {
  readonly method: string;
  readonly params: unknown;
  /** The script it asks about; null: all of them, or none. */
  readonly uri: string | null;
  readonly token: CancellationToken;
  /** Readers that died while it was unanswered. */
  deaths: number;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The script a message is about; null where it is about all of them, or none. */
export function subjectOf(params: unknown): string | null {
  const read = subjectSchema.safeParse(params);
  if (!read.success) return null;
  const { uri, textDocument, item, data } = read.data;
  return textDocument?.uri ?? uri ?? item?.uri ?? data?.uri ?? null;
}

/** What is answered about a script that cannot be read: nothing is known of it. */
export function emptyAnswer(method: string, params: unknown, problem: string): unknown {
  if (method === canonicalTextMethod) return { text: null, problem };
  // What is to be completed comes back as it was.
  return method.endsWith("/resolve") || method.endsWith("Item/resolve") ? params : null;
}
