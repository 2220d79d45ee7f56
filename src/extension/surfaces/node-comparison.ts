import {
  type Disposable,
  type Event,
  EventEmitter,
  type QuickPickItem,
  QuickPickItemKind,
  type TextDocumentContentProvider,
  Uri,
  commands,
  window,
  workspace,
} from "vscode";
import { plainLabel } from "../../plan/text/plain-label.ts";
import { scriptFor } from "../render/pick-write.ts";
import type { ScriptReader } from "../script-reader.ts";

/** Documents that show a script one knob a line; their query is the script's own address. */
export const nodesScheme = "nuke-nodes";

/** Between an edit of a script and its new text in the comparison, ms. */
const QUIET = 300;

/** "Compare Nodes With…": VS Code's diff editor over two scripts as text in which only what they do is written. */
export class NodeComparison implements TextDocumentContentProvider, Disposable {
  readonly #scripts: ScriptReader;
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange: Event<Uri> = this.#changed.event;
  readonly #held: Disposable[];
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(scripts: ScriptReader) {
    this.#scripts = scripts;
    this.#held = [
      workspace.registerTextDocumentContentProvider(nodesScheme, this),
      workspace.onDidChangeTextDocument(({ document }) => this.#edited(document.uri)),
    ];
  }

  /** `other` is asked for where it is not given; the menu of files gives all that are selected. */
  async open(given: unknown, other: unknown): Promise<void> {
    const selected = Array.isArray(other) ? other.filter((one) => one instanceof Uri) : [];
    const [first, second] = selected.length === 2 ? selected : [scriptFor(given), other];
    if (first === undefined) return;
    const right = second instanceof Uri ? second : await pickScript(first);
    if (right === undefined) return;
    const title = `${nameOf(first)} ↔ ${nameOf(right)} (nodes)`;
    await commands.executeCommand("vscode.diff", nodesOf(first), nodesOf(right), title);
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const script = Uri.parse(uri.query, true);
    // The language server reads disks and what is open; where neither has the script, VS Code does.
    if (script.scheme !== "file") await workspace.openTextDocument(script);
    return await this.#scripts.canonicalText(script);
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const one of this.#held) one.dispose();
    this.#changed.dispose();
  }

  #edited(script: Uri): void {
    const nodes = nodesOf(script);
    const key = nodes.toString();
    if (!workspace.textDocuments.some((document) => document.uri.toString() === key)) return;
    clearTimeout(this.#timers.get(key));
    const fire = (): void => {
      this.#timers.delete(key);
      this.#changed.fire(nodes);
    };
    this.#timers.set(key, setTimeout(fire, QUIET));
  }
}

/** Not an .nk path: what reads scripts must not take these for any. */
function nodesOf(script: Uri): Uri {
  return Uri.from({ scheme: nodesScheme, path: `${script.path} (nodes)`, query: script.toString() });
}

function nameOf(uri: Uri): string {
  return uri.path.slice(uri.path.lastIndexOf("/") + 1);
}

function folderOf(uri: Uri): string {
  return uri.path.slice(0, uri.path.lastIndexOf("/"));
}

/** How many of the workspace's scripts are offered. */
const MOST_OFFERED = 2000;

/** One of the workspace's scripts, those of the same folder first, or one from elsewhere. Undefined: none was picked. */
async function pickScript(other: Uri): Promise<Uri | undefined> {
  const found = await workspace.findFiles("**/*.{nk,gizmo}", undefined, MOST_OFFERED);
  const near = (uri: Uri): number => Number(folderOf(uri) !== folderOf(other));
  const items = found
    .filter((uri) => uri.toString() !== other.toString())
    .sort((a, b) => near(a) - near(b) || (a.path < b.path ? -1 : 1))
    .map((uri): QuickPickItem & { uri: Uri } => ({
      label: plainLabel(nameOf(uri)),
      description: plainLabel(folderOf(Uri.file(workspace.asRelativePath(uri))).slice(1)),
      uri,
    }));
  if (items.length === 0) return await browse(other);
  const elsewhere = { label: "$(folder-opened) Browse…", uri: undefined };
  const line = { label: "", kind: QuickPickItemKind.Separator, uri: undefined };
  const picked = await window.showQuickPick<QuickPickItem & { uri: Uri | undefined }>(
    [elsewhere, line, ...items],
    { placeHolder: `Compare ${nameOf(other)} with…`, matchOnDescription: true },
  );
  return picked === elsewhere ? await browse(other) : picked?.uri;
}

async function browse(other: Uri): Promise<Uri | undefined> {
  const chosen = await window.showOpenDialog({
    title: `Compare ${nameOf(other)} with…`,
    openLabel: "Compare",
    filters: { "Nuke scripts": ["nk", "gizmo", "autosave"], "All files": ["*"] },
    ...(other.scheme === "file" ? { defaultUri: Uri.joinPath(other, "..") } : {}),
  });
  return chosen?.[0];
}
