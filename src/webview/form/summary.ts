/** What a plan comes to, in a sentence. */
import { count } from "../../plan/text/display.ts";
import { displayFrames, parseFrames } from "../../plan/frames/frames.ts";
import { nothingLeft } from "../../plan/frames/select-frames.ts";
import { displayMB } from "../../plan/text/size.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";

/** `100 frames in 4 chunks, 4 Nukes × 2 threads, 3.2 GB of 12 GB`. */
export function renderSummary(plan: RenderPlan): string {
  if (plan.frameCount === 0)
    return nothingLeft(plan) === null ? "Nothing to render yet" : "Nothing left to render";
  const { sumMB, budgetMB } = plan.memory;
  const nukes = `${count(plan.parallel, "Nuke")} × ${count(plan.threads, "thread")}`;
  return `${count(plan.frameCount, "frame")} in ${count(plan.chunks.length, "chunk")}, ${nukes}, ${displayMB(sumMB)} of ${displayMB(budgetMB)}`;
}

/** `100 frames in 10 tasks of up to 10 frames, 8 threads each`. */
export function farmSummary(plan: RenderPlan): string {
  if (plan.frameCount === 0) return "Nothing to send yet";
  const most = Math.max(...plan.chunks.map((chunk) => chunk.count));
  const even = plan.chunks.every((chunk) => chunk.count === most);
  const size = plan.chunks.length === 1 ? "" : ` of ${even ? "" : "up to "}${count(most, "frame")}`;
  return `${count(plan.frameCount, "frame")} in ${count(plan.chunks.length, "task")}${size}, ${count(plan.threads, "thread")} each`;
}

/** The frames of a plan where space is short: `1001–1100`, or `37 frames` where the range is long. */
export function shortFrames(plan: RenderPlan): string {
  if (plan.frames === "") return "";
  const { frames, steps } = parseFrames(plan.frames);
  const text = displayFrames(frames, steps);
  return text.length > 32 ? count(plan.frameCount, "frame") : text;
}

/** Why a render was not started although nothing stood in its way; null where there is nothing to say. */
export function nothingNotice(plan: RenderPlan): { text: string; error: boolean } | null {
  const text = nothingLeft(plan);
  return text === null ? null : { text, error: false };
}
