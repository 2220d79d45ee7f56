/** Stands between the editor and the threads that read: a script that is too hard costs its own answers, not those of all others. */
import { type CancellationToken, type Connection, DiagnosticSeverity } from "vscode-languageserver";
import {
  type ForwardedRequest,
  didChangeSchema,
  didCloseSchema,
  didOpenSchema,
  emptyAnswer,
  subjectOf,
} from "./messages.ts";
import { trustMethod } from "../core/protocol.ts";
import { OpenTexts } from "./open-texts.ts";
import { Reader, type ReaderDeath, type ReaderLimits } from "./reader.ts";

export interface SupervisorOptions {
  /** The program of a reader's thread. */
  readonly file: string;
  /** Of the reader that all scripts share. */
  readonly shared: ReaderLimits;
  /** Of the readers that read one script each, because it was too hard for the shared one. */
  readonly alone: ReaderLimits;
  /** Milliseconds without an edit after which a script that was given up is tried again. */
  readonly quiet: number;
}

/** A script that once stopped the shared reader. It is read by itself, or, after that failed too, rests until it is edited. */
type HardScript =
  | { readonly state: "alone"; readonly reader: Reader }
  | { readonly state: "resting"; readonly problem: string; readonly retry: NodeJS.Timeout | null };

/** Readers of single scripts at one time; deaths of readers that one request may outlive; deaths of unknown cause before giving up. */
const [MOST_ALONE, MOST_DEATHS, MOST_UNEXPLAINED] = [3, 2, 3];

export class Supervisor {
  readonly #connection: Connection;
  readonly #options: SupervisorOptions;
  readonly #texts = new OpenTexts();
  /** By uri. */
  readonly #hard = new Map<string, HardScript>();
  /** Uris that once stopped a reader: when they are opened again they are not tried among the others. */
  readonly #suspects = new Set<string>();
  /** Files on disk that stopped the shared reader. */
  readonly #skipped = new Set<string>();
  #initialize: unknown = null;
  #initialized = false;
  /** What was said last of the workspace's trust: a fresh reader starts with it. */
  #trust: unknown = null;
  #shared: Reader | null = null;
  #unexplained = 0;

  constructor(connection: Connection, options: SupervisorOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /** Speaks for the readers from now on. */
  listen(): void {
    const connection = this.#connection;
    connection.onInitialize(async (params) => {
      this.#initialize = params;
      this.#shared = this.#newReader(this.#options.shared, (death) => this.#sharedDied(death));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it comes from this program's own thread
      return (await this.#shared.start(params)) as { capabilities: object };
    });
    connection.onShutdown(async () => {
      const alone = [...this.#hard.values()].flatMap((hard) => (hard.state === "alone" ? [hard.reader] : []));
      await Promise.all([this.#shared?.end(), ...alone.map((reader) => reader.end())]);
    });
    connection.onRequest((method, params, token) => this.#ask(method, params, token));
    connection.onNotification((method, params) => this.#tell(method, params));
    connection.listen();
  }

  #ask(method: string, params: unknown, token: CancellationToken): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#dispatch({ method, params, uri: subjectOf(params), token, deaths: 0, resolve, reject });
    });
  }

  #dispatch(request: ForwardedRequest): void {
    const { method, params, uri } = request;
    const hard = uri === null ? undefined : this.#hard.get(uri);
    if (hard?.state === "resting") request.resolve(emptyAnswer(method, params, hard.problem));
    else if (request.deaths >= MOST_DEATHS || (uri !== null && this.#skipped.has(uri)))
      request.resolve(emptyAnswer(method, params, "This script is too hard to read."));
    else (hard?.reader ?? this.#shared)?.request(request);
  }

  #tell(method: string, params: unknown): void {
    switch (method) {
      case "initialized":
        this.#initialized = true;
        return this.#shared?.notify(method, params);
      case "textDocument/didOpen":
        return this.#open(params);
      case "textDocument/didChange":
        return this.#change(params);
      case "textDocument/didClose":
        return this.#close(params);
      default: {
        if (method === trustMethod) this.#trust = params;
        const uri = subjectOf(params);
        if (uri !== null) return this.#readerOf(uri)?.notify(method, params);
        for (const reader of this.#readers()) reader.notify(method, params);
      }
    }
  }

  #open(params: unknown): void {
    const opened = didOpenSchema.parse(params);
    const { uri } = opened.textDocument;
    this.#texts.open(opened);
    if (this.#suspects.has(uri)) this.#readAlone(uri);
    else this.#shared?.notify("textDocument/didOpen", params);
  }

  #change(params: unknown): void {
    const changed = didChangeSchema.parse(params);
    const { uri } = changed.textDocument;
    // First the reader, which is waited for.
    this.#readerOf(uri)?.notify("textDocument/didChange", params);
    this.#texts.change(changed);
    const hard = this.#hard.get(uri);
    if (hard?.state !== "resting") return;
    if (hard.retry) clearTimeout(hard.retry);
    const retry = setTimeout(() => this.#readAlone(uri), this.#options.quiet).unref();
    this.#hard.set(uri, { ...hard, retry });
  }

  #close(params: unknown): void {
    const { uri } = didCloseSchema.parse(params).textDocument;
    this.#texts.close(uri);
    const hard = this.#hard.get(uri);
    if (!hard) return this.#shared?.notify("textDocument/didClose", params);
    this.#hard.delete(uri);
    if (hard.state === "alone") endQuietly(hard.reader);
    else if (hard.retry) clearTimeout(hard.retry);
    this.#publish(uri, []);
  }

  /** Gives a script its own reader. */
  #readAlone(uri: string): void {
    const opening = this.#texts.opening(uri);
    if (!opening) return;
    const others = [...this.#hard].filter(([other, { state }]) => state === "alone" && other !== uri);
    const [oldest] = others;
    if (oldest && others.length >= MOST_ALONE)
      this.#rest(oldest[0], "other scripts that are hard to read are open");
    const reader = this.#newReader(this.#options.alone, (death) => {
      this.#rest(uri, death.detail);
      for (const request of death.unanswered) this.#dispatch(request);
    });
    this.#hard.set(uri, { state: "alone", reader });
    this.#begin(reader, [uri]);
  }

  /** A script is not read until it is edited. */
  #rest(uri: string, detail: string): void {
    const hard = this.#hard.get(uri);
    if (hard?.state === "alone") endQuietly(hard.reader);
    const problem = `This script is too hard to read here: ${detail}. It is tried again after an edit. Other scripts are not affected.`;
    this.#hard.set(uri, { state: "resting", problem, retry: null });
    this.#publish(uri, [problem]);
  }

  /** Starts another shared reader, without the script that ended the last one. */
  #sharedDied({ at, reason, detail, unanswered }: ReaderDeath): void {
    const to = at === "" ? (unanswered.find(({ uri }) => uri !== null)?.uri ?? null) : at;
    this.#connection.console.error(
      `The reader of ${to ?? "the scripts"} was stopped (${reason}): ${detail}.`,
    );
    if (to === null && ++this.#unexplained >= MOST_UNEXPLAINED)
      throw new Error(`the reader of scripts keeps failing: ${detail}`);
    if (to !== null && this.#texts.has(to)) {
      this.#suspects.add(to);
      this.#readAlone(to);
    } else if (to !== null) this.#skipped.add(to);
    const reader = this.#newReader(this.#options.shared, (death) => this.#sharedDied(death));
    this.#shared = reader;
    this.#begin(
      reader,
      [...this.#texts.uris].filter((uri) => !this.#hard.has(uri)),
    );
    for (const request of unanswered) this.#dispatch(request);
  }

  /** Tells a fresh reader all that the one before it knew. */
  #begin(reader: Reader, uris: readonly string[]): void {
    if (this.#initialized) reader.notify("initialized", {});
    if (this.#trust !== null) reader.notify(trustMethod, this.#trust);
    for (const uri of uris) {
      const opening = this.#texts.opening(uri);
      if (opening) reader.notify("textDocument/didOpen", opening);
    }
    reader.start(this.#initialize).catch((error: unknown) => {
      // Where it died, that has been told already.
      this.#connection.console.error(`A reader could not be started: ${String(error)}`);
    });
  }

  #newReader(limits: ReaderLimits, onDeath: (death: ReaderDeath) => void): Reader {
    const connection = this.#connection;
    const isFirst = this.#shared === null;
    const reader: Reader = new Reader({
      file: this.#options.file,
      limits,
      skipped: [...this.#skipped],
      // The editor is asked once for what holds for all readers.
      onRequest: (method, params, token) =>
        !isFirst && method.startsWith("client/")
          ? Promise.resolve(null)
          : connection.sendRequest(method, params, token),
      onNotification: (method, params) => {
        const uri = method === "textDocument/publishDiagnostics" ? subjectOf(params) : null;
        // Reports from a reader that no longer reads a script are outdated.
        if (uri !== null && this.#readerOf(uri) !== reader) return;
        connection.sendNotification(method, params).catch(() => {
          // The editor is gone.
        });
      },
      onDeath,
    });
    return reader;
  }

  /** Null: it is not read at present. */
  #readerOf(uri: string): Reader | null {
    const hard = this.#hard.get(uri);
    if (!hard) return this.#shared;
    return hard.state === "alone" ? hard.reader : null;
  }

  #readers(): Reader[] {
    const alone = [...this.#hard.values()].flatMap((hard) => (hard.state === "alone" ? [hard.reader] : []));
    return this.#shared ? [this.#shared, ...alone] : alone;
  }

  #publish(uri: string, problems: readonly string[]): void {
    const start = { line: 0, character: 0 };
    const diagnostics = problems.map((message) => ({
      severity: DiagnosticSeverity.Warning,
      source: "nk",
      code: "too-hard",
      message,
      range: { start, end: { line: 1, character: 0 } },
    }));
    const version = this.#texts.version(uri);
    this.#connection
      .sendDiagnostics({ uri, diagnostics, ...(version === undefined ? {} : { version }) })
      .catch(() => {
        // The editor is gone.
      });
  }
}

function endQuietly(reader: Reader): void {
  reader.end().catch(() => {
    // It is gone already.
  });
}
