import { UIKind, Uri, commands, env, workspace } from "vscode";
import { staysLocal } from "../../facts/local-path.ts";
import { showInformationMessage } from "../notify.ts";

/** The command behind links to folders; not for the palette. */
export const revealFolderCommand = "nukeRender.revealFolder";

/** It may be on another machine, and the workspace whose script names it is not trusted. */
class UntouchedFolderError extends Error {
  readonly reason = "not-trusted";
}

/**
 * Shows a folder in the system's file manager, or, where that is another machine's, copies its path. It is shown and never opened: what
 * looks like a folder may be a program to the system (a bundle of macOS), and a script chooses the name.
 */
export async function revealFolder(folder: string): Promise<void> {
  if (!workspace.isTrusted && !(await staysLocal(folder)))
    throw new UntouchedFolderError(
      `${folder} may be on another machine, and is not accessed until this folder is trusted (Workspaces: Manage Workspace Trust).`,
    );
  const uri = Uri.file(folder);
  if (env.remoteName === undefined && env.uiKind === UIKind.Desktop) {
    await commands.executeCommand("revealFileInOS", uri);
    return;
  }
  await env.clipboard.writeText(folder);
  void showInformationMessage(`Copied: ${folder}`);
  await commands.executeCommand("revealInExplorer", uri);
}

/** A link that shows a folder. */
export function folderLink(folder: Uri): Uri {
  return Uri.parse(`command:${revealFolderCommand}?${encodeURIComponent(JSON.stringify([folder.fsPath]))}`);
}
