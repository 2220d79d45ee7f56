/** Frames on disk that a render would replace: the message about them, and whether it may. */
import { count, periodText } from "../text/display.ts";
import type { PlanFacts, ViewFiles } from "../facts.ts";
import { formatFrames, framesOf } from "../frames/frames.ts";
import type { Problem, Replaced } from "../render-plan.ts";
import type { Only, Overwrite } from "../request.ts";
import { type Selection, type SelectionQuestion, selectFrames, unknowable } from "../frames/select-frames.ts";
import { displayMB } from "../text/size.ts";
import type { WriteTarget } from "../target.ts";

export interface OverwriteQuestion extends SelectionQuestion {
  readonly policy: Overwrite;
}

export interface ChosenFrames extends Selection {
  /** Absent: nothing is replaced, as far as is known. */
  readonly replaces?: Replaced | undefined;
}

/** Whether a render depends on what is on disk. */
export function dependsOnDisk(only: Only | undefined, overwrite: Overwrite): boolean {
  return (only ?? "all") !== "all" || overwrite === "never" || overwrite === "newer-script-only";
}

type DiskFacts = Pick<PlanFacts, "files" | "unseen" | "unsaved" | "now">;

/** The frames of a range that are rendered, and those of them that are on disk already; an error if these must not be replaced. */
export function chooseFrames(
  frames: readonly number[],
  question: OverwriteQuestion,
  facts: DiskFacts,
): ChosenFrames {
  const { write, policy, only = "all" } = question;
  if (frames.length === 0) return { frames, problems: [] };
  const why = facts.unseen?.[write.name] ?? unknowable(write, question.outputFile);
  const keepsNewer = policy === "newer-script-only" && only === "all";
  if (keepsNewer && why !== null) return { frames, problems: [unknownRefused(write, policy, why)] };

  const selection = selectFrames(frames, { ...question, only: keepsNewer ? "outdated" : only }, facts);
  const kept = keepsNewer && selection.frames.length < frames.length;
  const chosen: ChosenFrames = {
    frames: selection.frames,
    problems: selection.problems.map((problem) =>
      kept ? { ...problem, message: `${problem.message} ${newerKept}` } : problem,
    ),
  };
  if (chosen.frames.length === 0 || chosen.problems.some(({ severity }) => severity === "error"))
    return chosen;
  const { replaces, problems } = checkOverwrite(chosen.frames, question, why, facts);
  return { ...chosen, replaces, problems: [...chosen.problems, ...problems] };
}

const newerKept = "Frames newer than the script are kept (overwrite: newer-script-only).";

function checkOverwrite(
  frames: readonly number[],
  { write, views, policy, only }: OverwriteQuestion,
  why: string | null,
  facts: DiskFacts,
): { replaces?: Replaced | undefined; problems: Problem[] } {
  if (why !== null) return { problems: unknown(write, policy, why) };
  const files = facts.files?.[write.name];
  if (files === undefined) {
    // Nothing may be replaced, so the disk has to be read first.
    const message = `The files of ${write.name} on disk have not been checked yet.`;
    return { problems: policy === "never" ? [{ code: "frames-unread", severity: "error", message }] : [] };
  }
  const shown: readonly (string | null)[] = write.viewToken ? views : [null];
  const there = files.filter(({ view }) => shown.includes(view));
  const replaces = replacedOf(frames, there);
  if (replaces === null) return { problems: [] };
  const what = describe(write, replaces, there, facts.now);
  // The request is to complete frames whose other views are missing.
  if (only === "missing") {
    const message = `${write.name} replaces ${what}: their other views are missing.`;
    return { replaces, problems: [said("info", message)] };
  }
  const left = isWhole(there) ? 0 : frames.length - replaces.count;
  const fix = left > 0 ? ({ fix: "only-missing" } as const) : {};
  if (policy === "never") {
    const way = left > 0 ? "Render only the missing frames, change" : "Change";
    const message = `${write.name} would replace ${what}, which is not allowed (overwrite: never). ${way} the range or the file name, or allow overwriting.`;
    return { replaces, problems: [{ code: "overwrite-refused", severity: "error", message, ...fix }] };
  }
  const rest = left === 0 ? "" : `; the other ${left} ${left === 1 ? "is" : "are"} not on disk yet`;
  const severity = policy === "ask-once" ? "warning" : "info";
  const problem = said(severity, `${write.name} replaces ${what}${rest}.`);
  return { replaces, problems: [{ ...problem, ...fix }] };
}

function said(severity: Problem["severity"], message: string): Problem {
  return { code: "replaces-frames", severity, message };
}

function unknown(write: WriteTarget, policy: Overwrite, why: string): Problem[] {
  if (policy === "never") return [unknownRefused(write, policy, why)];
  // The problem `file-unresolved` says so already.
  if (policy === "always" || write.resolvedFile === null) return [];
  const message = `It is unknown whether ${write.name} replaces frames: ${why}.`;
  return [{ code: "overwrite-unknown", severity: "info", message }];
}

function unknownRefused(write: WriteTarget, policy: Overwrite, why: string): Problem {
  const rule =
    policy === "never" ? "Nothing may be replaced" : "Only frames older than the script may be replaced";
  const message = `It is unknown whether ${write.name} replaces frames: ${why}. ${rule} (overwrite: ${policy}). Allow overwriting to render it anyway.`;
  return { code: "overwrite-refused", severity: "error", message };
}

function isWhole(files: readonly ViewFiles[]): boolean {
  return files.some(({ whole }) => whole !== null);
}

/** Null: none of these frames has a file. */
function replacedOf(frames: readonly number[], files: readonly ViewFiles[]): Replaced | null {
  const wanted = new Set(frames);
  const found = new Set<number>();
  const times: number[] = [];
  let [present, dated] = [0, 0];
  for (const { whole, file, fresh, older, unread = "", written = [] } of files) {
    if (whole !== null) {
      if (whole === "missing") continue;
      for (const frame of frames) found.add(frame);
      present++;
      if (file === undefined) continue;
      dated++;
      times.push(file.at);
      continue;
    }
    for (const frame of [fresh, older, unread].flatMap((text) => framesOf(text))) {
      if (!wanted.has(frame)) continue;
      found.add(frame);
      present++;
    }
    for (const { at, frames: text } of written) {
      const own = framesOf(text).filter((frame) => wanted.has(frame)).length;
      if (own > 0) times.push(at);
      dated += own;
    }
  }
  if (found.size === 0) return null;
  const known = dated >= present && times.length > 0;
  const ofAll = (pick: (a: number, b: number) => number): number | null =>
    known ? times.reduce((a, b) => pick(a, b)) : null;
  return {
    frames: formatFrames(frames.filter((frame) => found.has(frame))),
    count: isWhole(files) ? present : found.size,
    oldest: ofAll(Math.min),
    newest: ofAll(Math.max),
  };
}

/** `40 frames of today 22:07`, `the movie "/o/a.mov", 1.2 GB, of yesterday 18:30`. */
function describe(
  write: WriteTarget,
  { count: number, oldest, newest }: Replaced,
  files: readonly ViewFiles[],
  now: number | undefined,
): string {
  const when =
    oldest === null || newest === null ? ", with unknown dates" : ` of ${periodText(oldest, newest, now)}`;
  const there = files.filter(({ whole, fresh, older, unread = "" }) =>
    whole === null ? fresh + older + unread !== "" : whole !== "missing",
  );
  const views = write.viewToken ? ` (${there.map(({ view }) => view).join(", ")})` : "";
  if (!isWhole(files)) return `${count(number, "frame")}${views}${when}`;
  const noun = write.movie ? "movie" : "file";
  const name = write.viewToken
    ? `${count(number, noun)}${views}`
    : `the ${noun} "${write.resolvedFile ?? ""}"`;
  const bytes = there.reduce((sum, { file }) => sum + (file?.bytes ?? 0), 0);
  return write.movie && bytes > 0 ? `${name}, ${sizeOf(bytes)},${when}` : `${name}${when}`;
}

function sizeOf(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  return megabytes < 1 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : displayMB(megabytes);
}
