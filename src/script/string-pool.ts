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
    this.#known.set(copy, copy);
    return copy;
  }
}

/** A copy that holds nothing but itself. Through bytes, because joining and slicing would only point at the long string again. */
export function detached(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}
