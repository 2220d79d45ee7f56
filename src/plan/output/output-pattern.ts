/** File names with a frame number in them (`a.####.exr`, `a.%04d.exr`), taken apart so that two of them can be compared. Pure. */

/** A frame number, padded to at least `width` characters. */
export interface FrameToken {
  readonly width: number;
}

/** A name in order: text, and what stands for the frame number. */
export type NamePart = string | FrameToken;

/** No file system has longer names. */
const WIDEST = 256;

/** Takes a name apart in linear time. `####` and `%04d` are the same; `#` and `%d` ask for no padding. */
export function nameParts(name: string): NamePart[] {
  const parts: NamePart[] = [];
  let text = "";
  for (let at = 0; at < name.length;) {
    const end = tokenEnd(name, at);
    if (end === at) {
      text += name.charAt(at++);
      continue;
    }
    if (text !== "") parts.push(text);
    text = "";
    parts.push({ width: Math.min(WIDEST, widthOf(name.slice(at, end))) });
    at = end;
  }
  if (text !== "") parts.push(text);
  return parts;
}

/** Whether a name has a frame number in it. */
export function hasFrameToken(name: string): boolean {
  return nameParts(name).some((part) => typeof part !== "string");
}

/** The name of one frame's file; the sign of a negative frame counts for the width. */
export function nameOfFrame(parts: readonly NamePart[], frame: number): string {
  const digits = String(Math.abs(frame));
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      return frame < 0 ? `-${digits.padStart(part.width - 1, "0")}` : digits.padStart(part.width, "0");
    })
    .join("");
}

/** The name with every frame number written in one way; `width` false: regardless of padding. */
export function spelled(parts: readonly NamePart[], { width }: { width: boolean }): string {
  return parts
    .map((part) => (typeof part === "string" ? part : width ? "#".repeat(Math.max(1, part.width)) : "#"))
    .join("");
}

/** The names that a name with `%V` or `%v` stands for, one for each view; the name itself where it has none. */
export function namesOfViews(name: string, views: readonly string[]): string[] {
  if (views.length === 0 || !(name.includes("%V") || name.includes("%v"))) return [name];
  return [
    ...new Set(
      views.map((view) => name.replaceAll("%V", () => view).replaceAll("%v", () => view.slice(0, 1))),
    ),
  ];
}

/** Where the frame token that begins at `at` ends; `at` where none does. */
function tokenEnd(name: string, at: number): number {
  let end = at;
  while (name[end] === "#") end++;
  if (end > at || name[at] !== "%") return end;
  end++;
  while (isDigit(name[end])) end++;
  return name[end] === "d" ? end + 1 : at;
}

function widthOf(token: string): number {
  return token.startsWith("#") ? token.length : Number(token.slice(1, -1));
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= "0" && character <= "9";
}
