import { type QuickPickItem, type TextDocument, Uri, window, workspace } from "vscode";
import { displayFrames } from "../../plan/frames/frames.ts";
import { chooseRange } from "../../plan/frames/range.ts";
import { plainLabel } from "../../plan/text/plain-label.ts";
import type { ScriptReader } from "../script-reader.ts";
import { NoScriptError } from "./collect-facts.ts";
import { showInformationMessage } from "../notify.ts";

/** The script a command means: the one given, else the one in the active editor. @throws {NoScriptError} */
export function scriptFor(given: unknown): Uri {
  if (given instanceof Uri) return given;
  const document = window.activeTextEditor?.document;
  if (document?.languageId !== "nk") throw new NoScriptError("not-a-script");
  return document.uri;
}

/** Which Write of a script: the one given, the only one, or the one the user picks. Undefined: none was picked. */
export async function writeFor(uri: Uri, given: unknown, scripts: ScriptReader): Promise<string | undefined> {
  if (typeof given === "string") return given;
  const document = await workspace.openTextDocument(uri);
  const facts = await scripts.facts(document);
  if (facts === null) throw new NoScriptError("not-a-script");
  const items = facts.writes.map((write): QuickPickItem & { write: string } => {
    const { list } = chooseRange(facts, write, undefined);
    const state = write.disabled
      ? "disabled"
      : write.reading
        ? "reads its file"
        : displayFrames(list.frames, list.steps);
    return {
      write: write.name,
      label: plainLabel(write.name),
      description: state,
      detail: plainLabel(write.file),
    };
  });
  const here = writeAtCursor(document, facts.writes);
  if (items.length === 0) {
    void showInformationMessage("This script has no Write node.");
    return undefined;
  }
  if (items.length === 1) return items[0]?.write;
  items.sort((a, b) => Number(b.write === here) - Number(a.write === here));
  const picked = await window.showQuickPick(items, { placeHolder: "Which Write?", matchOnDetail: true });
  return picked?.write;
}

/** The Write the cursor is in or below, offered first. */
function writeAtCursor(
  document: TextDocument,
  writes: readonly { name: string; line: number }[],
): string | undefined {
  const editor = window.activeTextEditor;
  if (editor?.document !== document) return undefined;
  const line = editor.selection.active.line + 1;
  return writes.findLast((write) => write.line <= line)?.name;
}
