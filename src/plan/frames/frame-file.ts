/**
 * Frame and view tokens in file names (nuke-cli.md 5.1): `%04d`, `%d` and `####` are the frame as printf prints it, in folders too (`%4d` is taken for `%04d`), `%V`
 * is the view, and `%v` its first letter. Several tokens stand for the same frame and view. Pure, and every name is read in linear time.
 */

/** The most characters a file's name may have on any system: a frame number with more digits is no name. */
const MOST_DIGITS = 255;
/** Longer numbers in names are dates and versions. */
const LARGEST_FRAME = 100_000_000;
const DIGITS_OF_LARGEST = 10;

type Token =
  /** Digits at least, the minus sign among them. */
  | { readonly kind: "frame"; readonly start: number; readonly end: number; readonly width: number }
  | { readonly kind: "view"; readonly start: number; readonly end: number; readonly letter: boolean };

/** The tokens of a pattern, in order. */
function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let start = 0; start < pattern.length;) {
    const token = tokenAt(pattern, start);
    if (token) tokens.push(token);
    start = token?.end ?? start + 1;
  }
  return tokens;
}

function tokenAt(pattern: string, start: number): Token | null {
  const first = pattern.charAt(start);
  let end = start + 1;
  if (first === "#") {
    while (pattern.charAt(end) === "#") end++;
    return { kind: "frame", start, end, width: end - start };
  }
  if (first !== "%") return null;
  const second = pattern.charAt(end);
  if (second === "V" || second === "v") return { kind: "view", start, end: end + 1, letter: second === "v" };
  while (isDigit(pattern.charCodeAt(end))) end++;
  if (pattern.charAt(end) !== "d") return null;
  return { kind: "frame", start, end: end + 1, width: Number(pattern.slice(start + 1, end)) };
}

/** Whether a frame number is in it: in the name itself or in a folder. */
export function hasFrameToken(pattern: string): boolean {
  return tokensOf(pattern).some(({ kind }) => kind === "frame");
}

/** Whether all or some frames have separate folders. */
export function hasFrameTokenInFolder(pattern: string): boolean {
  return hasFrameToken(pattern.slice(0, lastSlash(pattern) + 1));
}

export function hasViewToken(pattern: string): boolean {
  return tokensOf(pattern).some(({ kind }) => kind === "view");
}

/** Why its frame numbers cannot be written, in words; null where they can. */
export function frameTokenProblem(pattern: string): string | null {
  const digits = digitsIn(tokensOf(pattern));
  return digits <= MOST_DIGITS
    ? null
    : `its frame number has ${digits < 1e15 ? digits.toLocaleString("en-US") : "far too many"} digits, and a file name has at most ${MOST_DIGITS} characters`;
}

function digitsIn(tokens: readonly Token[]): number {
  return tokens.reduce((sum, token) => sum + (token.kind === "frame" ? token.width : 0), 0);
}

/** The file of one frame and view. A pattern with a `frameTokenProblem` names no file, and stays as it is. */
export function frameFile(pattern: string, frame: number, view: string): string {
  const tokens = tokensOf(pattern);
  return digitsIn(tokens) > MOST_DIGITS ? pattern : filled(pattern, tokens, frame, view);
}

/** The pattern of one view. */
export function viewFile(pattern: string, view: string): string {
  return filled(
    pattern,
    tokensOf(pattern).filter(({ kind }) => kind === "view"),
    0,
    view,
  );
}

function filled(pattern: string, tokens: readonly Token[], frame: number, view: string): string {
  let file = "";
  let from = 0;
  for (const token of tokens) {
    file += pattern.slice(from, token.start);
    if (token.kind === "frame") file += printed(frame, token.width);
    else file += token.letter ? view.slice(0, 1) : view;
    from = token.end;
  }
  return file + pattern.slice(from);
}

/** As printf prints `%04d`: the minus sign is one of the four. */
function printed(frame: number, width: number): string {
  const digits = String(Math.abs(frame));
  return frame < 0 ? `-${digits.padStart(width - 1, "0")}` : digits.padStart(width, "0");
}

/**
 * Reads the frame of a file's name that a pattern such as `a.%V.####.exr` gives for a view: the way back from `frameFile`. Null for names
 * that the pattern gives for no frame. The pattern has a frame token.
 */
export function frameReader(pattern: string, view: string): (name: string) => number | null {
  const tokens = tokensOf(pattern);
  const numbers = tokens.filter((token) => token.kind === "frame");
  const [first] = numbers;
  const last = numbers.at(-1);
  if (!first || !last || digitsIn(tokens) > MOST_DIGITS) return () => null;
  const before = viewFile(pattern.slice(0, first.start), view);
  const behind = viewFile(pattern.slice(last.end), view);
  const longest = Math.max(first.width, DIGITS_OF_LARGEST);
  return (name) => {
    if (!name.startsWith(before) || !name.endsWith(behind)) return null;
    const rest = name.length - before.length - behind.length;
    // With one token its length is known. With several, the first one decides about all of them.
    const [shortest, most] = numbers.length === 1 ? [rest, rest] : [1, Math.min(longest, rest)];
    for (let length = shortest; length <= most && length <= longest; length++) {
      const frame = numberIn(name, before.length, before.length + length);
      if (frame !== null && filled(pattern, tokens, frame, view) === name) return frame;
    }
    return null;
  };
}

/** `0012`, `-008`; null for what is no number, or too large for a frame. */
function numberIn(name: string, start: number, end: number): number | null {
  const digits = name.charAt(start) === "-" ? start + 1 : start;
  if (digits >= end) return null;
  for (let at = digits; at < end; at++) if (!isDigit(name.charCodeAt(at))) return null;
  const frame = Number(name.slice(start, end));
  return Math.abs(frame) <= LARGEST_FRAME ? frame : null;
}

/** The pattern with every frame token written as hashes, so that patterns of the same files are equal: `%04d` is `####`, `%d` is `#`. */
export function withHashes(pattern: string): string {
  const tokens = tokensOf(pattern);
  if (digitsIn(tokens) > MOST_DIGITS) return pattern;
  let result = "";
  let from = 0;
  for (const token of tokens) {
    if (token.kind !== "frame") continue;
    result += pattern.slice(from, token.start) + "#".repeat(Math.max(1, token.width));
    from = token.end;
  }
  return result + pattern.slice(from);
}

function lastSlash(path: string): number {
  return Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
