/** Whether a script looks at the file it was saved as. Pure. */

/**
 * The places that ask for the script's path: `[value root.name]` and expressions like it, `nuke.root().name()`, `nuke.root()["name"].value()`,
 * `nuke.scriptName()`. Quotes and brackets may be escaped, as they are in knobs.
 */
const asks =
  /\broot\.name\b|\b[Rr]oot\(\)\s*(?:\.name\(\)|\\*\[\s*\\*["']name\\*["']\s*\\*\]|\.knob\(\s*\\*["']name\\*["']\s*\))|\bscriptName\s*\(/gu;
/** What may stand before such a place so that only the folder of the path is used. */
const folderOnly = /(?:\bfile\s+dirname\s+\\*\[\s*(?:value|knob)\s+|\bdirname\(\s*nuke\s*\.\s*)$/u;
/** More than what `folderOnly` matches. */
const BEFORE = 80;

/**
 * The first words of a script that use the name of its own file, and not only the folder it lies in: a copy of the script beside it would
 * give them another value. Null: there are none, as far as reading the script can tell.
 */
export function usesOwnName(text: string): string | null {
  for (const { index, 0: words } of text.matchAll(asks))
    if (!folderOnly.test(text.slice(Math.max(0, index - BEFORE), index))) return words.replaceAll("\\", "");
  return null;
}
