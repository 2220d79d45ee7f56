import { dirname } from "node:path";
import { type TextDocument, workspace } from "vscode";
import type { PlanFacts } from "../../plan/facts.ts";
import { dependsOnDisk } from "../../plan/output/overwrite.ts";
import type { NukeCommand } from "../../plan/render-plan.ts";
import type { Only, Overwrite } from "../../plan/request.ts";
import type { ScriptFacts } from "../../plan/target.ts";
import type { DiskLooks } from "../../facts/disk-looks.ts";
import { type DiskQuestion, collectFacts, writesToLookAt } from "../../facts/gather-facts.ts";
import { staysLocal } from "../../facts/local-path.ts";
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

/** What is about to be planned. */
export interface AskedOfDisk {
  /** Null: all Writes of the script. */
  readonly write: string | null;
  readonly only: Only | undefined;
  readonly overwrite?: Overwrite | undefined;
  readonly looks?: DiskLooks;
}

function diskQuestion(
  script: ScriptFacts,
  { write, only, overwrite, looks }: AskedOfDisk,
  setting: Overwrite,
): DiskQuestion {
  return {
    writes: write === null ? script.writes.map(({ name }) => name) : writesToLookAt(script, write),
    needed: dependsOnDisk(only, overwrite ?? setting),
    ...(looks === undefined ? {} : { looks }),
  };
}

export interface FactOptions {
  /** Whether the demo renderer renders; absent: as the setting says. */
  readonly demo?: boolean | undefined;
  /** The Nuke of a render that is repeated. */
  readonly nuke?: NukeCommand | undefined;
  /** What is looked at on disk; absent: nothing. */
  readonly asked?: AskedOfDisk;
}

/**
 * Everything planning needs for a document, as things stand now.
 * @throws {NoScriptError} for other documents, {SettingError} for settings that are wrong.
 */
export async function factsFor(
  document: TextDocument,
  scripts: ScriptReader,
  { demo, nuke, asked }: FactOptions = {},
): Promise<PlanFacts> {
  if (document.isUntitled) throw new NoScriptError("untitled");
  const script = document.uri.scheme === "file" ? await scripts.facts(document) : null;
  if (script === null) throw new NoScriptError("not-a-script");
  const settings = readSettings(document.uri);
  return await collectFacts(
    { ...script, path: document.uri.fsPath },
    {
      nuke: {
        executables: settings["nuke.executables"],
        command: nuke,
        demo: demo ?? (nuke === undefined && settings["nuke.useDemoRenderer"]),
      },
      memory: memorySettings(settings),
      createFolders: settings.createFolders,
      whileRendering: settings["script.whileRendering"],
      unsaved: document.isDirty,
      cwd: dirname(document.uri.fsPath),
      overwrite: settings.overwrite,
      // A script in an untrusted folder does not make us look at other machines.
      ...(workspace.isTrusted ? {} : { mayTouch: staysLocal }),
      ...(asked === undefined || !workspace.isTrusted
        ? {}
        : { look: diskQuestion(script, asked, settings.overwrite) }),
    },
  );
}
