import { nodeAt } from "../core/positions.ts";
import { DocumentHighlightKind } from "vscode-languageserver";
import { prepareNames } from "../core/time-slicing.ts";
import type { Feature } from "../core/feature.ts";
import { locationOf, mainSpanOf, placesOf, targetAt, variablePlaces } from "../core/symbol-at.ts";

/** Everything that names a node, or a variable. */
export const referencesFeature: Feature = {
  capabilities: { referencesProvider: true },
  register: ({ connection, scripts }) => {
    connection.onReferences(async ({ textDocument, position, context }, token) => {
      const document = scripts.get(textDocument.uri);
      if (document) await prepareNames(document, token);
      const target = document && targetAt(document.script, document.offsetAt(position));
      if (!document || !target) return null;
      const spans =
        target.kind === "variable"
          ? variablePlaces(document.script, target.use)
          : placesOf(document.script, target.node, context.includeDeclaration);
      return spans.map((span) => locationOf(document, span));
    });
  },
};

/** Of the node one is in: itself, what feeds it (read) and what it feeds (written). */
export const highlightFeature: Feature = {
  capabilities: { documentHighlightProvider: true },
  register: ({ connection, scripts }) => {
    connection.onDocumentHighlight(async ({ textDocument, position }, token) => {
      const document = scripts.get(textDocument.uri);
      if (!document) return null;
      await prepareNames(document, token);
      const { script } = document;
      const offset = document.offsetAt(position);
      const target = targetAt(script, offset);
      const mark = (kind: DocumentHighlightKind) => (span: { start: number; end: number }) => ({
        range: document.rangeAt(span.start, span.end),
        kind,
      });
      if (target?.kind === "variable")
        return variablePlaces(script, target.use).map(mark(DocumentHighlightKind.Text));
      const node = target?.node ?? nodeAt(script, offset);
      if (!node) return null;
      const feeds = script.nodes.filter((other) => other.inputs.includes(node));
      const feeding = [...new Set(node.inputs)].filter((input) => input !== null);
      return [
        ...placesOf(script, node, true).map(mark(DocumentHighlightKind.Text)),
        ...feeding.map((input) => mark(DocumentHighlightKind.Read)(mainSpanOf(script, input))),
        ...feeds.map((other) => mark(DocumentHighlightKind.Write)(mainSpanOf(script, other))),
      ];
    });
  },
};
