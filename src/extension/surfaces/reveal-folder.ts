import { Uri, commands, env, window } from "vscode";

/** The command behind links to folders; not for the palette. */
export const revealFolderCommand = "nukeRender.revealFolder";

/** Opens a folder in the system's file manager, or, where that is another machine's, copies its path. */
export async function revealFolder(folder: string): Promise<void> {
  const uri = Uri.file(folder);
  if (env.remoteName === undefined) {
    await env.openExternal(uri);
    return;
  }
  await env.clipboard.writeText(folder);
  void window.showInformationMessage(`Copied: ${folder}`);
  await commands.executeCommand("revealInExplorer", uri);
}

/** A link that shows a folder. */
export function folderLink(folder: Uri): Uri {
  return Uri.parse(`command:${revealFolderCommand}?${encodeURIComponent(JSON.stringify([folder.fsPath]))}`);
}
