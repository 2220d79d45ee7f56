import { TextDocument } from "vscode-languageserver-textdocument";
import type * as z from "zod/mini";
import type { didChangeSchema, didOpenSchema } from "./messages.ts";

/** The texts that are open in the editor, so that a fresh reader can be told of them. */
export class OpenTexts {
  readonly #texts = new Map<string, TextDocument>();

  open({ textDocument: { uri, languageId, version, text } }: z.infer<typeof didOpenSchema>): void {
    this.#texts.set(uri, TextDocument.create(uri, languageId, version, text));
  }

  change({ textDocument: { uri, version }, contentChanges }: z.infer<typeof didChangeSchema>): void {
    const text = this.#texts.get(uri);
    if (text) this.#texts.set(uri, TextDocument.update(text, contentChanges, version));
  }

  close(uri: string): void {
    this.#texts.delete(uri);
  }

  has(uri: string): boolean {
    return this.#texts.has(uri);
  }

  get uris(): Iterable<string> {
    return this.#texts.keys();
  }

  version(uri: string): number | undefined {
    return this.#texts.get(uri)?.version;
  }

  /** The parameters of `textDocument/didOpen` for the text as it is now. */
  opening(uri: string): z.infer<typeof didOpenSchema> | null {
    const text = this.#texts.get(uri);
    if (!text) return null;
    const { languageId, version } = text;
    return { textDocument: { uri, languageId, version, text: text.getText() } };
  }
}
