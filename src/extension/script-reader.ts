import {
  type Disposable,
  DocumentLink,
  type Event,
  EventEmitter,
  type TextDocument,
  type Uri,
  workspace,
} from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import {
  type Trust,
  canonicalTextMethod,
  canonicalTextResultSchema,
  scriptFactsMethod,
  scriptFactsResultSchema,
  trustMethod,
} from "../language-server/core/protocol.ts";
import type { ScriptFacts } from "../plan/target.ts";
import { folderLink } from "./surfaces/reveal-folder.ts";
import { programFile } from "../paths.ts";

/** A script that cannot be shown node by node; the message says why. */
export class UnreadableScriptError extends Error {
  readonly reason = "unreadable";
}

/** What is in the open scripts, as the language server reads them. Starts the server with the first script. */
export class ScriptReader {
  #client: Promise<LanguageClient> | null = null;
  readonly #watcher = workspace.createFileSystemWatcher("**/*.{nk,gizmo}");
  readonly #held: Disposable[] = [];
  readonly #changed = new EventEmitter<void>();
  /** The server came up: what could not be told before can be now. */
  readonly onDidChange: Event<void> = this.#changed.event;

  /**
   * Null where the document is no script that can be read.
   * @param brief without what only planning has to know.
   */
  async facts(document: TextDocument, { brief = false } = {}): Promise<ScriptFacts | null> {
    if (document.languageId !== "nk") return null;
    const client = await this.start();
    const answer: unknown = await client.sendRequest(scriptFactsMethod, {
      uri: client.code2ProtocolConverter.asUri(document.uri),
      brief,
    });
    return scriptFactsResultSchema.parse(answer);
  }

  /** The script as text to compare, one knob a line. @throws {UnreadableScriptError} */
  async canonicalText(script: Uri): Promise<string> {
    const client = await this.start();
    const answer: unknown = await client.sendRequest(canonicalTextMethod, {
      uri: client.code2ProtocolConverter.asUri(script),
    });
    const { text, problem } = canonicalTextResultSchema.parse(answer);
    if (text === null) throw new UnreadableScriptError(problem ?? "This script cannot be read.");
    return text;
  }

  /** Starts the language server once. */
  start(): Promise<LanguageClient> {
    this.#client ??= this.#launch().catch((error: unknown) => {
      this.#client = null;
      throw error;
    });
    return this.#client;
  }

  async dispose(): Promise<void> {
    this.#changed.dispose();
    this.#watcher.dispose();
    for (const one of this.#held) one.dispose();
    const client = await this.#client?.catch(() => null);
    await client?.dispose();
  }

  async #launch(): Promise<LanguageClient> {
    const { LanguageClient, TransportKind } = await import("vscode-languageclient/node");
    const module = programFile("language-server");
    const client = new LanguageClient(
      "nukeRender.languageServer",
      "Nuke Scripts",
      {
        run: { module, transport: TransportKind.ipc },
        // Used when the extension host itself runs in a debugger; .vscode/launch.json attaches here.
        debug: { module, transport: TransportKind.ipc, options: { execArgv: ["--inspect=6009"] } },
      },
      {
        documentSelector: [{ language: "nk" }],
        middleware: {
          resolveDocumentLink: async (link, token, next) => {
            const resolved = await next(link, token);
            const target = resolved?.target;
            if (!resolved || !target) return resolved;
            if (target.scheme !== "file") return new DocumentLink(resolved.range);
            if (target.path.endsWith("/")) resolved.target = folderLink(target);
            return resolved;
          },
        },
        initializationOptions: { trusted: workspace.isTrusted } satisfies Trust,
        markdown: { isTrusted: false, supportHtml: false },
        synchronize: { configurationSection: "nukeRender", fileEvents: this.#watcher },
      },
    );
    await client.start();
    const tellTrust = async (): Promise<void> =>
      await client.sendNotification(trustMethod, { trusted: workspace.isTrusted } satisfies Trust);
    this.#held.push(workspace.onDidGrantWorkspaceTrust(tellTrust));
    // It may have been given while the server started.
    await tellTrust();
    this.#changed.fire();
    return client;
  }
}
