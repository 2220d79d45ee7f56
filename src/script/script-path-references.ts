/** Whether a script looks at the file it was saved as. Pure. */

/**
 * The places that ask for the script's path: `[value root.name]` and expressions like it, `nuke.root().name()`, `nuke.root()["name"].value()`,
 * `nuke.scriptName()`. Quotes and brackets may be escaped, as they are in knobs.
 */
const asks =
  /\broot\.name\b|\b[Rr]oot\(\)\s*(?:\.name\(\)|\\*\[\s*\\*["']name\\*["']\s*\\*\]|\.knob\(\s*\\*["']name\\*["']\s*\))|\bscriptName\s*\(/u;
/** In each of them is one of these; a search for words takes no time, and there may be megabytes. */
const signs = ["root.name", "oot()", "scriptName"] as const;
/** More than what stands before a sign, and after it, in such a place. */
const AROUND = [2, 60] as const;
/** What may stand before such a place so that only the folder of the path is used. */
const folderOnly = /(?:\bfile\s+dirname\s+\\*\[\s*(?:value|knob)\s+|\bdirname\(\s*nuke\s*\.\s*)$/u;
/** More than what `folderOnly` matches. */
const BEFORE = 80;

/**
 * The first words of a script that use its own file name, and not only its folder: a copy of the script next to it would
 * give them another value. Null: there are none, as far as reading the script can tell.
 */
export function usesOwnName(text: string): string | null {
  for (const sign of signs)
    for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) {
      const from = Math.max(0, at - AROUND[0]);
      const found = asks.exec(text.slice(from, at + AROUND[1]));
      if (found === null) continue;
      const index = from + found.index;
      if (!folderOnly.test(text.slice(Math.max(0, index - BEFORE), index)))
        return found[0].replaceAll("\\", "");
    }
  return null;
}
