/** What a row of the table of render options consists of. */
import * as z from "zod/mini";
import { type Bounds, orderSchema, splitSchema, wholeSchema } from "./values.ts";

/** What kind of value an option has, and so how it is written in text, in tasks.json and in the form. */
export type OptionKind =
  | ({ readonly type: "whole" } & Bounds)
  /** An amount of memory in MB; as text `4G`. */
  | ({ readonly type: "size" } & Bounds)
  | { readonly type: "choice"; readonly choices: readonly Choice[] }
  | { readonly type: "boolean" }
  | { readonly type: "text" }
  | { readonly type: "list" }
  /** `forward`, `backward`, `ends`, `every:10`. */
  | { readonly type: "order" }
  /** Has no text of its own; its flags and task properties are whole numbers. */
  | { readonly type: "split" };

export interface Choice {
  readonly value: string;
  /** In the form. */
  readonly label: string;
  /** What it does, in a clause; absent: the name says it. */
  readonly help?: string;
}

/** What a farm does with an option: the token of its command that carries it; `plan`: it decides before anything is sent; `refused`. */
export type FarmUse = FarmToken | "plan" | "refused";
export type FarmToken = "range" | "threads" | "batchSize" | "cache" | "views" | "proxy" | "continueOnError";

/** A second way to write an option, whose value is `toValue` of what is written. */
interface Spelling {
  /** Absent: the option's own. */
  readonly kind?: OptionKind;
  readonly toValue?: (written: unknown) => unknown;
  /** Instead of the option's help. */
  readonly help?: string;
  /** What is to be said on this surface only; a sentence. */
  readonly note?: string;
}

export interface OptionFlag extends Spelling {
  readonly name: string;
  /** Stands for the value in the help; absent: a switch, which gives the option the value `sets`. */
  readonly placeholder?: string;
  readonly sets?: unknown;
  /** Absent: the option's. */
  readonly farm?: FarmUse;
  /** Each value may be several with commas. */
  readonly commas?: boolean;
}

export interface TaskProperty extends Spelling {
  readonly name: string;
}

export type OptionForm =
  /** A field that the form draws from the table; `more`: among those that are rarely used. */
  | { readonly control: "field"; readonly label: string; readonly hint?: string; readonly more?: boolean }
  /** The form has a control of its own for it. */
  | { readonly control: "special"; readonly label: string; readonly hint?: string }
  /** The form shows what this setting says, and has no field. */
  | { readonly control: "setting"; readonly label: string; readonly setting: string };

export interface OptionRow {
  readonly kind: OptionKind;
  readonly schema: z.ZodMiniType;
  /** What it does: one sentence, without its period. */
  readonly help: string;
  /** What holds when it is absent, in words. */
  readonly byDefault: string;
  readonly flags: readonly OptionFlag[];
  readonly task: readonly TaskProperty[];
  readonly form: OptionForm;
  readonly farm: FarmUse;
  /** False: it has no meaning for a movie, which one Nuke writes from end to end. */
  readonly movie?: false;
  /** False: the next render of the same Write does not begin with it. */
  readonly remembered?: false;
}

export function whole(limits: Bounds) {
  return { kind: { type: "whole", ...limits }, schema: z.optional(wholeSchema(limits)) } as const;
}

export function size(limits: Bounds) {
  return { kind: { type: "size", ...limits }, schema: z.optional(wholeSchema(limits)) } as const;
}

/** One of the values of a schema, with a label, and a clause where the name does not say it, for each. */
export function choice<const Value extends string>(
  schema: z.ZodMiniEnum<{ [Key in Value]: Key }>,
  labels: Readonly<Record<Value, readonly [label: string, help?: string]>>,
) {
  const choices = schema.options.map((value): Choice => {
    const [label, help] = labels[value];
    return { value, label, ...(help === undefined ? {} : { help }) };
  });
  return { kind: { type: "choice", choices }, schema: z.optional(schema) } as const;
}

export const toggle = { kind: { type: "boolean" }, schema: z.optional(z.boolean()) } as const;
export const text = { kind: { type: "text" }, schema: z.optional(z.string()) } as const;
export const list = { kind: { type: "list" }, schema: z.optional(z.array(z.string())) } as const;
export const order = { kind: { type: "order" }, schema: z.optional(orderSchema) } as const;
export const split = { kind: { type: "split" }, schema: z.optional(splitSchema) } as const;

/** The `schema` of every row, by the row's name. */
export function shapeOf<Table extends Readonly<Record<string, { readonly schema: z.ZodMiniType }>>>(
  table: Table,
): { [Name in keyof Table]: Table[Name]["schema"] };
export function shapeOf(
  table: Readonly<Record<string, { readonly schema: z.ZodMiniType }>>,
): Record<string, z.ZodMiniType> {
  return Object.fromEntries(Object.entries(table).map(([name, { schema }]) => [name, schema]));
}
