/** Names beyond this many are hardly ever the same again, and remembering each takes more than it does. */
const MOST_KNOWN = 2000;

/**
 * One string for each content. A part of a long string keeps all of it in memory; class names and the like outlive the text they were
 * read from, so they are copied.
 */
export class StringPool {
  readonly #known = new Map<string, string>();

  keep(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const copy = detached(text);
    if (this.#known.size < MOST_KNOWN) this.#known.set(copy, copy);
    return copy;
  }
}

/** A copy that holds nothing but itself. Through bytes, because joining and slicing would only point at the long string again. */
export function detached(text: string): string {
  // One byte for each character where that does.
  // oxlint-disable-next-line no-control-regex -- all of Latin-1
  const encoding = /[^\0-\u00FF]/u.test(text) ? "utf16le" : "latin1";
  return Buffer.from(text, encoding).toString(encoding);
}
