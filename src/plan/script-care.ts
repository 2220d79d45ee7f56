/** How a render keeps its script the same from the first frame to the last. Pure. */
import type { Problem, RenderPlan } from "./render-plan.ts";
import { forwardSlashes } from "./command-line.ts";
import type { WhileRendering } from "./request.ts";
import type { ScriptFacts } from "./target.ts";

/** What becomes of the wish for a copy: a script that uses its own file's name must be rendered where it lies. */
export function careFor(
  asked: WhileRendering,
  { ownName }: Pick<ScriptFacts, "ownName">,
): { readonly whileRendering: WhileRendering; readonly problems: Problem[] } {
  if (asked !== "copy" || ownName === undefined || ownName === null)
    return { whileRendering: asked, problems: [] };
  const message = `The script uses its own file name (${ownName}), which a copy would not have: it is rendered in place. When it is saved meanwhile, no further Nuke is started until you resume the render.`;
  return {
    whileRendering: "hold",
    problems: [{ code: "script-not-copied", severity: "info", message }],
  };
}

/** The same plan for a copy of its script. */
export function planOfCopy(plan: RenderPlan, copy: string): RenderPlan {
  const own = forwardSlashes(plan.script);
  const other = forwardSlashes(copy);
  const words = (list: readonly string[]): string[] =>
    list.map((word) => (word === own ? other : word === `script=${own}` ? `script=${other}` : word));
  return {
    ...plan,
    script: copy,
    chunks: plan.chunks.map((chunk) => ({ ...chunk, argv: words(chunk.argv) })),
    command: { before: words(plan.command.before), after: words(plan.command.after) },
  };
}
