/** The options that the form draws from the table. */
import type { OptionRow } from "./kinds.ts";
import { type OptionName, optionTable } from "./table.ts";

type FieldOf<Name extends OptionName> = (typeof optionTable)[Name]["form"] extends { control: "field" }
  ? Name
  : never;
/** Options that have a field in the form which is drawn from the table. */
export type FieldName = { [Name in OptionName]: FieldOf<Name> }[OptionName];

function isField(name: string): name is FieldName {
  return Object.entries<OptionRow>(optionTable).some(
    ([one, { form }]) => one === name && form.control === "field",
  );
}

/** In the order of the table. */
export const fieldNames: readonly FieldName[] = Object.keys(optionTable).filter((name) => isField(name));
