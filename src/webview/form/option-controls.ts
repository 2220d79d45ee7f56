/** The controls that come from the table of render options. */
import { type TemplateResult, html, nothing } from "lit";
import type { OptionRow } from "../../plan/options/kinds.ts";
import { type FieldName, fieldNames } from "../../plan/options/fields.ts";
import { optionTable } from "../../plan/options/table.ts";
import type { WriteTarget } from "../../plan/target.ts";
import { type Option, checkField, selectField, textField } from "./fields.ts";
import { type FieldTexts, type RenderField } from "./draft.ts";
import { fieldId, hasField } from "./option-fields.ts";

export interface OptionControlParts {
  readonly write: WriteTarget;
  readonly draft: FieldTexts;
  readonly errors: Partial<Record<RenderField, string>>;
  /** What empty fields stand for, where the plan knows. */
  readonly automatic: Partial<Record<FieldName, string>>;
  /** Hints that depend on the machine. */
  readonly hints: Partial<Record<FieldName, string>>;
  readonly change: (name: FieldName, text: string) => void;
}

/** One control; nothing where the option has no meaning for the Write. */
export function optionControl(name: FieldName, parts: OptionControlParts): TemplateResult {
  const row: OptionRow = optionTable[name];
  const { kind, form } = row;
  if (form.control !== "field" || !hasField(row, parts.write)) return html`${nothing}`;
  const { draft, errors, automatic } = parts;
  const common = {
    id: fieldId(name),
    label: form.label,
    hint: parts.hints[name] ?? form.hint,
    error: errors[name],
    set: (text: string): void => parts.change(name, text),
  };
  if (kind.type === "boolean")
    return checkField({
      ...common,
      checked: draft[name] === "true",
      set: (on) => parts.change(name, on ? "true" : ""),
    });
  if (kind.type === "choice")
    return selectField({
      ...common,
      value: draft[name] === "" ? BY_DEFAULT : draft[name],
      options: choicesOf[name] ?? [],
      set: (value) => parts.change(name, value === BY_DEFAULT ? "" : value),
    });
  return textField({
    ...common,
    value: draft[name],
    placeholder: automatic[name] ?? `${row.byDefault} (default)`,
  });
}

/** Options that are rarely needed. */
export const rareFields: ReadonlySet<FieldName> = new Set(
  fieldNames.filter((name) => {
    const { form }: OptionRow = optionTable[name];
    return form.control === "field" && form.more === true;
  }),
);

/** Options that are rarely needed, in a section of their own. It opens when one of them is set, and stays open until it is closed. */
export function moreOptions(parts: OptionControlParts): TemplateResult {
  const isSet = [...rareFields].some((name) => parts.draft[name] !== "" || parts.errors[name] !== undefined);
  const isOpen = document.getElementById("more")?.hasAttribute("open") ?? false;
  return html`<details id="more" ?open=${isSet || isOpen}>
    <summary id="more-summary">More</summary>
    <div class="fields">${[...rareFields].map((name) => optionControl(name, parts))}</div>
  </details>`;
}

/** The element takes an empty value for no choice. */
const BY_DEFAULT = "default";

/** Made once: elements compare lists by identity. The first choice is the default. */
const choicesOf: Readonly<Partial<Record<FieldName, readonly Option[]>>> = Object.fromEntries(
  fieldNames.flatMap((name): [string, readonly Option[]][] => {
    const { kind, byDefault }: OptionRow = optionTable[name];
    if (kind.type !== "choice") return [];
    const label = byDefault.startsWith("the setting") ? "As the setting says" : "Default";
    const choices = kind.choices.map((one): Option => ({ value: one.value, label: one.label }));
    return [[name, [{ value: BY_DEFAULT, label, description: byDefault }, ...choices]]];
  }),
);
