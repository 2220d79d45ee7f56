/** How a render uses the same version of its script from the first frame to the last. Pure. */
import type { Problem } from "./render-plan.ts";
import { forwardSlashes } from "./command-line.ts";
import type { WhileRendering } from "./request.ts";
import type { ScriptFacts } from "./target.ts";

/** Whether the script can be copied: one that uses its own file name must be rendered under that name. */
export function snapshotPolicy(
  asked: WhileRendering,
  { ownName }: Pick<ScriptFacts, "ownName">,
): { readonly whileRendering: WhileRendering; readonly problems: Problem[] } {
  if (asked !== "copy" || ownName === undefined || ownName === null)
    return { whileRendering: asked, problems: [] };
  const message = `The script uses its own file name (${ownName}), so it cannot be rendered from a copy. If it is saved during the render, no more Nukes are started until you resume the render.`;
  return {
    whileRendering: "hold",
    problems: [{ code: "script-not-copied", severity: "info", message }],
  };
}

/** The same command line for a copy of its script. */
export function wordsForCopy(words: readonly string[], script: string, copy: string): string[] {
  const own = forwardSlashes(script);
  const other = forwardSlashes(copy);
  return words.map((word) => (word === own ? other : word === `script=${own}` ? `script=${other}` : word));
}
