import { delimiter, join } from "node:path";
import type { ExtensionContext } from "vscode";

/** Puts `nbr` on the PATH of VS Code's own terminals, run by VS Code's runtime, so that nothing else has to be installed. */
export function offerTerminalProgram({
  environmentVariableCollection: variables,
  extensionUri,
}: ExtensionContext): void {
  variables.description = "Adds the nbr command";
  variables.prepend("PATH", join(extensionUri.fsPath, "bin") + delimiter);
  variables.replace("NUKE_RENDER_RUNTIME", process.execPath);
}
