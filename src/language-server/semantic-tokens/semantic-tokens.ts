import type { CancellationToken, SemanticTokens, SemanticTokensDelta } from "vscode-languageserver";
import type { Place } from "../../script/place.ts";
import type { Steps } from "../../script/steps.ts";
import type { Feature } from "../core/feature.ts";
import type { NkDocument } from "../core/nk-document.ts";
import { TOKEN_SIZE, nodeTokens } from "./node-tokens.ts";
import { answer } from "../core/time-slicing.ts";
import { tokenModifiers, tokenTypes } from "./legend.ts";

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
    const sent = new WeakMap<NkDocument, Sent>();
    let results = 0;
    const keep = async (document: NkDocument, token: CancellationToken): Promise<Sent> => {
      const data = await answer(document, token, tokens(document));
      const told = { resultId: String(++results), data };
      sent.set(document, told);
      return told;
    };
    const { semanticTokens } = connection.languages;
    semanticTokens.on(async ({ textDocument }, token) => {
      const document = scripts.get(textDocument.uri);
      if (document === undefined) return { data: [] };
      return whole(await keep(document, token));
    });
    semanticTokens.onRange(async ({ textDocument, range }, token) => {
      const document = scripts.get(textDocument.uri);
      if (document === undefined) return { data: [] };
      const [start, end] = [document.offsetAt(range.start), document.offsetAt(range.end)];
      return { data: Array.from(await answer(document, token, tokens(document, start, end))) };
    });
    semanticTokens.onDelta(async ({ textDocument, previousResultId }, token) => {
      const document = scripts.get(textDocument.uri);
      if (document === undefined) return { data: [] };
      const before = sent.get(document);
      const after = await keep(document, token);
      return before?.resultId === previousResultId ? difference(before.data, after) : whole(after);
    });
  },
};

/** What the editor was told last, so that it can be told what is different. */
interface Sent {
  readonly resultId: string;
  readonly data: Uint32Array;
}

function whole({ resultId, data }: Sent): SemanticTokens {
  return { resultId, data: Array.from(data) };
}

/** Tokens of the nodes that touch a range, each told by its distance from the one before. */
function* tokens(document: NkDocument, start = 0, end = Infinity): Steps<Uint32Array> {
  const { text, statements } = document.script;
  const read: { place: Place; tokens: Uint32Array }[] = [];
  let length = 0;
  for (const statement of statements) {
    const { place } = statement;
    if (place.start > end) break;
    if (statement.kind !== "node" || place.end < start) continue;
    const ofNode = nodeTokens(text, statement.node);
    read.push({ place, tokens: ofNode });
    length += ofNode.length;
    yield;
  }
  // A large script has hundreds of thousands of these numbers, and is told of after each edit.
  const data = new Uint32Array(length);
  let to = 0;
  let [lastLine, lastColumn] = [0, 0];
  for (const { place, tokens: ofNode } of read) {
    const indent = columnOf(text, place.start);
    for (let at = 0; at < ofNode.length; at += TOKEN_SIZE) {
      const lines = ofNode[at] ?? 0;
      const line = place.line - 1 + lines;
      const column = (ofNode[at + 1] ?? 0) + (lines === 0 ? indent : 0);
      data[to++] = line - lastLine;
      data[to++] = line === lastLine ? column - lastColumn : column;
      data[to++] = ofNode[at + 2] ?? 0;
      data[to++] = ofNode[at + 3] ?? 0;
      data[to++] = ofNode[at + 4] ?? 0;
      lastLine = line;
      lastColumn = column;
    }
    yield;
  }
  return data;
}

function columnOf(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && text.charCodeAt(at - 1) !== 10 && text.charCodeAt(at - 1) !== 13) at--;
  return offset - at;
}

/** What lies between the numbers that both begin with and those that both end with. */
function difference(before: Uint32Array, { resultId, data }: Sent): SemanticTokensDelta {
  const shorter = Math.min(before.length, data.length);
  let start = 0;
  while (start < shorter && before[start] === data[start]) start++;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === data[data.length - 1 - end]) end++;
  const deleteCount = before.length - start - end;
  const fresh = Array.from(data.subarray(start, data.length - end));
  return {
    resultId,
    edits: deleteCount === 0 && fresh.length === 0 ? [] : [{ start, deleteCount, data: fresh }],
  };
}
