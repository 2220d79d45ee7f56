import { type Connection, TextDocuments } from "vscode-languageserver";
import { NkDocument } from "./nk-document.ts";

/** The documents that are open in the editor. */
export class OpenScripts {
  readonly #documents = new TextDocuments<NkDocument>({
    create: (uri, languageId, version, text) => new NkDocument(uri, languageId, version, text),
    update: (document, changes, version) => {
      document.update(changes, version);
      return document;
    },
  });

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
