import { fileURLToPath } from "node:url";
import { scriptFacts } from "../../script/write-targets.ts";
import type { Feature } from "../core/feature.ts";
import { type ScriptFactsResult, scriptFactsMethod, scriptFactsParamsSchema } from "../core/protocol.ts";

/** Where the Writes are, and what planning needs to know of them. */
export const scriptFactsFeature: Feature = {
  capabilities: {},
  register: ({ connection, scripts }) => {
    connection.onRequest(scriptFactsMethod, (params: unknown): ScriptFactsResult => {
      const { uri, brief = false } = scriptFactsParamsSchema.parse(params);
      const document = scripts.get(uri);
      return document === undefined ? null : scriptFacts(document.script, pathOf(uri), { brief });
    });
  },
};

/** Untitled documents and those of other machines have no path here; names relative to the script then stay relative. */
export function pathOf(uri: string): string {
  return uri.startsWith("file:") ? fileURLToPath(uri) : "";
}
