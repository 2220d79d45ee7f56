import { type FrameList, FrameRangeError, formatFrames, parseFrames } from "./frames.ts";
import type { Problem } from "../render-plan.ts";
import type { ScriptFacts, WriteTarget } from "../target.ts";

export interface ChosenRange {
  readonly list: FrameList;
  readonly from: "typed" | "limit" | "script";
  readonly problems: readonly Problem[];
}

const nothing: FrameList = { frames: [], steps: new Set() };

/** The default range of a Write in Nuke syntax, and where it comes from: its own limit, else the script. */
export function defaultRange(
  script: ScriptFacts,
  write: WriteTarget,
): { range: string; from: "limit" | "script" } {
  const limited = write.first !== null || write.last !== null;
  const first = write.first ?? script.first;
  const last = write.last ?? script.last;
  return { range: first === last ? `${first}` : `${first}-${last}`, from: limited ? "limit" : "script" };
}

/** The frames of a job: the typed range, else the Write's limit, else the script's range; never a frame that the Write would not write. */
export function chooseRange(script: ScriptFacts, write: WriteTarget, typed: string | undefined): ChosenRange {
  const fallback = defaultRange(script, write);
  const isTyped = typed !== undefined && typed.trim() !== "";
  const from = isTyped ? "typed" : fallback.from;
  let list: FrameList;
  try {
    list = parseFrames(isTyped ? typed : fallback.range);
  } catch (error) {
    if (!(error instanceof FrameRangeError)) throw error;
    return {
      list: nothing,
      from,
      problems: [{ code: "range-invalid", severity: "error", message: error.message }],
    };
  }
  // Nuke runs over frames outside the limit without writing them (nuke-cli.md 5.2): all of them would be reported missing.
  const inside = list.frames.filter(
    (frame) => frame >= (write.first ?? frame) && frame <= (write.last ?? frame),
  );
  if (inside.length === list.frames.length) return { list, from, problems: [] };
  const limit = `${write.name} is limited to ${write.first ?? "…"}–${write.last ?? "…"} ("limit to range")`;
  if (inside.length === 0) {
    const message = `${limit}, and no frame of ${formatFrames(list.frames, list.steps)} is inside it. Change the range, or the limit in the Write.`;
    return { list: nothing, from, problems: [{ code: "range-empty", severity: "error", message }] };
  }
  const left = list.frames.length - inside.length;
  const message = `${limit}: ${left} frame${left === 1 ? "" : "s"} outside it will not be written and ${left === 1 ? "is" : "are"} skipped.`;
  return {
    list: { frames: inside, steps: list.steps },
    from,
    problems: [{ code: "range-outside-limit", severity: "warning", message }],
  };
}
