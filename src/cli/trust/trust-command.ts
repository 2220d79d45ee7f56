import { existsSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, resolve } from "node:path";
import { parseArgs } from "node:util";
import { canonicalSettingsFile } from "../../facts/file-ownership.ts";
import { findFolderSettings, readFolderSettings } from "../../facts/settings-files.ts";
import type { SettingValues } from "../../facts/settings-json.ts";
import { digestOf, programSettings } from "../../facts/settings-trust.ts";
import { UsageError, exitCodes } from "../failure.ts";
import { ignoredText } from "./settings-notice.ts";
import type { Terminal } from "../terminal.ts";
import { TrustStore } from "./trust-store.ts";

/** A settings file that cannot be allowed, because of whose it is or what it is. */
class NotTrustableError extends Error {
  readonly reason = "not-trustable";
}

/** `nbr trust`: lets the settings file of a folder decide what runs, as it is now. `--list`, `--remove`: what was allowed. */
export async function trustCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parse(args);
  if (positionals.length > 1) throw new UsageError("One settings file or folder at a time.", "trust");
  if (values.list && (values.remove || positionals.length > 0))
    throw new UsageError("--list takes no other arguments.", "trust");
  const store = new TrustStore(terminal.env, (line) => terminal.err(line));
  if (values.list) return list(store, values.json ?? false, terminal);
  const given = positionals[0] ?? ".";
  const path = isAbsolute(given) ? given : resolve(terminal.cwd, given);
  if (values.remove) return await remove(store, path, terminal);
  return await allow(store, settingsFileOf(path), terminal);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { list: { type: "boolean" }, remove: { type: "boolean" }, json: { type: "boolean" } },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, "trust");
    throw error;
  }
}

function list(store: TrustStore, json: boolean, terminal: Terminal): number {
  if (json) for (const file of store.files) terminal.out(JSON.stringify(file));
  else if (store.files.length === 0) terminal.out("No settings file is trusted.");
  else for (const { file, at } of store.files) terminal.out(`${file}  (since ${new Date(at).toISOString()})`);
  return exitCodes.allFramesOnDisk;
}

async function remove(store: TrustStore, path: string, terminal: Terminal): Promise<number> {
  // The file may have been removed, or another folder's file may be nearer now; a folder means its own file, or the nearest one above it.
  const nearest = findFolderSettings(path);
  const candidates = [path, canonicalSettingsFile(path), nearest, nearest && canonicalSettingsFile(nearest)];
  for (const file of candidates) {
    if (file === null || !(await store.remove(file))) continue;
    terminal.out(`${file} is no longer trusted.`);
    return exitCodes.allFramesOnDisk;
  }
  throw new UsageError(`${path} was not trusted. nbr trust --list shows the trusted files.`, "trust");
}

async function allow(store: TrustStore, file: string, terminal: Terminal): Promise<number> {
  const { canonical, content, ownership } = readFolderSettings(file);
  if (content.kind === "unusable")
    throw new NotTrustableError(ignoredText({ file, keys: [], ignored: content }));
  const programs = programSettings(content.values);
  if (programs.size === 0) {
    terminal.out(`No setting in ${file} chooses programs; there is nothing to allow.`);
    return exitCodes.allFramesOnDisk;
  }
  if (ownership.kind !== "own")
    throw new NotTrustableError(ignoredText({ file, keys: names(programs), ignored: ownership }));
  await store.allow(canonical, digestOf(programs));
  terminal.out(`Trusted: ${canonical}, until one of these changes:`);
  for (const [key, value] of programs) terminal.out(`  nukeRender.${key}: ${JSON.stringify(value)}`);
  return exitCodes.allFramesOnDisk;
}

function names(values: SettingValues): string[] {
  return [...values.keys()].map((key) => `nukeRender.${key}`);
}

/** The file itself, or that of a folder as `nbr render` would find it there. */
function settingsFileOf(path: string): string {
  const isFile = basename(path) === "settings.json" && basename(dirname(path)) === ".vscode";
  if (isFile && existsSync(path)) return path;
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const found = isFolder ? findFolderSettings(path) : null;
  if (found !== null) return found;
  throw new UsageError(
    isFolder
      ? `There is no .vscode/settings.json in ${path} or above it.`
      : `${path} is neither a folder nor the .vscode/settings.json of one. Name other files with --settings.`,
    "trust",
  );
}
