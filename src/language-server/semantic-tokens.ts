import type { SemanticTokens, SemanticTokensDelta } from "vscode-languageserver";
import type { Feature } from "./feature.ts";
import type { NkDocument } from "./nk-document.ts";
import { TOKEN_SIZE, nodeTokens } from "./node-tokens.ts";
import { readAhead } from "./read-ahead.ts";
import { tokenModifiers, tokenTypes } from "./token-types.ts";

/** Colors what a TextMate grammar cannot tell: classes, names, expressions, Python. */
export const semanticTokensFeature: Feature = {
  capabilities: {
    semanticTokensProvider: {
      legend: { tokenTypes: [...tokenTypes], tokenModifiers: [...tokenModifiers] },
      full: { delta: true },
      range: true,
    },
  },
  register: ({ connection, scripts }) => {
    const sent = new WeakMap<NkDocument, { resultId: string; data: readonly number[] }>();
    let results = 0;
    const keep = (document: NkDocument, data: number[]): SemanticTokens => {
      const resultId = String(++results);
      sent.set(document, { resultId, data });
      return { resultId, data };
    };
    const { semanticTokens } = connection.languages;
    semanticTokens.on(async ({ textDocument }, token) => {
      const document = scripts.get(textDocument.uri);
      if (document === undefined) return { data: [] };
      await readAhead(document, token, nodeTokens);
      return keep(document, tokens(document));
    });
    semanticTokens.onRange(({ textDocument, range }) => {
      const document = scripts.get(textDocument.uri);
      if (document === undefined) return { data: [] };
      return { data: tokens(document, document.offsetAt(range.start), document.offsetAt(range.end)) };
    });
    semanticTokens.onDelta(async ({ textDocument, previousResultId }, token) => {
      const document = scripts.get(textDocument.uri);
      if (document === undefined) return { data: [] };
      await readAhead(document, token, nodeTokens);
      const before = sent.get(document);
      const after = keep(document, tokens(document));
      return before?.resultId === previousResultId ? difference(before.data, after) : after;
    });
  },
};

/** Tokens of the nodes that touch a range, each told by its distance from the one before. */
function tokens(document: NkDocument, start = 0, end = Infinity): number[] {
  const { text, statements } = document.script;
  const data: number[] = [];
  let [lastLine, lastColumn] = [0, 0];
  for (const statement of statements) {
    const { place } = statement;
    if (place.start > end) break;
    if (statement.kind !== "node" || place.end < start) continue;
    const read = nodeTokens(text, statement.node);
    const indent = columnOf(text, place.start);
    for (let at = 0; at < read.length; at += TOKEN_SIZE) {
      const lines = read[at] ?? 0;
      const line = place.line - 1 + lines;
      const column = (read[at + 1] ?? 0) + (lines === 0 ? indent : 0);
      data.push(
        line - lastLine,
        line === lastLine ? column - lastColumn : column,
        read[at + 2] ?? 0,
        read[at + 3] ?? 0,
        read[at + 4] ?? 0,
      );
      [lastLine, lastColumn] = [line, column];
    }
  }
  return data;
}

function columnOf(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && text.charCodeAt(at - 1) !== 10 && text.charCodeAt(at - 1) !== 13) at--;
  return offset - at;
}

/** What lies between the numbers that both begin with and those that both end with. */
function difference(before: readonly number[], { resultId, data }: SemanticTokens): SemanticTokensDelta {
  const shorter = Math.min(before.length, data.length);
  let start = 0;
  while (start < shorter && before[start] === data[start]) start++;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === data[data.length - 1 - end]) end++;
  const deleteCount = before.length - start - end;
  const fresh = data.slice(start, data.length - end);
  return {
    resultId,
    edits: deleteCount === 0 && fresh.length === 0 ? [] : [{ start, deleteCount, data: fresh }],
  };
}
