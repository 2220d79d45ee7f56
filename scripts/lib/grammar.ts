/** Builds the grammar's WebAssembly module with clang as WebAssembly. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { commands } from "@yowasp/clang";

export const grammarFolder = join(import.meta.dirname, "..", "..", "syntaxes", "tree-sitter-nk");

/** What the generated parser belongs to: a digest of grammar.js and of the parser itself. */
export async function sourceStamp(): Promise<string> {
  const digest = async (file: string): Promise<string> =>
    createHash("sha256")
      // Git may check text out with other line ends; the grammar is the same.
      .update((await readFile(join(grammarFolder, file), "utf8")).replaceAll("\r\n", "\n"))
      .digest("hex");
  return `grammar.js ${await digest("grammar.js")}\nparser.c ${await digest("src/parser.c")}\n`;
}

/** The bytes of the .wasm for parser.c and scanner.c as they are. Without mcpu=mvp Node 20 could not load it. */
export async function buildGrammar(): Promise<Uint8Array> {
  const source = async (file: string): Promise<string> =>
    (await readFile(join(grammarFolder, "src", file), "utf8")).replaceAll("\r\n", "\n");
  const files = {
    "parser.c": await source("parser.c"),
    "scanner.c": await source("scanner.c"),
    tree_sitter: {
      "parser.h": await source("tree_sitter/parser.h"),
      "alloc.h": await source("tree_sitter/alloc.h"),
      "array.h": await source("tree_sitter/array.h"),
    },
  };
  const flags =
    "--target=wasm32-wasip1 -mcpu=mvp -O2 -fPIC -shared -fvisibility=hidden -nostdlib -Wl,--experimental-pic -Wl,--export=tree_sitter_nk -Wl,--unresolved-symbols=import-dynamic -Wl,--no-entry -I.";
  const built: unknown = await commands.clang(
    [...flags.split(" "), "parser.c", "scanner.c", "-o", "nk.wasm"],
    files,
    {},
  );
  const bytes: unknown =
    typeof built === "object" && built !== null && "nk.wasm" in built ? built["nk.wasm"] : null;
  if (!(bytes instanceof Uint8Array)) throw new Error("clang built no nk.wasm; its messages are above.");
  return bytes;
}
