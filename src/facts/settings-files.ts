/**
 * Settings for the terminal, from the files the editor keeps them in: the user's own, then `.vscode/settings.json` of the folder the
 * command is run in or one above it (as `make` takes the Makefile of the folder it is run in), then a file named with `--settings`.
 */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type ParseError, parse } from "jsonc-parser";
import { type Settings, parseSettings, settingKeys } from "./settings.ts";

/** A settings file that was named and cannot be read, or is no JSON. */
export class SettingsFileError extends Error {
  readonly reason: "unreadable" | "not-json";
  constructor(reason: SettingsFileError["reason"], file: string, detail: string) {
    super(`The settings file "${file}" cannot be used: ${detail}. Correct it, or leave --settings out.`);
    this.name = "SettingsFileError";
    this.reason = reason;
  }
}

/**
 * The settings in force for a command run in `cwd`.
 * @throws {SettingsFileError} for a named file, {SettingError} for a value that cannot be used.
 */
export function readSettings(cwd: string, named?: string, env: NodeJS.ProcessEnv = process.env): Settings {
  const layers = [userSettingsFile(env), workspaceSettingsFile(cwd)].map((file) =>
    file === null ? {} : readOptional(file),
  );
  if (named !== undefined) layers.push(readNamed(named));
  return parseSettings(Object.fromEntries(layers.flatMap((layer) => Object.entries(ownSettings(layer)))));
}

function userSettingsFile(env: NodeJS.ProcessEnv): string {
  const home = homedir();
  if (process.platform === "win32")
    return join(env.APPDATA ?? join(home, "AppData", "Roaming"), "Code", "User", "settings.json");
  if (process.platform === "darwin")
    return join(home, "Library", "Application Support", "Code", "User", "settings.json");
  return join(env.XDG_CONFIG_HOME ?? join(home, ".config"), "Code", "User", "settings.json");
}

function workspaceSettingsFile(cwd: string): string | null {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const file = join(folder, ".vscode", "settings.json");
    if (readText(file) !== null) return file;
    if (dirname(folder) === folder) return null;
  }
}

/** A file nobody named: where it is missing or broken it is as if it were not there. */
function readOptional(file: string): unknown {
  const text = readText(file);
  return text === null ? {} : parse(text, [], { allowTrailingComma: true });
}

function readNamed(file: string): unknown {
  const text = readText(file);
  if (text === null) throw new SettingsFileError("unreadable", file, "it is not there or may not be read");
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0) throw new SettingsFileError("not-json", file, "it is not valid JSON");
  return value;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

function ownSettings(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) return {};
  const all = new Map(Object.entries(value));
  return Object.fromEntries(
    settingKeys
      .filter((key) => all.has(`nukeRender.${key}`))
      .map((key) => [key, all.get(`nukeRender.${key}`)]),
  );
}
