import { type CommandBase, forwardSlashes, switchWords } from "./command-line.ts";
import type { PlanFacts } from "./facts.ts";
import type { FrameCommand, Problem } from "./render-plan.ts";
import type { RenderRequest } from "./request.ts";
import type { WriteTarget } from "./target.ts";

/** What the command lines of all warm Nukes of a render have in common, in addition to those of all Nukes. */
export interface WarmWords extends CommandBase {
  /** The file Nuke runs, `warmFile()` of src/paths.ts. */
  readonly warmFile: string;
  /** Seconds without work and without a sign of life from the service after which it exits; default 120. */
  readonly idleSeconds?: number;
}

/** The command line of one warm Nuke. */
export interface WarmBase extends WarmWords {
  /** The command file. It must exist when Nuke starts, and be touched every ten seconds. */
  readonly commandFile: string;
}

/**
 * The arguments before and after the command file: the same switches as for a render of ranges, with `-t` and a file instead of `-x`, the
 * node and the script. Nuke runs a `.py` after `-t` as Python and passes it the arguments that follow (nuke-cli.md 1.1). Each of them
 * begins with a name, because an argument that begins with a digit would be a frame range.
 */
export function warmWords(base: WarmWords): FrameCommand {
  const { before, after } = switchWords(base);
  const behind: string[] = [];
  if (base.views.length > 0) behind.push(`views=${base.views.join(",")}`);
  if (base.proxy !== "script") behind.push(`proxy=${base.proxy}`);
  if (base.continueOnError) behind.push("continue=yes");
  if (base.idleSeconds !== undefined) behind.push(`idle=${base.idleSeconds}`);
  const file = forwardSlashes(base.warmFile);
  return {
    before: [...before, "-t", ...after, file, `script=${forwardSlashes(base.script)}`, `write=${base.write}`],
    after: behind,
  };
}

/** The exact command line of one warm Nuke. */
export function warmLine({ before, after }: FrameCommand, commandFile: string): string[] {
  return [...before, `commands=${forwardSlashes(commandFile)}`, ...after];
}

/** `warmWords` and `warmLine` in one. */
export function warmCommand(base: WarmBase): string[] {
  return warmLine(warmWords(base), base.commandFile);
}

/** Placeholder for the command file in a plan: each Nuke has one in the folder of its job. */
export const WARM_COMMANDS = "commands.jsonl";

/** Earlier versions have an older Python that was never tested. */
const OLDEST_MAJOR = 11;

/** The command line if Nukes stay open. Without `warm` they do not; if that was requested, the problem says why. */
export function planWarm(
  request: RenderRequest,
  facts: PlanFacts,
  write: WriteTarget,
  base: CommandBase,
): { warm?: FrameCommand; problems: Problem[] } {
  if (request.warm !== true) return { problems: [] };
  const not = (message: string): { problems: Problem[] } => ({
    problems: [{ code: "warm-impossible", severity: "info", message }],
  });
  if (write.movie)
    return not(
      `${write.name} writes one ${write.fileType || "movie"} file, which an open Nuke would start again with each frame. It is rendered in one run.`,
    );
  const major = Number.parseInt(facts.nuke?.version ?? "", 10);
  if (major < OLDEST_MAJOR)
    return not(
      `Nuke ${facts.nuke?.version ?? ""} cannot be kept open between frames; Nuke ${OLDEST_MAJOR} or later can. It is started for each chunk.`,
    );
  // The next frame is a separate execution and continues anyway.
  return {
    warm: warmWords({ ...base, continueOnError: false, warmFile: facts.warmFile }),
    problems: [],
  };
}
