/** What a folder's settings file says about what runs, and whether that was allowed. */
import { createHash } from "node:crypto";
import { isAbsolute, resolve } from "node:path";
import { programKeys } from "./settings.ts";
import type { SettingValues } from "./settings-json.ts";

/** `changed`: another content of this file was allowed. */
export type TrustAnswer = "allowed" | "changed" | "unknown";

/** Which settings files of folders may decide what runs. */
export interface SettingsTrust {
  ask(file: string, digest: string): TrustAnswer;
}

/** Those of a file's settings that decide what runs. */
export function programSettings(values: SettingValues): SettingValues {
  return new Map([...values].filter(([key]) => programKeys.includes(key)));
}

/** A hash of the program settings alone: independent of their order and of the rest of the file. */
export function digestOf(programs: SettingValues): string {
  const sorted = [...programs].sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
}

/**
 * Relative program paths, made absolute from the folder of the file: the folder a command is run in must not decide which program a
 * setting means. A bare name is still looked up on PATH.
 */
export function anchored(values: SettingValues, folder: string): SettingValues {
  return new Map(
    [...values].map(([key, value]) => {
      if (key === "farm.command") return [key, anchoredWords(value, folder)];
      if (key !== "nuke.executables" || typeof value !== "object" || value === null) return [key, value];
      const entries = Object.entries(value);
      return [key, Object.fromEntries(entries.map(([name, words]) => [name, anchoredWords(words, folder)]))];
    }),
  );
}

function anchoredWords(words: unknown, folder: string): unknown {
  if (typeof words === "string") return anchoredPath(words, folder);
  if (!Array.isArray(words)) return words;
  const [program, ...rest]: unknown[] = words;
  return typeof program === "string" ? [anchoredPath(program, folder), ...rest] : words;
}

function anchoredPath(path: string, folder: string): string {
  return /[\\/]/u.test(path) && !isAbsolute(path) ? resolve(folder, path) : path;
}
