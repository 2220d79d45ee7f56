import { type Connection, TextDocuments } from "vscode-languageserver";
import { type NkParser, loadParser } from "../../script/parser.ts";
import { NkDocument } from "./nk-document.ts";

/** The documents that are open in the editor. */
export class OpenScripts {
  #parser: NkParser | null = null;
  readonly #documents = new TextDocuments<NkDocument>({
    create: (uri, languageId, version, text) => {
      // Documents are opened after the server has answered that it is ready, and it is not ready before the parser is.
      if (!this.#parser) throw new Error("a document was opened before the server was initialized");
      return new NkDocument(this.#parser, uri, languageId, version, text);
    },
    update: (document, changes, version) => {
      document.update(changes, version);
      return document;
    },
  });

  /** Loads what reading needs; to be awaited before the server says it is ready. */
  async prepare(): Promise<void> {
    this.#parser = await loadParser();
  }

  listen(connection: Connection): void {
    this.#documents.listen(connection);
  }

  /** Undefined: the document is not open. */
  get(uri: string): NkDocument | undefined {
    return this.#documents.get(uri);
  }

  get all(): NkDocument[] {
    return this.#documents.all();
  }

  /** Opened or edited. */
  onDidChange(listener: (document: NkDocument) => void): void {
    this.#documents.onDidChangeContent(({ document }) => listener(document));
  }

  onDidSave(listener: (document: NkDocument) => void): void {
    this.#documents.onDidSave(({ document }) => listener(document));
  }

  onDidClose(listener: (uri: string) => void): void {
    this.#documents.onDidClose(({ document }) => listener(document.uri));
  }
}
