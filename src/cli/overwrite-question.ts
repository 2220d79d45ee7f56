import type { RenderPlan } from "../plan/render-plan.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Whether these renders may replace what is on disk. On a terminal, asks once for all of them. Without a terminal the warning has been printed and
 * the render continues: a script that calls `nbr` is explicit.
 */
export async function mayReplace(
  plans: readonly Pick<RenderPlan, "problems">[],
  json: boolean,
  terminal: Terminal,
): Promise<boolean> {
  const asked = plans.some(({ problems }) =>
    problems.some(({ code, severity }) => code === "replaces-frames" && severity === "warning"),
  );
  if (!asked || json || terminal.ask === null) return true;
  const answer = await terminal.ask("Replace them? [y/N] ");
  if (/^\s*y(?:es)?\s*$/iu.test(answer)) return true;
  terminal.err("Nothing was rendered. --only missing skips frames on disk; --overwrite always does not ask.");
  return false;
}
