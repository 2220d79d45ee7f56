/** Python as far as colors need it: comments, strings, numbers, keywords, names. */
import type { EmbeddedCode } from "./embedded-code.ts";
import type { TakeToken, TokenType } from "./legend.ts";

const keywords = new Set(
  "False None True and as assert async await break class continue def del elif else except exec finally for from global if import in is lambda nonlocal not or pass print raise return try while with yield self".split(
    " ",
  ),
);

const part =
  /(?<comment>#[^\n\r]*)|(?<string>[bfruBFRU]{0,2}(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?))|(?<number>(?:0[xX][\da-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+))|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<operator>[^\s\w"'#]+?(?=[\s\w"'#.]|$)|\.)/gu;

/** Longer than this (characters), it is data. */
const LONGEST = 500_000;

/** `print` is a function when something is called by that name. */
export function pythonTokens({ code, offsetOf }: EmbeddedCode, take: TakeToken): void {
  if (code.length > LONGEST) return;
  let before = "";
  for (const found of code.matchAll(part)) {
    const [written] = found;
    const type = typeOf(found.groups ?? {}, code, found.index + written.length, before);
    const declares = (before === "def" || before === "class") && type !== "operator";
    take(offsetOf(found.index), offsetOf(found.index + written.length), type, declares);
    before = written;
  }
}

function typeOf(
  { comment, string, number, name }: Readonly<Record<string, string | undefined>>,
  code: string,
  end: number,
  before: string,
): TokenType {
  if (comment !== undefined) return "comment";
  if (string !== undefined) return "string";
  if (number !== undefined) return "number";
  if (name === undefined) return "operator";
  const isCalled = code.charAt(end) === "(";
  if (keywords.has(name) && before !== "." && !(name === "print" && isCalled)) return "keyword";
  if (before === "class") return "class";
  if (before === "def" || isCalled) return "function";
  return before === "." ? "property" : "variable";
}
