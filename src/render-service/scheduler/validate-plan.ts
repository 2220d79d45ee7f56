/** What the service asks of a plan before it takes it. */
import { messageOf } from "../../plan/text/message-of.ts";
import { parseFrames } from "../../plan/frames/frames.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import { RenderServiceError } from "../protocol/errors.ts";

/**
 * Every frame is in exactly one chunk, and every chunk can be started; planning saw to it, but the service trusts no client.
 * @throws {RenderServiceError} `bad-plan`
 */
export function validatePlan(plan: RenderPlan): void {
  const bad = (why: string): RenderServiceError =>
    new RenderServiceError("bad-plan", `This plan cannot run: ${why}.`);
  if (plan.nuke === null) throw bad("no Nuke was chosen for it");
  if (plan.chunks.length === 0) throw bad("it has no chunks");
  if ((plan.command.before[0] ?? "") === "") throw bad("it has no command for requeued frames");
  if (plan.warm && ((plan.warm.before[0] ?? "") === "" || plan.movie))
    throw bad("its Nukes cannot be kept open");
  const inChunks: number[] = [];
  for (const [position, { index, argv, frames }] of plan.chunks.entries()) {
    if (index !== position) throw bad("its chunks are not numbered in order");
    if (argv.length === 0 || argv[0] === "") throw bad(`chunk ${index + 1} has no command`);
    for (const frame of framesOf(frames, bad)) inChunks.push(frame);
  }
  const wanted = framesOf(plan.frames, bad);
  const sorted = inChunks.sort((a, b) => a - b);
  if (
    wanted.length !== plan.frameCount ||
    sorted.length !== wanted.length ||
    wanted.some((f, i) => f !== sorted[i])
  )
    throw bad("its chunks do not cover exactly its frames");
}

function framesOf(text: string, bad: (why: string) => Error): readonly number[] {
  try {
    return parseFrames(text).frames;
  } catch (error) {
    throw bad(messageOf(error));
  }
}
