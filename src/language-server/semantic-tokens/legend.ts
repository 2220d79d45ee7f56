/** Kinds of semantic tokens, in the order of the legend. */
export const tokenTypes = [
  "class",
  "function",
  "variable",
  "property",
  "keyword",
  "string",
  "number",
  "comment",
  "operator",
] as const;

export type TokenType = (typeof tokenTypes)[number];

export const tokenModifiers = ["declaration"] as const;

/** Takes a token between two offsets of the text. They come in order and do not overlap; one may go over several lines. */
export type TakeToken = (start: number, end: number, type: TokenType, declares?: boolean) => void;
