import type { Position, Range, TextDocumentContentChangeEvent } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Script } from "../../script/script.ts";
import { ScriptDocument } from "../../script/script-document.ts";
import { workOn } from "./activity.ts";

/** An open document: the text in the editor, and its script. Edits are parsed on demand, and only the parts they touch. */
export class NkDocument {
  readonly #document: ScriptDocument;
  #text: TextDocument;

  constructor(uri: string, languageId: string, version: number, text: string) {
    this.#text = TextDocument.create(uri, languageId, version, text);
    this.#document = new ScriptDocument(text);
  }

  /** Takes over what the editor says has changed, in its order. */
  update(changes: readonly TextDocumentContentChangeEvent[], version: number): void {
    for (const change of changes) {
      if (!("range" in change)) {
        this.#text = TextDocument.update(this.#text, [change], version);
        this.#document.replace(this.#text.getText());
        continue;
      }
      const [start, end] = [this.#text.offsetAt(change.range.start), this.#text.offsetAt(change.range.end)];
      this.#text = TextDocument.update(this.#text, [change], version);
      this.#document.edit({ start, end, text: change.text }, this.#text.getText());
    }
    if (changes.length === 0) this.#text = TextDocument.update(this.#text, [], version);
  }

  /** True until the next edit. */
  get script(): Script {
    workOn(this.uri);
    return this.#document.script;
  }

  get uri(): string {
    return this.#text.uri;
  }

  get languageId(): string {
    return this.#text.languageId;
  }

  get version(): number {
    return this.#text.version;
  }

  get lineCount(): number {
    return this.#text.lineCount;
  }

  getText(range?: Range): string {
    return this.#text.getText(range);
  }

  positionAt(offset: number): Position {
    return this.#text.positionAt(offset);
  }

  offsetAt(position: Position): number {
    return this.#text.offsetAt(position);
  }

  /** From offsets to what the protocol speaks of. */
  rangeAt(start: number, end: number): Range {
    return { start: this.positionAt(start), end: this.positionAt(end) };
  }
}
