/** Reading the value of an option from text: a flag's value, a field of the form, a word in tasks.json. */
import { parseOrder } from "../frames/order.ts";
import { SizeError, displayMB, parseMB } from "../text/size.ts";
import type { OptionKind } from "./kinds.ts";

/** Undefined where the text is no such value. A list is read as one of its words. */
export function readOption(kind: OptionKind, text: string): unknown {
  const trimmed = text.trim();
  switch (kind.type) {
    case "whole":
      return /^-?\d+$/u.test(trimmed) ? within(Number(trimmed), kind) : undefined;
    case "size":
      return within(megabytes(trimmed), kind);
    case "choice":
      return kind.choices.find(({ value }) => value === trimmed)?.value;
    case "boolean":
      return trimmed === "true" ? true : trimmed === "false" ? false : undefined;
    case "order":
      return parseOrder(trimmed) ?? undefined;
    case "text":
      return text;
    case "list":
      return [text];
    default:
      return undefined;
  }
}

/** What an option takes, in words that follow "takes". */
export function takes(kind: OptionKind): string {
  switch (kind.type) {
    case "whole":
      return `a whole number from ${kind.least} to ${kind.most.toLocaleString("en-US")}`;
    case "size":
      return `an amount of memory, such as 4G or 4096M, from ${displayMB(kind.least)} to ${displayMB(kind.most)}`;
    case "choice":
      return kind.choices.map(({ value }) => value).join(", ");
    case "boolean":
      return "true or false";
    case "order":
      return "forward, backward, ends or every:N (N from 2 on)";
    case "list":
      return "words";
    default:
      return "text";
  }
}

function within(value: number, { least, most }: { least: number; most: number }): number | undefined {
  // Minus zero is zero.
  return value >= least && value <= most ? value + 0 : undefined;
}

function megabytes(text: string): number {
  try {
    return parseMB(text);
  } catch (error) {
    if (error instanceof SizeError) return Number.NaN;
    throw error;
  }
}
