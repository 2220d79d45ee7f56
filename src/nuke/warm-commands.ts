/** The commands of a warm Nuke: the lines of its command file (src/warm/warm_nuke.py). Protocol: docs/warm-nuke.md. */
import * as z from "zod/mini";

/** Number of the command, from 1, increasing by one: reports use it to tell which commands were taken. */
const n = z.int().check(z.minimum(1));

export const warmCommandSchema = z.discriminatedUnion("do", [
  /** Frames to render one by one, after those that were sent before. */
  z.object({ do: z.literal("render"), n, frames: z.array(z.int()) }),
  /** Takes back frames that have not begun: these, or all. */
  z.object({ do: z.literal("drop"), n, frames: z.optional(z.array(z.int())) }),
  /** Exits after the current frame. */
  z.object({ do: z.literal("end"), n }),
]);
export type WarmCommand = z.infer<typeof warmCommandSchema>;

/** A line of the command file, with its line end. Append it in one piece. */
export function warmCommandLine(command: WarmCommand): string {
  return `${JSON.stringify(command)}\n`;
}

/** The content of a command file, for a service that did not write it or does not know how much was written. */
export interface WarmCommands {
  readonly commands: readonly WarmCommand[];
  /** The number of the next command. */
  readonly next: number;
  /** To append before the next command: ends an unfinished line, else empty. */
  readonly mend: "" | "\n";
}

/**
 * Reads a whole command file. An unfinished last line counts if it is a whole command, because `mend` will end it; Nuke refuses
 * a partial command, and its number is free.
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
