/** Which files a render writes, and which of them another one writes too. Pure; links and case are resolved before. */
import { type NamePart, nameOfFrame, nameParts, spelled } from "./output-pattern.ts";

/** The files of one render. */
export interface OutputClaim {
  /** Whole file names, one for each view, frame numbers as tokens; none where reading the script cannot tell. */
  readonly names: readonly string[];
  /** Sorted. */
  readonly frames: readonly number[];
  /**
   * `each`: every frame has its own file; `one`: all frames go into one file, a movie; `shifted`: the files have other numbers than
   * the frames, the same ones for the same Write.
   */
  readonly files: "each" | "one" | "shifted";
  /** The Write and its script: the same Write writes the same files, whatever their names. */
  readonly owner: string;
}

/** The frames of `mine` whose files `other` writes too, sorted. Asks for frames only where the names may meet. */
export function sharedFrames(mine: OutputClaim, other: OutputClaim): readonly number[] {
  if (mine.names.length === 0 || other.names.length === 0) {
    if (mine.owner !== other.owner || mine.names.length !== other.names.length) return [];
    return mine.files === "one" || other.files === "one" ? mine.frames : common(mine.frames, other.frames);
  }
  const theirs = other.names.map((name) => nameParts(name));
  const found = new Set<number>();
  for (const a of mine.names.map((name) => nameParts(name)))
    for (const b of theirs) for (const frame of sharedOfNames(a, mine, b, other)) found.add(frame);
  return [...found].sort((one, two) => one - two);
}

/** It is not known which number is in the names of its files. */
function isLoose(parts: readonly NamePart[], { files, owner }: OutputClaim, other: OutputClaim): boolean {
  return hasToken(parts) && (files === "one" || (files === "shifted" && owner !== other.owner));
}

/** Which number a file gets is not known: names that differ in nothing but the number may be the same. */
function sameSpelling(a: readonly NamePart[], b: readonly NamePart[]): boolean {
  return spelled(a, { width: false }) === spelled(b, { width: false });
}

function sharedOfNames(
  a: readonly NamePart[],
  mine: OutputClaim,
  b: readonly NamePart[],
  other: OutputClaim,
): readonly number[] {
  if (isLoose(a, mine, other) || isLoose(b, other, mine)) return sameSpelling(a, b) ? mine.frames : [];
  if (spelled(a, { width: true }) === spelled(b, { width: true }))
    return hasToken(a) ? common(mine.frames, other.frames) : mine.frames;
  // The same text around the number: the same file is the same number, and the padding decides.
  if (hasToken(a) && sameSpelling(a, b))
    return common(mine.frames, other.frames).filter(
      (frame) => nameOfFrame(a, frame) === nameOfFrame(b, frame),
    );
  if (!mayMeet(a, b)) return [];
  const names = new Set(
    hasToken(b) ? other.frames.map((frame) => nameOfFrame(b, frame)) : [nameOfFrame(b, 0)],
  );
  return mine.frames.filter((frame) => names.has(nameOfFrame(a, frame)));
}

function hasToken(parts: readonly NamePart[]): boolean {
  return parts.some((part) => typeof part !== "string");
}

/** Cheap, before every name is written out: what stands before the first number, and after the last one, does not differ. */
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
