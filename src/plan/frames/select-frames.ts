/** Which frames of a range are rendered when frames that are already on disk are left out. */
import { count } from "../text/display.ts";
import type { PlanFacts, ViewFiles } from "../facts.ts";
import { hasFrameTokenInFolder } from "./frame-file.ts";
import { framesOf } from "./frames.ts";
import type { Problem, RenderPlan } from "../render-plan.ts";
import type { Only } from "../request.ts";
import type { WriteTarget } from "../target.ts";

export interface Selection {
  readonly frames: readonly number[];
  readonly problems: readonly Problem[];
}

export interface SelectionQuestion {
  readonly only: Only | undefined;
  readonly write: WriteTarget;
  /** The views that are rendered. */
  readonly views: readonly string[];
  /** The name of the files; null if reading the script cannot tell. */
  readonly outputFile: string | null;
}

/** The frames of a range that `only` selects, and a message about how many are on disk. If that is unknown, an error stops the plan. */
export function selectFrames(
  frames: readonly number[],
  { only = "all", write, views, outputFile }: SelectionQuestion,
  facts: Pick<PlanFacts, "files" | "unseen" | "unsaved">,
): Selection {
  if (only === "all" || frames.length === 0) return { frames, problems: [] };
  const refuse = (code: Problem["code"], message: string): Selection => ({
    frames,
    problems: [{ code, severity: "error", message }],
  });
  const why = facts.unseen?.[write.name] ?? unknowable(write, outputFile);
  if (why !== null)
    return refuse(
      "frames-unknown",
      `It is unknown which frames of ${write.name} are on disk: ${why}. Render all frames, or enter the frames you want as the range.`,
    );
  const files = facts.files?.[write.name];
  if (files === undefined)
    return refuse("frames-unread", `The files of ${write.name} on disk have not been checked yet.`);

  const there = framesOnDisk(frames, files, write.viewToken ? views : [null], only === "outdated");
  const left = frames.filter((frame) => !there.has(frame));
  return { frames: left, problems: [telling(frames.length, left.length, only, write, facts.unsaved)] };
}

/** The message for a plan that is fine but has nothing to do; null if it has. */
export function nothingLeft({ problems }: Pick<RenderPlan, "problems">): string | null {
  return problems.find(({ code }) => code === "nothing-to-render")?.message ?? null;
}

/** Why the file of a frame is unknown before the render; null if it is known. */
export function unknowable(write: WriteTarget, outputFile: string | null): string | null {
  if (outputFile === null || write.file.trim() === "")
    return write.unresolved ?? "its file name is worked out by Nuke";
  if (write.renumbered) return `its "frame" knob changes the frame numbers of the files`;
  if (hasFrameTokenInFolder(outputFile)) return "the frame number is in a folder name";
  if (write.movie && write.frameToken) return "a movie is one file, and its name has a frame number";
  return null;
}

/** The frames whose files exist for every view; with `fresh`, only those not older than the script. */
export function framesOnDisk(
  frames: readonly number[],
  files: readonly ViewFiles[],
  views: readonly (string | null)[],
  fresh: boolean,
): ReadonlySet<number> {
  const ofViews = views.map((view) => {
    const found = files.find((one) => one.view === view);
    if (found === undefined) return new Set<number>();
    if (found.whole !== null) {
      const counts = found.whole === "fresh" || (found.whole === "older" && !fresh);
      return new Set(counts ? frames : []);
    }
    // What was not looked at in time is not said to be old.
    const there = [...framesOf(found.fresh), ...framesOf(found.unread ?? "")];
    return new Set(fresh ? there : [...there, ...framesOf(found.older)]);
  });
  return new Set(frames.filter((frame) => ofViews.every((numbers) => numbers.has(frame))));
}

function telling(all: number, left: number, only: Only, write: WriteTarget, unsaved: boolean): Problem {
  const newer = only === "outdated";
  const { name, movie } = write;
  if (left === 0) {
    const what = movie
      ? `The movie of ${name} is`
      : all === 1
        ? `The frame of ${name} is`
        : `All ${all} frames of ${name} are`;
    const age = newer ? `, and ${movie || all === 1 ? "is not" : "none is"} older than the script` : "";
    const message = `${what} already on disk${age}. Nothing is left to render.`;
    return { code: "nothing-to-render", severity: "info", message };
  }
  const state = newer ? "up to date" : "on disk";
  const there = all - left;
  const frames = `${count(all, "frame")} of ${name}`;
  const message = movie
    ? `The movie of ${name} is not ${state}: it is rendered.`
    : there === 0
      ? `None of ${frames} is ${state}: all are rendered.`
      : `${there} of ${frames} ${there === 1 ? "is" : "are"} ${state}; ${left} ${left === 1 ? "is" : "are"} rendered.`;
  const why = newer && unsaved ? " The script has unsaved changes, so all frames count as older." : "";
  return { code: "frames-on-disk", severity: "info", message: message + why };
}
