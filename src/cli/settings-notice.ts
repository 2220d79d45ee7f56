/** What a command reports first: the settings files it uses, and what it ignores. */
import type { Ignored, IgnoredSettings, SettingsInForce } from "../facts/settings-files.ts";
import { displayCommand } from "../plan/command-line.ts";
import type { Terminal } from "./terminal.ts";

/** The files in use on the first line, then what is ignored and how to change that. On `err`, because `out` may carry JSON. */
export function printSettings({ files, ignored, demoFrom }: SettingsInForce, terminal: Terminal): void {
  terminal.err(`settings: ${files.length === 0 ? "none set" : files.join(", ")}`);
  if (ignored !== null) terminal.err(`warning: ${ignoredText(ignored)}`);
  if (demoFrom !== null)
    terminal.err(`note: ${demoFrom} switches the demo renderer on: it writes test pictures, not Nuke's.`);
}

/** Why settings of a folder's file do not count, and the command that changes that. */
export function ignoredText({ file, keys, ignored }: IgnoredSettings): string {
  const named = keys.length === 0 ? "The settings" : keys.join(", ");
  const verb = keys.length === 1 ? "is" : "are";
  return `${named} in ${file} ${verb} ignored: ${reasonText(file, ignored)}`;
}

function reasonText(file: string, ignored: Ignored): string {
  const explicit = `To use the file all the same, name it: ${displayCommand(["--settings", file])}`;
  const programs = "what decides which program runs";
  const trust = displayCommand(["nbr", "trust", file]);
  if (ignored.kind === "unusable") return `${ignored.why}.`;
  if (ignored.kind === "foreign") return `${ignored.path} ${ignored.why}. ${explicit}`;
  if (ignored.kind === "exposed")
    return `${programs} is not taken from there, since ${ignored.path} ${ignored.why}. Put it into your user settings. ${explicit}`;
  if (ignored.kind === "changed")
    return `${programs} has changed since it was allowed. Look at it, then allow it again: ${trust}`;
  return `${programs} was not allowed there. Allow it: ${trust}`;
}
