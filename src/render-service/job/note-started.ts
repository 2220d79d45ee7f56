import { messageOf } from "../protocol/errors.ts";
import type { Journal } from "../storage/journal.ts";
import { UNKNOWN_START, startOf } from "../process/process-list.ts";

/** Writes down that a Nuke runs: at once, for there may be no later, and with its start, by which it is known for certain, when the system tells. */
export function recordStart(
  journal: Journal,
  { chunk, pid }: { readonly chunk: number; readonly pid: number },
  warn: (text: string) => void,
): void {
  journal.append({ is: "started", chunk, pid, started: "" });
  startOf(pid)
    .then((started) => journal.append({ is: "started", chunk, pid, started: started ?? UNKNOWN_START }))
    .catch((error: unknown) => warn(`The start of this Nuke was not recorded: ${messageOf(error)}.`));
}
