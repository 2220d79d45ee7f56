/** The fields that come from the table of render options: what stands in them as text, and what it means. */
import type { OptionKind, OptionRow } from "../../plan/options/kinds.ts";
import { readOption, takes } from "../../plan/options/read-option.ts";
import { type FieldName, fieldNames } from "../../plan/options/fields.ts";
import { optionTable } from "../../plan/options/table.ts";
import type { RenderOptions } from "../../plan/request.ts";
import { sizeText } from "../../plan/text/size.ts";
import type { WriteTarget } from "../../plan/target.ts";

/** One value for each of the fields. */
export function fieldShape<Value>(value: Value): Record<FieldName, Value>;
export function fieldShape(value: unknown): Record<string, unknown> {
  return Object.fromEntries(fieldNames.map((name) => [name, value]));
}

/** What stands in the fields for these options. */
export function fieldTexts(options: Partial<RenderOptions>): Record<FieldName, string> {
  const texts = fieldShape("");
  for (const name of fieldNames) texts[name] = textOf(optionTable[name].kind, options[name]);
  return texts;
}

export interface ReadFields {
  readonly options: Readonly<Record<string, unknown>>;
  readonly errors: Partial<Record<FieldName, string>>;
}

/** Empty fields, and those that have no meaning for a movie, say nothing. */
export function readFields(texts: Readonly<Record<FieldName, string>>, write: WriteTarget): ReadFields {
  const options: Record<string, unknown> = {};
  const errors: Partial<Record<FieldName, string>> = {};
  for (const name of fieldNames) {
    const text = texts[name].trim();
    const row: OptionRow = optionTable[name];
    if (text === "" || !hasField(row, write)) continue;
    const value = readOption(row.kind, text);
    if (value === undefined) errors[name] = `${row.form.label}: "${text}" is not ${takes(row.kind)}.`;
    else options[name] = value;
  }
  return { options, errors };
}

/** Whether the option means something for the Write. */
export function hasField(row: OptionRow, { movie }: WriteTarget): boolean {
  return row.movie !== false || !movie;
}

/** The id of a field's element: the name of the option's flag. */
export function fieldId(name: FieldName): string {
  return optionTable[name].flags[0].name;
}

export const fieldIdsOfTable: Readonly<Record<FieldName, string>> = (() => {
  const ids = fieldShape("");
  for (const name of fieldNames) ids[name] = fieldId(name);
  return ids;
})();

/** Where there is nothing to say the field is empty; a switch that is off is not set. */
function textOf(kind: OptionKind, value: unknown): string {
  if (typeof value === "number") return kind.type === "size" ? sizeText(value) : String(value);
  return typeof value === "string" ? value : value === true ? "true" : "";
}
