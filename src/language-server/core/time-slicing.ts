import { setImmediate } from "node:timers/promises";
import { type CancellationToken, LSPErrorCodes, ResponseError } from "vscode-languageserver";
import type { ScriptNode } from "../../script/script-node.ts";
import type { NkDocument } from "./nk-document.ts";

/** Milliseconds for which nothing else gets its turn. */
const SLICE = 8;

/**
 * Reads all nodes of a document for an answer that needs them (`perNode` keeps what is read), a slice at a time, so that edits and what is
 * asked about the cursor never wait for it.
 * @throws {ResponseError} when the document was edited or nobody wants the answer any more; what was read stays read.
 */
export async function readAhead(
  document: NkDocument,
  token: CancellationToken,
  read: (text: string, node: ScriptNode) => unknown,
): Promise<void> {
  const { version, script } = document;
  let since = performance.now();
  for (const node of script.nodes) {
    read(script.text, node);
    if (performance.now() - since < SLICE) continue;
    await setImmediate();
    if (token.isCancellationRequested || document.version !== version)
      throw new ResponseError(LSPErrorCodes.ContentModified, "the script has been edited meanwhile");
    since = performance.now();
  }
}
