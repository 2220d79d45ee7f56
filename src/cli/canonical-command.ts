import { canonicalText } from "../script/canonical.ts";
import { exitCodes } from "./failure.ts";
import { readScripts } from "./script-arguments.ts";
import type { Terminal } from "./terminal.ts";

/** `nbr canonical`: a script as text for line tools, such as git's textconv. */
export async function canonicalCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { scripts, all } = await readScripts("canonical", 1, args, terminal);
  for (const { script } of scripts)
    for (const line of canonicalText(script, { all }).trimEnd().split("\n")) terminal.out(line);
  return exitCodes.equal;
}
