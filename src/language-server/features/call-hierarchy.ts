import { nodeAt } from "../core/positions.ts";
import { type CallHierarchyItem, SymbolKind } from "vscode-languageserver";
import type { ScriptNode } from "../../script/script-node.ts";
import { prepareNames } from "../core/time-slicing.ts";
import type { Feature } from "../core/feature.ts";
import type { NkDocument } from "../core/nk-document.ts";
import { mainSpanOf, targetAt } from "../core/symbol-at.ts";

/** Upstream and downstream: a node calls what feeds it, and is called by what it feeds. */
export const callHierarchyFeature: Feature = {
  capabilities: { callHierarchyProvider: true },
  register: ({ connection, scripts }) => {
    const find = (item: CallHierarchyItem): { document: NkDocument; node: ScriptNode } | null => {
      const document = scripts.get(item.uri);
      const node = document && nodeAt(document.script, document.offsetAt(item.selectionRange.start));
      return document && node ? { document, node } : null;
    };
    connection.languages.callHierarchy.onPrepare(async ({ textDocument, position }, token) => {
      const document = scripts.get(textDocument.uri);
      if (!document) return null;
      await prepareNames(document, token);
      const offset = document.offsetAt(position);
      const target = targetAt(document.script, offset);
      const node =
        target?.kind === "variable" ? target.use.node : (target?.node ?? nodeAt(document.script, offset));
      return node ? [itemOf(document, node)] : null;
    });
    connection.languages.callHierarchy.onOutgoingCalls(({ item }) => {
      const found = find(item);
      if (!found) return null;
      const inputs = [...new Set(found.node.inputs)].filter((input) => input !== null);
      return inputs.map((input) => ({
        to: itemOf(found.document, input),
        fromRanges: [item.selectionRange],
      }));
    });
    connection.languages.callHierarchy.onIncomingCalls(({ item }) => {
      const found = find(item);
      if (!found) return null;
      const { document, node } = found;
      return document.script.nodes
        .filter((other) => other.inputs.includes(node))
        .map((other) => {
          const from = itemOf(document, other);
          return { from, fromRanges: [from.selectionRange] };
        });
    });
  },
};

function itemOf(document: NkDocument, node: ScriptNode): CallHierarchyItem {
  const main = mainSpanOf(document.script, node);
  return {
    name: node.fullName === "" ? node.class : node.fullName,
    detail: node.class,
    kind: SymbolKind.Function,
    uri: document.uri,
    range: document.rangeAt(node.place.start, node.place.end),
    selectionRange: document.rangeAt(main.start, main.end),
  };
}
