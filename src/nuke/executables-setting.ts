/** What is written into `nukeRender.nuke.executables` when a Nuke is chosen. Pure. */
import { type ConfiguredNukes, configuredFor } from "./choose-nuke.ts";
import { parseNukeVersion } from "./version.ts";

/**
 * The key a chosen Nuke goes under: the one that names a Nuke for the script now, for it is to be corrected; else the version where both
 * agree on it; else `*`, all scripts.
 * @param version of the Nuke; null where it did not say.
 */
export function executablesKey(
  scriptVersion: string | null,
  version: string | null,
  executables: ConfiguredNukes,
): string {
  const wanted = scriptVersion === null ? null : parseNukeVersion(scriptVersion);
  const configured = configuredFor(wanted, executables);
  if (configured !== null) return configured.key;
  const own = version === null ? null : parseNukeVersion(version);
  return wanted !== null && own?.major === wanted.major && own.minor === wanted.minor
    ? `${own.major}.${own.minor}`
    : "*";
}

/** The words of a launcher command as people type it: blanks divide, quotes of both kinds hold together. Null: a quote is not closed, or there is no word. */
export function launcherWords(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  for (const character of text) {
    if (quote !== "") {
      if (character === quote) quote = "";
      else word = (word ?? "") + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (/\s/u.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + character;
  }
  if (quote !== "") return null;
  if (word !== null) words.push(word);
  return words.length === 0 || words[0] === "" ? null : words;
}
