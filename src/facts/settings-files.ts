/**
 * Settings for the terminal, from the files the editor keeps them in: the user's own, then `.vscode/settings.json` of the folder the
 * command is run in or one above it (as `make` takes the Makefile of the folder it is run in), then a file named with `--settings`. What
 * the folder's file says about which program runs counts only if it was allowed.
 */
import { lstatSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type BoundedFile, readBoundedFile } from "./bounded-file.ts";
import { type Ownership, canonicalSettingsFile, ownershipOf } from "./file-ownership.ts";
import { type SettingKey, type Settings, parseSettings } from "./settings.ts";
import { type SettingValues, type SettingsText, settingsOfText } from "./settings-json.ts";
import {
  type SettingsTrust,
  type TrustAnswer,
  anchored,
  digestOf,
  programSettings,
} from "./settings-trust.ts";

/** A settings file that was named and cannot be read, or is no JSON. */
export class SettingsFileError extends Error {
  readonly reason: "unreadable" | "not-json";
  constructor(reason: SettingsFileError["reason"], file: string, detail: string) {
    super(`The settings file "${file}" cannot be used: ${detail}. Correct it, or leave --settings out.`);
    this.name = "SettingsFileError";
    this.reason = reason;
  }
}

/** Why settings of a folder's file do not count. */
export type Ignored =
  | { readonly kind: "unusable"; readonly why: string }
  | Exclude<Ownership, { readonly kind: "own" }>
  | { readonly kind: Exclude<TrustAnswer, "allowed"> };

/** Settings of a folder's file that do not count, to report to people. */
export interface IgnoredSettings {
  readonly file: string;
  /** Their names, with `nukeRender.`; empty if the file cannot be read. */
  readonly keys: readonly string[];
  readonly ignored: Ignored;
}

export interface SettingsInForce {
  readonly settings: Settings;
  /** Files that settings were taken from; the last counts most. */
  readonly files: readonly string[];
  /** The file each setting was taken from. */
  readonly sources: ReadonlyMap<SettingKey, string>;
  readonly ignored: IgnoredSettings | null;
  /** The file of a folder that switches the demo renderer on. */
  readonly demoFrom: string | null;
}

export interface SettingsPlace {
  /** Where the command is run. */
  readonly cwd: string;
  /** The file of `--settings`. */
  readonly named?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly trust: SettingsTrust;
}

/** Bytes of a settings file. */
const LARGEST = 1024 * 1024;

/**
 * The settings in force for a command.
 * @throws {SettingsFileError} for a named file, {SettingError} for a value that cannot be used.
 */
export function readSettings({ cwd, named, env = process.env, trust }: SettingsPlace): SettingsInForce {
  const userFile = userSettingsFile(env);
  const folderFile = findFolderSettings(cwd);
  const folder = folderFile === null ? null : readFolderSettings(folderFile);
  const taken = folder === null ? null : takeFolderSettings(folder, trust);
  const layers: (readonly [string, SettingValues])[] = [[userFile, readOptional(userFile)]];
  if (taken !== null) layers.push([taken.file, taken.values]);
  if (named !== undefined) layers.push([named, readNamed(named)]);
  const settings = parseSettings(Object.fromEntries(layers.flatMap(([, values]) => [...values])));
  const demoBy = layers.findLast(([, values]) => values.has("nuke.useDemoRenderer"));
  return {
    settings,
    files: layers.filter(([, values]) => values.size > 0).map(([file]) => file),
    sources: new Map(
      layers.flatMap(([file, values]) => [...values.keys()].map((key) => [key, file] as const)),
    ),
    ignored: taken?.ignored ?? null,
    demoFrom:
      settings["nuke.useDemoRenderer"] && taken !== null && demoBy?.[0] === taken.file ? taken.file : null,
  };
}

/** `.vscode/settings.json` of a folder or the nearest one above it, whatever its type; null if there is none. */
export function findFolderSettings(start: string): string | null {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, ".vscode", "settings.json");
    if (isThere(file)) return file;
    if (dirname(folder) === folder) return null;
  }
}

function isThere(file: string): boolean {
  try {
    lstatSync(file);
    return true;
  } catch {
    return false;
  }
}

/** A folder's settings file, read once: what is said, hashed and used is this text. */
export interface FolderSettings {
  readonly file: string;
  /** The name it is remembered by. */
  readonly canonical: string;
  readonly content: SettingsText;
  readonly ownership: Ownership;
}

export function readFolderSettings(file: string): FolderSettings {
  const read = readBoundedFile(file, { most: LARGEST });
  return {
    file,
    canonical: canonicalSettingsFile(file),
    content: contentOf(read),
    ownership: read.kind === "text" ? ownershipOf(file, read.stats) : { kind: "own" },
  };
}

function contentOf(read: BoundedFile): SettingsText {
  if (read.kind === "text") return settingsOfText(read.text);
  return { kind: "unusable", why: read.kind === "absent" ? "the link is broken" : read.why };
}

interface Taken {
  readonly file: string;
  readonly values: SettingValues;
  readonly ignored: IgnoredSettings | null;
}

/** Takes nothing from another user's file, and what decides which program runs only from an allowed one. */
function takeFolderSettings(
  { file, canonical, content, ownership }: FolderSettings,
  trust: SettingsTrust,
): Taken {
  const none: SettingValues = new Map();
  if (content.kind === "unusable")
    return { file, values: none, ignored: { file, keys: [], ignored: content } };
  const all = content.values;
  const without = (left: SettingValues, ignored: Ignored, values: SettingValues): Taken => ({
    file,
    values,
    ignored:
      left.size === 0 ? null : { file, keys: [...left.keys()].map((key) => `nukeRender.${key}`), ignored },
  });
  if (ownership.kind === "foreign") return without(all, ownership, none);
  const programs = programSettings(all);
  if (programs.size === 0) return { file, values: all, ignored: null };
  const harmless = new Map([...all].filter(([key]) => !programs.has(key)));
  if (ownership.kind === "exposed") return without(programs, ownership, harmless);
  const answer = trust.ask(canonical, digestOf(programs));
  if (answer !== "allowed") return without(programs, { kind: answer }, harmless);
  return { file, values: anchored(all, dirname(dirname(canonical))), ignored: null };
}

function userSettingsFile(env: NodeJS.ProcessEnv): string {
  const home = homedir();
  if (process.platform === "win32")
    return join(env.APPDATA ?? join(home, "AppData", "Roaming"), "Code", "User", "settings.json");
  if (process.platform === "darwin")
    return join(home, "Library", "Application Support", "Code", "User", "settings.json");
  return join(env.XDG_CONFIG_HOME ?? join(home, ".config"), "Code", "User", "settings.json");
}

/** The user's own file; a missing or broken one has no settings. */
function readOptional(file: string): SettingValues {
  const content = contentOf(readBoundedFile(file, { most: LARGEST }));
  return content.kind === "settings" ? content.values : new Map();
}

function readNamed(file: string): SettingValues {
  const read = readBoundedFile(file, { most: LARGEST, pipes: true });
  if (read.kind !== "text")
    throw new SettingsFileError("unreadable", file, read.kind === "absent" ? "it does not exist" : read.why);
  const content = settingsOfText(read.text);
  if (content.kind === "unusable") throw new SettingsFileError("unreadable", file, content.why);
  if (content.broken) throw new SettingsFileError("not-json", file, "it is not valid JSON");
  return content.values;
}
