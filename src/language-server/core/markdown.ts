/** Text of a script as Markdown: names and values must not become markup. */
import { visibleLines, visibleText } from "../../plan/text/visible-text.ts";

/** As itself, on one line. */
export function plainMarkdown(text: string): string {
  return onOneLine(text).replaceAll(/[!#&()*+\-.<>[\\\]_`{|}~]/gu, String.raw`\$&`);
}

/** As code within a line. */
export function inlineCode(text: string): string {
  const fence = "`".repeat(longestRun(text) + 1);
  const line = onOneLine(text);
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return line === "" ? "" : `${fence}${pad}${line}${pad}${fence}`;
}

/** As a block of code. */
export function codeBlock(text: string, language = ""): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${visibleLines(text)}\n${fence}`;
}

function onOneLine(text: string): string {
  return visibleText(text.replaceAll(/\s+/gu, " "));
}

function longestRun(text: string): number {
  return (text.match(/`+/gu) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}

const [MOST_LINES, MOST_CHARACTERS] = [16, 1200];

/** The beginning of a long text, and how much is missing. */
export function shortened(text: string): string {
  const lines = text.slice(0, MOST_CHARACTERS).split("\n").slice(0, MOST_LINES).join("\n");
  if (lines.length === text.length) return text;
  return `${lines}…\n(${text.length.toLocaleString("en-US")} characters)`;
}
