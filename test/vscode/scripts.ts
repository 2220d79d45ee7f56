import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";

/** A separate folder with a script in it, opened in the editor. */
export interface OpenScript {
  readonly folder: string;
  readonly out: string;
  readonly uri: vscode.Uri;
  readonly document: vscode.TextDocument;
  dispose(): void;
}

/** A script with one Write of `frames` PNG frames into the folder `out` next to it. */
export function scriptText(out: string, frames: number): string {
  return `version 15.1 v5
Root {
 first_frame 1
 last_frame ${frames}
}
Constant {
 inputs 0
 name Constant1
}
Write {
 file "${out.replaceAll("\\", "/")}/f.####.png"
 file_type png
 create_directories true
 name Write1
}
`;
}

/** A Read of what `Write1` writes, and a Write of that. */
export function readingText(out: string): string {
  const path = out.replaceAll("\\", "/");
  return `Read {
 inputs 0
 file "${path}/f.%04d.png"
 name Read1
}
Write {
 file "${path}/final.####.png"
 file_type png
 create_directories true
 name Final
}
`;
}

/** @param more what follows in the script, for the folder its pictures go to. */
export async function openScript(frames: number, more = (_out: string): string => ""): Promise<OpenScript> {
  const folder = mkdtempSync(join(tmpdir(), "in vscode "));
  const out = join(folder, "out");
  const path = join(folder, "shot.nk");
  writeFileSync(path, scriptText(out, frames) + more(out));
  const uri = vscode.Uri.file(path);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  return { folder, out, uri, document, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The titles of all lenses, asked again until they satisfy; the provider says when they change, and asking is how one hears it. */
export async function lensesUntil(
  uri: vscode.Uri,
  wanted: (titles: string[]) => boolean,
): Promise<vscode.CodeLens[]> {
  for (;;) {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      "vscode.executeCodeLensProvider",
      uri,
      100,
    );
    if (wanted(lenses.map((lens) => lens.command?.title ?? ""))) return lenses;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** No one closes notifications in a test. */
export async function withoutNotifications(): Promise<void> {
  const configuration = vscode.workspace.getConfiguration("nukeRender");
  await configuration.update("notifications.progress", false, vscode.ConfigurationTarget.Global);
}
