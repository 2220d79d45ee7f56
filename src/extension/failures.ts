import { messageOf } from "../plan/text/message-of.ts";
import { showErrorMessage } from "./notify.ts";

/** An error of ours: a reason for the program, a message that says what to do next for people. */
export function isUserFacing(error: unknown): error is Error & { reason: string } {
  return error instanceof Error && "reason" in error && typeof error.reason === "string";
}

/** Runs a command; what goes wrong is shown instead of being lost. */
export async function reportErrors(action: () => Promise<void>, log: (line: string) => void): Promise<void> {
  try {
    await action();
  } catch (error) {
    const message = messageOf(error);
    // Errors of ours explain themselves; the stack of any other is what a bug report needs.
    if (!isUserFacing(error)) log(error instanceof Error ? (error.stack ?? message) : message);
    const more = "Show Output";
    const chosen = await showErrorMessage(`Nuke Render: ${message}`, ...(isUserFacing(error) ? [] : [more]));
    if (chosen === more) log("");
  }
}
