import { type Uri, workspace } from "vscode";
import { type Settings, parseSettings, settingKeys } from "../facts/settings.ts";

/**
 * The settings as they stand for a script, checked.
 * @throws {SettingError} naming a setting that cannot be used.
 */
export function readSettings(scope?: Uri): Settings {
  const configuration = workspace.getConfiguration("nukeRender", scope);
  return parseSettings(Object.fromEntries(settingKeys.map((key) => [key, configuration.get<unknown>(key)])));
}
