/** The switch to the demo renderer; it stays on until it is switched off. */
import { ConfigurationTarget, workspace } from "vscode";

const setting = "nuke.useDemoRenderer";

export function isDemoOn(): boolean {
  return workspace.getConfiguration("nukeRender").get<unknown>(setting) === true;
}

/** Switches it for this user, and off wherever else it is on. */
export async function switchDemo(on: boolean): Promise<void> {
  const configuration = workspace.getConfiguration("nukeRender");
  await configuration.update(setting, on ? true : undefined, ConfigurationTarget.Global);
  const workspaceValue = configuration.inspect<unknown>(setting)?.workspaceValue;
  if (workspaceValue !== undefined && workspaceValue !== on)
    await configuration.update(setting, undefined, ConfigurationTarget.Workspace);
  // A remote machine's settings may say otherwise, and those of the user are then passed over.
  if (isDemoOn() !== on) await configuration.update(setting, on, ConfigurationTarget.Global);
}
