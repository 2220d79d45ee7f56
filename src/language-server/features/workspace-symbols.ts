import type { WorkspaceSymbol } from "vscode-languageserver";
import type { Steps } from "../../script/steps.ts";
import { inSlices } from "../core/time-slicing.ts";
import type { Feature } from "../core/feature.ts";
import { pathOf } from "./script-facts.ts";
import { type SummarizedNode, summariesOf, summarizeNodes } from "../workspace/workspace-index.ts";

/** More than anyone looks through; typing more of the name narrows the list. */
const MOST_SYMBOLS = 500;

/** Finds nodes by their names in open scripts and in those of the workspace. */
export const workspaceSymbolsFeature: Feature = {
  capabilities: { workspaceSymbolProvider: true },
  register: ({ connection, scripts, workspace }) => {
    connection.onWorkspaceSymbol(async ({ query }, token) => {
      const found: WorkspaceSymbol[] = [];
      const take = function* (uri: string, nodes: Iterable<SummarizedNode>): Steps<void> {
        for (const node of nodes) {
          yield;
          if (found.length >= MOST_SYMBOLS) return;
          if (matches(node.name, query)) found.push(symbolOf(uri, node));
        }
      };
      const closed = await summariesOf(workspace).all();
      if (token.isCancellationRequested) return null;
      const open = new Set<string>();
      const stop = (): boolean => token.isCancellationRequested;
      for (const { uri, script } of scripts.all) {
        open.add(pathOf(uri));
        const nodes = summarizeNodes(script, (text) => text);
        if ((await inSlices(uri, take(uri, nodes), stop)) === null) return null;
      }
      // What is open is as it is in the editor, not as it was saved.
      for (const { path, uri, nodes } of closed)
        if (!open.has(path) && (await inSlices(uri, take(uri, nodes), stop)) === null) return null;
      return found;
    });
  },
};

function symbolOf(
  uri: string,
  { name, class: className, parent, kind, line }: SummarizedNode,
): WorkspaceSymbol {
  const start = { line, character: 0 };
  return {
    name,
    kind,
    containerName: parent === "" ? className : `${parent} · ${className}`,
    location: { uri, range: { start, end: start } },
  };
}

/** Whether the letters are in the name in this order, as editors search. */
export function matches(name: string, query: string): boolean {
  const lower = name.toLowerCase();
  let at = 0;
  for (const letter of query.toLowerCase()) {
    if (/\s/u.test(letter)) continue;
    const found = lower.indexOf(letter, at);
    if (found < 0) return false;
    at = found + 1;
  }
  return true;
}
