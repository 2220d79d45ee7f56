/** An editor's side of the protocol: starts the language server as a process and talks to it over stdio. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  CancellationTokenSource,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  createMessageConnection,
} from "vscode-jsonrpc/node";
import type {
  Diagnostic,
  InitializeResult,
  PublishDiagnosticsParams,
  Range,
} from "vscode-languageserver-protocol";
import { programFile } from "../../src/paths.ts";

export interface EditorOptions {
  /** Folders that are open. */
  readonly folders?: readonly string[];
  readonly settings?: unknown;
  /** What a client of ours tells at the start. */
  readonly initializationOptions?: unknown;
  readonly env?: NodeJS.ProcessEnv;
  /** Another program in place of the server. */
  readonly program?: string;
  /** Starts it as `nbr language-server --stdio`, as other editors do. */
  readonly byNbr?: boolean;
}

export class Editor implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #rpc: MessageConnection;
  readonly #marks = new Map<string, { version: number; diagnostics: Diagnostic[] }>();
  readonly #versions = new Map<string, number>();
  #waiting: (() => void)[] = [];
  initialized: InitializeResult = { capabilities: {} };

  private constructor(child: ChildProcess, rpc: MessageConnection) {
    this.#child = child;
    this.#rpc = rpc;
    rpc.onNotification(
      "textDocument/publishDiagnostics",
      ({ uri, version, diagnostics }: PublishDiagnosticsParams) => {
        this.#marks.set(uri, { version: version ?? 0, diagnostics });
        for (const look of this.#waiting) look();
      },
    );
  }

  static async start({
    folders = [],
    settings = {},
    env = process.env,
    initializationOptions,
    program = programFile("language-server"),
  }: EditorOptions = {}): Promise<Editor> {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, "--stdio"], {
      stdio: ["pipe", "pipe", "inherit"],
      env,
    });
    const rpc = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    const editor = new Editor(child, rpc);
    rpc.onRequest("workspace/configuration", ({ items }: { items: unknown[] }) => items.map(() => settings));
    rpc.onRequest("client/registerCapability", () => null);
    rpc.listen();
    editor.initialized = await rpc.sendRequest("initialize", {
      processId: process.pid,
      rootUri: null,
      initializationOptions,
      capabilities: {
        workspace: { configuration: true, workspaceFolders: true },
        textDocument: { publishDiagnostics: { versionSupport: true } },
      },
      workspaceFolders: folders.map((path) => ({ uri: `file://${path}`, name: path })),
    });
    await rpc.sendNotification("initialized", {});
    return editor;
  }

  async open(uri: string, text: string, languageId = "nk"): Promise<void> {
    this.#versions.set(uri, 1);
    await this.#rpc.sendNotification("textDocument/didOpen", {
      textDocument: { uri, languageId, version: 1, text },
    });
  }

  /** Changes a range, or all of the text; returns the document's new version. */
  async edit(uri: string, text: string, range?: Range): Promise<number> {
    const version = (this.#versions.get(uri) ?? 0) + 1;
    this.#versions.set(uri, version);
    await this.#rpc.sendNotification("textDocument/didChange", {
      textDocument: { uri, version },
      contentChanges: [range === undefined ? { text } : { range, text }],
    });
    return version;
  }

  async close(uri: string): Promise<void> {
    await this.#rpc.sendNotification("textDocument/didClose", { textDocument: { uri } });
  }

  async tell(method: string, params: unknown): Promise<void> {
    await this.#rpc.sendNotification(method, params);
  }

  async ask<Answer>(method: string, params: unknown): Promise<Answer> {
    return await this.#rpc.sendRequest<Answer>(method, params);
  }

  /** Asks, and has changed its mind at once. */
  async askAndCancel(method: string, params: unknown): Promise<unknown> {
    const source = new CancellationTokenSource();
    const answer = this.#rpc.sendRequest<unknown>(method, params, source.token);
    source.cancel();
    return await answer;
  }

  /** Diagnostics of the newest version, once those that pass have come. */
  async marks(
    uri: string,
    passes: (diagnostics: readonly Diagnostic[]) => boolean = () => true,
  ): Promise<readonly Diagnostic[]> {
    return await new Promise((resolve, reject) => {
      const look = (): void => {
        const known = this.#marks.get(uri);
        if (!known || known.version < (this.#versions.get(uri) ?? 0) || !passes(known.diagnostics)) return;
        clearTimeout(limit);
        this.#waiting = this.#waiting.filter((one) => one !== look);
        resolve(known.diagnostics);
      };
      const limit = setTimeout(
        () =>
          reject(new Error(`no fitting diagnostics; the last were ${JSON.stringify(this.#marks.get(uri))}`)),
        10_000,
      );
      this.#waiting.push(look);
      look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
    await this.#rpc.sendRequest("shutdown");
    await this.#rpc.sendNotification("exit");
    await ended;
    this.#rpc.dispose();
  }
}
