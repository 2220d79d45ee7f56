import { env, version, workspace } from "vscode";
import { diagnose } from "../../doctor/diagnosis.ts";
import { reportLines } from "../../doctor/report.ts";
import { type SettingKey, changedSettings } from "../../facts/settings.ts";
import { showInformationMessage } from "../notify.ts";
import { readSettings } from "../settings.ts";

/** Puts what a bug report needs on the clipboard: the same text as `nbr doctor`. */
export async function copyDiagnostics(): Promise<void> {
  const settings = readSettings();
  const diagnosis = await diagnose({
    settings: { settings, changed: changedSettings(settings, scopeOf), ignored: untrusted() },
    env: process.env,
    cwd: workspace.workspaceFolders?.[0]?.uri.fsPath ?? process.cwd(),
    editor: `${env.appName} ${version}${env.remoteName === undefined ? "" : ` (${env.remoteName})`}`,
  });
  await env.clipboard.writeText(`${reportLines(diagnosis).join("\n")}\n`);
  void showInformationMessage("Diagnostics are on the clipboard. Check them before you share them.");
}

function scopeOf(key: SettingKey): string {
  const found = workspace.getConfiguration("nukeRender").inspect(key);
  if (found?.workspaceFolderValue !== undefined) return "folder settings";
  if (found?.workspaceValue !== undefined) return "workspace settings";
  return found?.globalValue === undefined ? "default" : "user settings";
}

function untrusted(): string[] {
  return workspace.isTrusted
    ? []
    : ["This folder is not trusted, so nothing is started, and its settings do not choose programs."];
}
