/** Tcl lists, printed and read as Tcl 8.6 does (`Tcl_ScanElement`, `Tcl_ConvertElement`; list(n)). */
import { decodeText } from "./tcl-words.ts";

/** The words as one Tcl list. A single word is no list: it stands for itself. */
export function mergeList(words: readonly string[]): string {
  return words.map((word, index) => printElement(word, index === 0)).join(" ");
}

function printElement(word: string, first: boolean): string {
  if (word === "") return "{}";
  const startsWithHash = first && word.startsWith("#");
  let depth = 0;
  let mustEscape = false;
  let special = false;
  // Tcl braces a word for most special characters; quotes and closing brackets alone it escapes.
  let prefersBraces = startsWithHash || word.startsWith("{") || word.startsWith('"');
  let prefersEscapes = false;
  special ||= word.startsWith("{") || word.startsWith('"');
  for (let at = 0; at < word.length; at++) {
    const character = word.charAt(at);
    if (character === "{") depth++;
    else if (character === "}") mustEscape ||= --depth < 0;
    else if (character === "]" || character === '"') {
      special = true;
      prefersEscapes = true;
    } else if ("[$; \f\n\r\t\v".includes(character)) {
      special = true;
      prefersBraces = true;
    } else if (character === "\\") {
      special = true;
      prefersBraces = true;
      const next = word.charAt(at + 1);
      if (next === "" || next === "\n") mustEscape = true;
      else if ("{}\\".includes(next)) at++;
      if (next === "\n") at++;
    }
  }
  if (mustEscape || depth !== 0) return escapeElement(word, true, startsWithHash);
  if (special && prefersEscapes && !prefersBraces) return escapeElement(word, false, startsWithHash);
  return special || startsWithHash ? `{${word}}` : word;
}

const escapes: Record<string, string> = { "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v" };

function escapeElement(word: string, bracesToo: boolean, startsWithHash: boolean): string {
  const pattern = bracesToo ? /[\]["$; \\{}\f\n\r\t\v]/gu : /[\]["$; \\\f\n\r\t\v]/gu;
  const escaped = word.replaceAll(pattern, (character) => escapes[character] ?? `\\${character}`);
  return startsWithHash ? `\\${escaped}` : escaped;
}

/** The elements of a Tcl list; text that is no list gives what can be read of it. */
export function splitList(text: string): string[] {
  const elements: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/u.test(text.charAt(at))) {
      at++;
      continue;
    }
    const end = elementEnd(text, at);
    const element = text.slice(at, end);
    const enclosed =
      end - at > 1 &&
      ((element.startsWith("{") && element.endsWith("}")) ||
        (element.startsWith('"') && element.endsWith('"')));
    elements.push(
      enclosed ? decodeText(element.slice(1, -1), element.startsWith("{")) : decodeText(element, false),
    );
    at = end;
  }
  return elements;
}

function elementEnd(text: string, start: number): number {
  const opening = text.charAt(start);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\") at++;
    else if (opening === "{") {
      if (character === "{") depth++;
      if (character === "}" && --depth === 0) return at + 1;
    } else if (opening === '"') {
      if (character === '"' && at > start) return at + 1;
    } else if (/\s/u.test(character)) return at;
  }
  return text.length;
}
