/** Text of scripts in places where an editor interprets markup. */
import { visibleText } from "./visible-text.ts";

/**
 * As a label or a message: controls are shown, and neither `$(icon)` nor a link `[text](command:…)`, which notifications follow, is made of
 * what a script says. A space without width goes between, since these places know no escape.
 */
export function plainLabel(text: string): string {
  return visibleText(text).replaceAll(/([$\]])\(/gu, "$1\u200B(");
}
