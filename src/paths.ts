/**
 * Where this product's own programs and data files are, from a checkout (TypeScript run as it stands) and from the
 * packaged extension (bundles in `out/`) alike.
 */
import { dirname, join } from "node:path";

const fromSources = import.meta.filename.endsWith(".ts");
const top = dirname(import.meta.dirname);

/** The long-lived processes and tools that are started as separate programs. */
export type Program = "render-service" | "language-server" | "demo-renderer" | "cli";

/** Absolute path of a program's entry file; run it with Node, or with VS Code's runtime and ELECTRON_RUN_AS_NODE. */
export function programFile(program: Program): string {
  return fromSources ? join(top, "src", program, "main.ts") : join(top, "out", `${program}.mjs`);
}

/** Absolute path of the .nk grammar's module, for editors. */
export function grammarFile(): string {
  return join(top, "syntaxes", "tree-sitter-nk", "tree-sitter-nk.wasm");
}

/** Absolute path of the OpenEXR encoder's module. */
export function exrFile(): string {
  return fromSources
    ? join(top, "node_modules/exrs/node_modules/exrs-raw-wasm-bindgen/exrs_raw_wasm_bindgen_bg.wasm")
    : join(top, "out", "exrs.wasm");
}

/** Absolute path of the Python file that a warm Nuke runs. */
export function warmFile(): string {
  return fromSources ? join(top, "src", "warm", "warm_nuke.py") : join(top, "out", "warm_nuke.py");
}

/** Absolute path of the folder with the demo renderer's `nuke` module for Python. */
export function demoPythonFolder(): string {
  return fromSources ? join(top, "src", "demo-renderer", "python") : join(top, "out", "python");
}
