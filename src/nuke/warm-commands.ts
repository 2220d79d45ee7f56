/** What a warm Nuke is told: the lines of its command file (src/warm/warm_nuke.py); docs/warm-nuke.md has the protocol. */
import * as z from "zod/mini";

/** From 1, each command one more than the last: by it reports tell which commands were taken up. */
const n = z.int().check(z.minimum(1));

export const warmCommandSchema = z.discriminatedUnion("do", [
  /** Frames to render, one after the other, behind those that were handed before. */
  z.object({ do: z.literal("render"), n, frames: z.array(z.int()) }),
  /** Takes back frames that are not begun: these, or all. */
  z.object({ do: z.literal("drop"), n, frames: z.optional(z.array(z.int())) }),
  /** To end after the frame at work. */
  z.object({ do: z.literal("end"), n }),
]);
export type WarmCommand = z.infer<typeof warmCommandSchema>;

/** A line of the command file, with its end. To be appended in one piece. */
export function warmCommandLine(command: WarmCommand): string {
  return `${JSON.stringify(command)}\n`;
}

/** What a command file holds, for a service that did not write it or does not know how far it came. */
export interface WarmCommands {
  readonly commands: readonly WarmCommand[];
  /** The number the next command gets. */
  readonly next: number;
  /** To be appended before the next command: ends a line that was left unfinished, else empty. */
  readonly mend: "" | "\n";
}

/**
 * Reads a whole command file. An unfinished last line counts when it is a whole command, for `mend` will make it one; a part
 * of a command is refused by the Nuke, and its number is free.
 */
export function readWarmCommands(text: string): WarmCommands {
  const commands: WarmCommand[] = [];
  for (const line of text.split("\n")) {
    const command = readCommand(line);
    if (command !== null && command.n > (commands.at(-1)?.n ?? 0)) commands.push(command);
  }
  return {
    commands,
    next: (commands.at(-1)?.n ?? 0) + 1,
    mend: text === "" || text.endsWith("\n") ? "" : "\n",
  };
}

function readCommand(line: string): WarmCommand | null {
  try {
    return warmCommandSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
