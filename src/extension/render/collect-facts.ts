import { dirname } from "node:path";
import type { TextDocument } from "vscode";
import type { PlanFacts } from "../../plan/facts.ts";
import type { Only } from "../../plan/request.ts";
import { gatherFacts, writesToLookAt } from "../../facts/gather-facts.ts";
import { memorySettings } from "../../facts/settings.ts";
import type { ScriptReader } from "../script-reader.ts";
import { readSettings } from "../settings.ts";

/** The document is no Nuke script that can be rendered. */
export class NoScriptError extends Error {
  readonly reason: "not-a-script" | "untitled";
  constructor(reason: NoScriptError["reason"]) {
    super(
      reason === "untitled"
        ? "Save the script first: Nuke renders files, and this one has no name yet."
        : "Open a Nuke script (.nk) first.",
    );
    this.name = "NoScriptError";
    this.reason = reason;
  }
}

/**
 * Everything planning needs for a document, as things stand now.
 * @param asked which Write is planned: what it asks about on disk is looked at.
 * @throws {NoScriptError} for other documents, {SettingError} and {NukeNotFoundError} for settings that are wrong.
 */
export async function factsFor(
  document: TextDocument,
  scripts: ScriptReader,
  demo = false,
  asked?: { readonly write: string; readonly only: Only | undefined },
): Promise<PlanFacts> {
  if (document.isUntitled) throw new NoScriptError("untitled");
  const script = document.uri.scheme === "file" ? await scripts.facts(document) : null;
  if (script === null) throw new NoScriptError("not-a-script");
  const settings = readSettings(document.uri);
  return await gatherFacts(
    { ...script, path: document.uri.fsPath },
    {
      nuke: { executables: settings["nuke.executables"], demo: demo || settings["nuke.useDemoRenderer"] },
      memory: memorySettings(settings),
      createFolders: settings.createFolders,
      whileRendering: settings["script.whileRendering"],
      unsaved: document.isDirty,
      cwd: dirname(document.uri.fsPath),
      ...(asked === undefined ? {} : { look: writesToLookAt(script, asked.write, asked.only) }),
    },
  );
}
