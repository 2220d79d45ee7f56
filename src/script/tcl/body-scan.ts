/** Finds the knobs of a node's body without looking into their values: nearly all knobs of a script are never asked for. */
import { type Budget, MOST_MISSES, type TclWord, readCommand } from "./tcl-words.ts";

/** Offsets of a knob in its text: its name, and its value from its first word to after its last one (equal when it has none). */
export type TakeKnob = (nameStart: number, nameEnd: number, valueStart: number, valueEnd: number) => void;

const [newline, carriage, space, quote, dollar, semicolon, openBracket, backslash, openBrace, closeBrace] = [
  10, 13, 32, 34, 36, 59, 91, 92, 123, 125,
];

/**
 * Hands over the commands between two offsets. What Nuke itself writes (a plain name, a blank, one plain, quoted or braced word, the line
 * end) is found character by character; everything else is read by Tcl's rules. `unclosed`: words whose brace or quote never closes.
 */
export function scanBody(
  text: string,
  start: number,
  end: number,
  take: TakeKnob,
  unclosed?: (word: TclWord) => void,
): void {
  const budget = { misses: 0 };
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === space || code === newline || code === carriage || code === 9 || code === semicolon) {
      at++;
      continue;
    }
    const nameStart = at;
    while (at < end && isNameCode(text.charCodeAt(at))) at++;
    const nameEnd = at;
    if (nameEnd > nameStart && nameEnd < end) {
      const valueStart = nameEnd + 1;
      const valueEnd = text.charCodeAt(nameEnd) === space ? plainValue(text, valueStart, end, budget) : -1;
      if (valueEnd >= 0) {
        take(nameStart, nameEnd, valueStart, valueEnd);
        at = valueEnd;
        continue;
      }
    }
    const { words, next } = readCommand(text, nameStart, end, budget);
    at = next;
    const [name, ...values] = words;
    if (name === undefined) continue;
    if (unclosed) for (const word of words) if (word.kind === "unclosed") unclosed(word);
    const [first] = values;
    take(name.start, name.end, first?.start ?? name.end, values.at(-1)?.end ?? name.end);
  }
}

/** Offset after a value of one simple word that ends its line; -1 where Tcl's rules have to be asked. */
function plainValue(text: string, start: number, end: number, budget: Budget): number {
  const first = text.charCodeAt(start);
  let at = start;
  if ((first === openBrace || first === quote) && budget.misses >= MOST_MISSES) return -1;
  if (first === openBrace) {
    let depth = 0;
    for (; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === backslash) at++;
      else if (code === openBrace) depth++;
      else if (code === closeBrace && --depth === 0) break;
    }
    if (at >= end) {
      budget.misses++;
      return -1;
    }
    at++;
  } else if (first === quote) {
    for (at++; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === openBracket) return -1;
      if (code === backslash) at++;
      else if (code === quote) break;
    }
    if (at >= end) {
      budget.misses++;
      return -1;
    }
    at++;
  } else {
    for (; at < end; at++) {
      const code = text.charCodeAt(at);
      if (code === newline || code === carriage) break;
      if (
        code <= space ||
        code === semicolon ||
        code === openBracket ||
        code === backslash ||
        code === dollar
      )
        return -1;
    }
    if (at === start) return -1;
    return at;
  }
  // Behind a closing brace or quote only the line's end is simple.
  const code = at < end ? text.charCodeAt(at) : newline;
  return code === newline || code === carriage ? at : -1;
}

/** Letters, digits, `_`, `.`: nothing that means anything to Tcl. */
export function isNameCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 46
  );
}
