/** What a command reports first: the settings files it uses, and what it ignores. */
import type { Ignored, IgnoredSettings, SettingsInForce } from "../../facts/settings-files.ts";
import { displayCommand } from "../../plan/command-line.ts";
import type { Terminal } from "../terminal.ts";

/** The files in use on the first line, then what is ignored and how to change that. On `err`, because `out` may carry JSON. */
export function printSettings({ files, ignored, demoFrom }: SettingsInForce, terminal: Terminal): void {
  terminal.err(`settings: ${files.length === 0 ? "none set" : files.join(", ")}`);
  if (ignored !== null) terminal.err(`warning: ${ignoredText(ignored)}`);
  if (demoFrom !== null)
    terminal.err(`note: ${demoFrom} turns on the demo renderer, which writes test pictures.`);
}

/** Why settings of a folder's file do not count, and the command that changes that. */
export function ignoredText({ file, keys, ignored }: IgnoredSettings): string {
  const named = keys.length === 0 ? "The settings" : keys.join(", ");
  const verb = keys.length === 1 ? "is" : "are";
  return `${named} in ${file} ${verb} ignored: ${reasonText(file, ignored)}`;
}

function reasonText(file: string, ignored: Ignored): string {
  const explicit = `To use the file anyway, name it: ${displayCommand(["--settings", file])}`;
  const programs = "settings that choose programs";
  const trust = displayCommand(["nbr", "trust", file]);
  if (ignored.kind === "unusable") return `${ignored.why}.`;
  if (ignored.kind === "foreign") return `${ignored.path} ${ignored.why}. ${explicit}`;
  if (ignored.kind === "exposed")
    return `${programs} are not read from there, because ${ignored.path} ${ignored.why}. Put them in your user settings. ${explicit}`;
  if (ignored.kind === "changed")
    return `${programs} have changed since they were allowed. Check them, then allow them again: ${trust}`;
  return `${programs} are not allowed there. Allow them: ${trust}`;
}
