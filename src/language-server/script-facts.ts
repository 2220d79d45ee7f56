import { fileURLToPath } from "node:url";
import type { Connection } from "vscode-languageserver";
import { scriptFacts } from "../script/write-targets.ts";
import type { OpenScripts } from "./open-scripts.ts";
import { type ScriptFactsResult, scriptFactsMethod, scriptFactsParamsSchema } from "./protocol.ts";

/** Where the Writes are, and what planning needs to know of them. */
export function answerScriptFacts(connection: Connection, scripts: OpenScripts): void {
  connection.onRequest(scriptFactsMethod, async (params: unknown): Promise<ScriptFactsResult> => {
    const { uri } = scriptFactsParamsSchema.parse(params);
    const script = await scripts.get(uri);
    return script === null ? null : scriptFacts(script, pathOf(uri));
  });
}

/** Untitled documents and those of other machines have no path here; names relative to the script then stay relative. */
function pathOf(uri: string): string {
  return uri.startsWith("file:") ? fileURLToPath(uri) : "";
}
