/** Options in words: for the help of the command line, and for completion in tasks.json. */
import type { OptionFlag, OptionKind, OptionRow, TaskProperty } from "./kinds.ts";

/** The help of one flag, as one line. */
export function flagHelp(row: OptionRow, { help, note }: OptionFlag): string {
  const text = help ?? `${row.help}${choicesText(row.kind)} (default: ${row.byDefault})`;
  return [`${text.charAt(0).toLowerCase()}${text.slice(1)}`, ...(note === undefined ? [] : [note])].join(
    ". ",
  );
}

/** The properties of a task that stand for render options, as package.json declares them. */
export function taskProperties(table: Readonly<Record<string, OptionRow>>): Record<string, object> {
  return Object.fromEntries(
    Object.values(table).flatMap((row) =>
      row.task.map((property) => [
        property.name,
        { ...jsonSchema(property.kind ?? row.kind), description: taskHelp(row, property) },
      ]),
    ),
  );
}

function taskHelp(row: OptionRow, { help, note }: TaskProperty): string {
  const text = help ?? `${row.help}${choicesText(row.kind)}. Default: ${row.byDefault}`;
  return note === undefined ? `${text}.` : `${text}. ${note}`;
}

function choicesText(kind: OptionKind): string {
  if (kind.type !== "choice" || kind.choices.every(({ help }) => help === undefined)) return "";
  const told = kind.choices.map(({ value, help }) => (help === undefined ? value : `${value}: ${help}`));
  return `. ${told.join("; ")}`;
}

function jsonSchema(kind: OptionKind): object {
  switch (kind.type) {
    case "whole":
      return { type: "integer", minimum: kind.least, maximum: kind.most };
    case "choice":
      return { type: "string", enum: kind.choices.map(({ value }) => value) };
    case "boolean":
      return { type: "boolean" };
    case "list":
      return { type: "array", items: { type: "string" } };
    case "order":
      return { type: "string", pattern: "^(forward|backward|ends|every:[0-9]+)$" };
    default:
      return { type: "string" };
  }
}
