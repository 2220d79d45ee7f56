import { count } from "../../plan/text/display.ts";
import type { RenderPlan } from "../../plan/render-plan.ts";
import { showWarningMessage } from "../notify.ts";

/** `only-missing`: render what is not on disk, and leave the rest as it is. */
export type OverwriteAnswer = "replace" | "only-missing" | "declined";

/** Plans that are named in one question; more are counted. */
const MOST_NAMED = 8;

/** Asks before frames on disk are replaced (`nukeRender.overwrite`: `ask-once`): once for each output as long as the window is open. */
export class OverwriteQuestions {
  readonly #agreed = new Set<string>();

  /**
   * One question for all renders of a go; none where nothing is replaced that was not agreed to before.
   * @param canLeaveOut frames that are on disk can be left out instead, if any others are left.
   */
  async ask(plans: readonly RenderPlan[], canLeaveOut: boolean): Promise<OverwriteAnswer> {
    const open = plans.filter(
      (plan) => asks(plan).length > 0 && !this.#agreed.has(plan.outputFile ?? plan.write),
    );
    if (open.length === 0) return "replace";
    const messages = open.flatMap((plan) => asks(plan));
    const frames = open.reduce((sum, { replaces }) => sum + (replaces?.count ?? 0), 0);
    const several = `These renders replace ${count(frames, "frame")} of ${open.length} Writes.`;
    const [first = ""] = messages;
    const more = messages.length - MOST_NAMED;
    const detail = [
      ...(open.length === 1
        ? []
        : [...messages.slice(0, MOST_NAMED), ...(more > 0 ? [`… and ${more} more`] : []), ""]),
      "You are asked once per output until this window is closed (setting nukeRender.overwrite).",
    ].join("\n");
    const [replace, missing] = ["Replace", "Render Only Missing"];
    const chosen = await showWarningMessage(
      open.length === 1 ? first : several,
      { modal: true, detail },
      replace,
      ...(canLeaveOut && (open.length < plans.length || open.some((plan) => leavesSome(plan)))
        ? [missing]
        : []),
    );
    if (chosen === missing) return "only-missing";
    if (chosen !== replace) return "declined";
    for (const plan of open) this.#agreed.add(plan.outputFile ?? plan.write);
    return "replace";
  }
}

/** What a plan says of frames it replaces; a warning is what has to be asked. */
function asks({ problems }: RenderPlan): string[] {
  return problems
    .filter(({ code, severity }) => code === "replaces-frames" && severity === "warning")
    .map(({ message }) => message);
}

function leavesSome({ problems }: RenderPlan): boolean {
  return problems.some(({ code, fix }) => code === "replaces-frames" && fix === "only-missing");
}
