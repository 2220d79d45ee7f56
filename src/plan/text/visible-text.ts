/**
 * Text of scripts, files and Nukes, for people to look at: what a terminal or an editor would obey is shown instead. C0 characters become
 * `\x1b`, all others `\u009b`, which JSON reads as the same character: a line of JSON stays that document.
 */

const named = new Map([
  ["\n", String.raw`\n`],
  ["\r", String.raw`\r`],
]);

/**
 * Controls (C0 without tab, DEL, C1), line and paragraph separators, marks that turn the direction of text, and characters that have no
 * width and no meaning in a name. The joiners U+200C and U+200D belong to words and emoji.
 */
const obeyed =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|\uDB40[\uDC00-\uDC7F]/g;

/** One line of text, in which nothing is obeyed. */
export function visibleText(text: string): string {
  return text.replaceAll(obeyed, (found) => named.get(found) ?? escaped(found));
}

/** Several lines: line ends stay, those of Windows as line feeds. */
export function visibleLines(text: string): string {
  return text.split(/\r?\n/u).map(visibleText).join("\n");
}

function escaped(found: string): string {
  const units = found.split("").map((unit) => unit.charCodeAt(0));
  return units
    .map((unit) => (unit < 0x20 ? String.raw`\x${hex(unit, 2)}` : String.raw`\u${hex(unit, 4)}`))
    .join("");
}

function hex(unit: number, digits: number): string {
  return unit.toString(16).padStart(digits, "0");
}
