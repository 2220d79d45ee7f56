import { type CommandBase, forwardSlashes, switchWords } from "./command-line.ts";

/** What a warm Nuke is told beside what every Nuke of the render is. */
export interface WarmBase extends CommandBase {
  /** The file Nuke runs, `warmFile()` of src/programs.ts. */
  readonly warmFile: string;
  /** Where its commands will be; it has to be there when Nuke starts, and be touched every ten seconds. */
  readonly commandFile: string;
  /** Seconds without work and without a sign of the service, after which it ends itself; default 120. */
  readonly idleSeconds?: number;
}

/**
 * The exact words that start a warm Nuke: the same switches as for a render of ranges, with `-t` and a file in place of `-x`, the
 * node and the script. Nuke runs a `.py` behind `-t` as Python and hands it the words that follow (nuke-cli.md 1.1). Each of those
 * begins with a name: one that begins with a digit would be a frame range.
 */
export function warmCommand(base: WarmBase): string[] {
  const { before, after } = switchWords(base);
  const words = [
    `script=${forwardSlashes(base.script)}`,
    `write=${base.write}`,
    `commands=${forwardSlashes(base.commandFile)}`,
  ];
  if (base.views.length > 0) words.push(`views=${base.views.join(",")}`);
  if (base.proxy !== "script") words.push(`proxy=${base.proxy}`);
  if (base.continueOnError) words.push("continue=yes");
  if (base.idleSeconds !== undefined) words.push(`idle=${base.idleSeconds}`);
  return [...before, "-t", ...after, forwardSlashes(base.warmFile), ...words];
}
