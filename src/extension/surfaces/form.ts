import { randomBytes } from "node:crypto";
import { type Disposable, Uri, ViewColumn, type WebviewPanel, window, workspace } from "vscode";
import { Disposables } from "../disposables.ts";
import { type FormDeps, FormSession } from "./form-session.ts";
import { type FormMode, type SavedForm, savedFormSchema } from "../../webview/protocol.ts";
import { formHtml } from "../../webview/shell.ts";

export const formViewType = "nukeRender.form";

/** One form for each script: the render settings, and sending to the farm. */
export class RenderForms implements Disposable {
  readonly #deps: FormDeps;
  readonly #held = new Disposables();
  readonly #open = new Map<string, { panel: WebviewPanel; session: FormSession }>();

  constructor(deps: FormDeps) {
    this.#deps = deps;
    this.#held.add(
      window.registerWebviewPanelSerializer(formViewType, {
        deserializeWebviewPanel: async (panel, state: unknown) => {
          const saved = savedFormSchema.safeParse(state);
          if (saved.success) await this.#attach(panel, saved.data);
          else panel.dispose();
        },
      }),
    );
  }

  /** Shows the form of a Write, the one that is open already where there is one. */
  async open(script: Uri, write: string, mode: FormMode): Promise<void> {
    const open = this.#open.get(script.fsPath);
    if (open) {
      open.panel.reveal();
      await open.session.select(write, mode);
      return;
    }
    const panel = window.createWebviewPanel(formViewType, "Render", {
      viewColumn: ViewColumn.Beside,
      preserveFocus: false,
    });
    await this.#attach(panel, { script: script.fsPath, write, mode });
  }

  dispose(): void {
    this.#held.dispose();
    for (const { panel } of this.#open.values()) panel.dispose();
  }

  async #attach(panel: WebviewPanel, saved: SavedForm): Promise<void> {
    const { extensionUri } = this.#deps;
    const folder = Uri.joinPath(extensionUri, "out", "webview");
    panel.webview.options = { enableScripts: true, localResourceRoots: [folder] };
    panel.iconPath = {
      light: Uri.joinPath(extensionUri, "media", "nk-light.svg"),
      dark: Uri.joinPath(extensionUri, "media", "nk-dark.svg"),
    };
    const document = await workspace.openTextDocument(Uri.file(saved.script));
    const session = new FormSession(this.#deps, document, saved, {
      // VS Code's postMessage is not the window's: it has no target origin.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      post: (envelope) => panel.webview.postMessage(envelope),
      title: (title) => (panel.title = title),
      close: () => panel.dispose(),
    });
    this.#open.set(saved.script, { panel, session });
    const received = panel.webview.onDidReceiveMessage((data: unknown) => session.receive(data));
    panel.onDidDispose(() => {
      received.dispose();
      session.dispose();
      this.#open.delete(saved.script);
    });
    panel.webview.html = formHtml({
      title: "Render settings",
      scriptUri: panel.webview.asWebviewUri(Uri.joinPath(folder, "form.js")).toString(),
      styleUri: panel.webview.asWebviewUri(Uri.joinPath(folder, "form.css")).toString(),
      cspSource: panel.webview.cspSource,
      nonce: randomBytes(24).toString("base64url"),
    });
  }
}
