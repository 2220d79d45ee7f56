import { fileURLToPath } from "node:url";
import type { CancellationToken } from "vscode-languageserver";
import { scriptFactsInSteps } from "../../script/write-targets.ts";
import type { Feature } from "../core/feature.ts";
import { answerNewest } from "../core/time-slicing.ts";
import { type ScriptFactsResult, scriptFactsMethod, scriptFactsParamsSchema } from "../core/protocol.ts";

/** Where the Writes are, and what planning needs to know of them. */
export const scriptFactsFeature: Feature = {
  capabilities: {},
  register: ({ connection, scripts }) => {
    connection.onRequest(
      scriptFactsMethod,
      async (params: unknown, token: CancellationToken): Promise<ScriptFactsResult> => {
        const { uri, brief = false } = scriptFactsParamsSchema.parse(params);
        const document = scripts.get(uri);
        if (document === undefined) return null;
        return await answerNewest(document, token, () =>
          scriptFactsInSteps(document.script, pathOf(uri), { brief }),
        );
      },
    );
  },
};

/** Untitled documents and those of other machines have no path here; names relative to the script then stay relative. */
export function pathOf(uri: string): string {
  return uri.startsWith("file:") ? fileURLToPath(uri) : "";
}
