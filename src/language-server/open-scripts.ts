import type { TextDocuments } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { type Script, parseScript } from "../script/script.ts";

/** The open documents as scripts; each version is read once, whoever asks first. */
export class OpenScripts {
  readonly #documents: TextDocuments<TextDocument>;
  readonly #read = new Map<string, { version: number; script: Promise<Script> }>();

  constructor(documents: TextDocuments<TextDocument>) {
    this.#documents = documents;
  }

  /** Null: the document is not open. */
  async get(uri: string): Promise<Script | null> {
    const document = this.#documents.get(uri);
    if (!document) return null;
    const known = this.#read.get(uri);
    if (known?.version === document.version) return known.script;
    const script = parseScript(document.getText());
    this.#read.set(uri, { version: document.version, script });
    return script;
  }

  forget(uri: string): void {
    this.#read.delete(uri);
  }
}
