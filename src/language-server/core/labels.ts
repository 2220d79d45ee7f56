/** Labels of nodes are HTML, may be long, and need not be complete. */

/** A label without its tags, in linear time; what has no end is no tag. `instead`: what stands where one was. */
export function withoutTags(label: string, instead: string, breaks = instead): string {
  let plain = "";
  let from = 0;
  for (let open = label.indexOf("<"); open >= 0; open = label.indexOf("<", from)) {
    const close = label.indexOf(">", open);
    if (close < 0) break;
    // Of `<<b>` the second one begins the tag.
    const start = label.lastIndexOf("<", close);
    const tag = label.slice(start, close + 1);
    plain += label.slice(from, start);
    if (isTag(tag)) plain += /^<br\b/iu.test(tag) ? breaks : instead;
    else plain += tag;
    from = close + 1;
  }
  return plain + label.slice(from);
}

/** `<b>`, `</b>`: `a < b > c` has none. */
function isTag(text: string): boolean {
  return /^<\/?[a-z]/iu.test(text);
}

/** What a label says at a glance. */
export function firstLine(label: string): string {
  const line = withoutTags(label, "", "\n")
    .split("\n")
    .map((part) => part.trim())
    .find((part) => part !== "");
  if (line === undefined) return "";
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
