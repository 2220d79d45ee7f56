/** Which Write is meant without `--write`. */
import type { ScriptFacts } from "../plan/target.ts";
import { UsageError } from "./failure.ts";

/** With `--all`, the request is made for any Write that is enabled. @throws {UsageError} */
export function anyWrite(script: ScriptFacts, command: string): string {
  const active = script.writes.find((write) => !write.disabled && !write.reading);
  if (active) return active.name;
  throw new UsageError(`There is no enabled Write node in "${script.path}".`, command);
}

/** The one Write of a script, if no name was given. @throws {UsageError} if there are several. */
export function onlyWrite(script: ScriptFacts, command: string): string {
  const active = script.writes.filter((write) => !write.disabled && !write.reading);
  const [first, second] = active.length > 0 ? active : script.writes;
  if (first === undefined) throw new UsageError(`There is no Write node in "${script.path}".`, command);
  if (second === undefined) return first.name;
  throw new UsageError(
    `Which Write? "${script.path}" has ${script.writes.map((write) => write.name).join(", ")}. Name one with --write, or render all with --all.`,
    command,
  );
}
