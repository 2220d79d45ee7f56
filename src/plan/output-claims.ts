/** Which files a render writes, and which of them another one writes too. Pure; links and case are resolved before. */
import { type NamePart, nameOfFrame, nameParts, spelled } from "./output-pattern.ts";

/** The files of one render. */
export interface OutputClaim {
  /** Whole file names, one for each view, frame numbers as tokens; none where reading the script cannot tell. */
  readonly names: readonly string[];
  /** Sorted. */
  readonly frames: readonly number[];
  /**
   * `each`: every frame has a file of its own; `one`: all frames go into one file, a movie; `shifted`: the files have other numbers than
   * the frames, the same ones for the same Write.
   */
  readonly files: "each" | "one" | "shifted";
  /** The Write and its script: the same Write writes the same files, whatever they are called. */
  readonly owner: string;
}

/** The frames of `mine` whose files `other` writes too, sorted. */
export function sharedFrames(mine: OutputClaim, other: OutputClaim): readonly number[] {
  const sameOwner = mine.owner === other.owner;
  if (mine.names.length === 0 || other.names.length === 0) {
    if (!sameOwner || mine.names.length !== other.names.length) return [];
    return mine.files === "one" || other.files === "one" ? mine.frames : common(mine.frames, other.frames);
  }
  const unknown = mine.files === "one" || other.files === "one" || (!sameOwner && shifted(mine, other));
  const found = new Set<number>();
  for (const name of mine.names)
    for (const theirs of other.names) {
      const [a, b] = [nameParts(name), nameParts(theirs)];
      const same = unknown
        ? sameSpelling(a, b)
          ? mine.frames
          : []
        : sharedOfNames(a, mine.frames, b, other.frames);
      for (const frame of same) found.add(frame);
    }
  return found.size === mine.frames.length ? mine.frames : [...found].sort((a, b) => a - b);
}

function shifted(mine: OutputClaim, other: OutputClaim): boolean {
  return mine.files === "shifted" || other.files === "shifted";
}

/** Which number a file gets is not known: names that differ in nothing but the number may be the same. */
function sameSpelling(a: readonly NamePart[], b: readonly NamePart[]): boolean {
  return spelled(a, { width: false }) === spelled(b, { width: false });
}

function sharedOfNames(
  mine: readonly NamePart[],
  frames: readonly number[],
  other: readonly NamePart[],
  theirs: readonly number[],
): readonly number[] {
  if (spelled(mine, { width: true }) === spelled(other, { width: true }))
    return hasToken(mine) ? common(frames, theirs) : theirs.length > 0 ? frames : [];
  // The same text around the number: the same file is the same number, and the padding decides.
  if (hasToken(mine) && sameSpelling(mine, other))
    return common(frames, theirs).filter((frame) => nameOfFrame(mine, frame) === nameOfFrame(other, frame));
  if (!mayMeet(mine, other)) return [];
  const names = new Set(
    (hasToken(other) ? theirs : theirs.slice(0, 1)).map((frame) => nameOfFrame(other, frame)),
  );
  return frames.filter((frame) => names.has(nameOfFrame(mine, frame)));
}

function hasToken(parts: readonly NamePart[]): boolean {
  return parts.some((part) => typeof part !== "string");
}

/** Cheap, before every name is written out: what stands before the first number, and behind the last one, does not differ. */
function mayMeet(a: readonly NamePart[], b: readonly NamePart[]): boolean {
  const [start, otherStart] = [textOf(a.at(0)), textOf(b.at(0))];
  const [end, otherEnd] = [textOf(a.at(-1)), textOf(b.at(-1))];
  return (
    (start.startsWith(otherStart) || otherStart.startsWith(start)) &&
    (end.endsWith(otherEnd) || otherEnd.endsWith(end))
  );
}

function textOf(part: NamePart | undefined): string {
  return typeof part === "string" ? part : "";
}

/** Of two sorted lists. */
function common(a: readonly number[], b: readonly number[]): readonly number[] {
  const other = new Set(b);
  const both = a.filter((frame) => other.has(frame));
  return both.length === a.length ? a : both;
}
