/**
 * `npm run grammar`: generates the parser from grammar.js and builds the .wasm. `-- --wasm` builds the .wasm alone. Generating needs the
 * tree-sitter command (`cargo install tree-sitter-cli --locked`); building needs Node and nothing else, and gives the same bytes everywhere.
 */
import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildGrammar, grammarFolder, sourceStamp } from "./lib/grammar.ts";

if (!process.argv.includes("--wasm")) {
  const generated = spawnSync("tree-sitter", ["generate", "--abi", "15"], {
    cwd: grammarFolder,
    stdio: "inherit",
  });
  if (generated.error) {
    process.stderr.write(
      `The tree-sitter command could not be run (${generated.error.message}). Install it: cargo install tree-sitter-cli --locked\n`,
    );
    process.exit(1);
  }
  if (generated.status !== 0) process.exit(1);
  await writeFile(join(grammarFolder, "src", "generated-from.txt"), await sourceStamp());
}
await writeFile(join(grammarFolder, "tree-sitter-nk.wasm"), await buildGrammar());
const { length } = await readFile(join(grammarFolder, "tree-sitter-nk.wasm"));
process.stdout.write(`tree-sitter-nk.wasm: ${length} bytes\n`);
