/** The grammar for editors, to hold our own reading against. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Language, Parser, type Tree } from "web-tree-sitter";
import { grammarFile } from "../../src/paths.ts";

/** The grammar, ready to parse. One serves a whole process. */
export class NkParser {
  readonly #parser: Parser;

  constructor(language: Language) {
    this.#parser = new Parser();
    this.#parser.setLanguage(language);
  }

  /** The caller deletes the tree: trees lie in WebAssembly's memory, which no one collects. */
  parse(text: string): Tree {
    const tree = this.#parser.parse(text);
    // Null only when a parse is cancelled or no language is set.
    if (!tree) throw new Error("tree-sitter gave no tree");
    return tree;
  }
}

export const treeSitterFile = join(
  import.meta.dirname,
  "../../node_modules/web-tree-sitter/web-tree-sitter.wasm",
);

let loading: Promise<NkParser> | null = null;

/** Loads the grammar once for this process. */
export function loadParser(): Promise<NkParser> {
  loading ??= load();
  return loading;
}

async function load(): Promise<NkParser> {
  await Parser.init({ locateFile: () => treeSitterFile });
  return new NkParser(await Language.load(new Uint8Array(await readFile(grammarFile()))));
}
