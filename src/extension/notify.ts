/**
 * Notifications and questions, as `window` has them. All go through here: VS Code makes links, which may run commands, of
 * `[text](command:…)` in a message, and messages quote scripts.
 */
import { type MessageOptions, window } from "vscode";
import { plainLabel } from "../plan/text/plain-label.ts";

type Answer = Promise<string | undefined>;
type Rest = readonly [(string | MessageOptions)?, ...string[]];
type Show = (text: string, options: MessageOptions, ...buttons: string[]) => Thenable<string | undefined>;

/** Resolves with the button that was pressed. */
export function showInformationMessage(message: string, ...rest: Rest): Answer {
  return show(window.showInformationMessage, message, rest);
}

export function showWarningMessage(message: string, ...rest: Rest): Answer {
  return show(window.showWarningMessage, message, rest);
}

export function showErrorMessage(message: string, ...rest: Rest): Answer {
  return show(window.showErrorMessage, message, rest);
}

async function show(how: Show, message: string, [first, ...more]: Rest): Answer {
  const options = typeof first === "object" ? { ...first } : {};
  if (options.detail !== undefined) options.detail = options.detail.split("\n").map(plainLabel).join("\n");
  const buttons = typeof first === "string" ? [first, ...more] : more;
  const labels = buttons.map(plainLabel);
  const chosen = await how(plainLabel(message), options, ...labels);
  return chosen === undefined ? undefined : buttons[labels.indexOf(chosen)];
}
