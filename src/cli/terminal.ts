import { createInterface } from "node:readline";
import { visibleText } from "../plan/text/visible-text.ts";

export type LineColor = "red" | "green" | "yellow";
const colorCodes: Record<LineColor, number> = { red: 31, green: 32, yellow: 33 };

/**
 * Where a command writes. Results go to `out`, everything said on the way to `err`, so that `--json` output can be piped. Nothing in a line
 * is obeyed, wherever it comes from: what a terminal would act on is shown (`visibleText`). Colors and the cursor are asked for by name.
 */
export interface Terminal {
  /** One line; a line feed in it is shown, too. */
  out(line: string, color?: LineColor): void;
  err(line: string): void;
  /** A line of `out` exactly as it is, for those who asked for that. */
  raw(line: string): void;
  /** `err` is a screen that lines can be redrawn on. */
  readonly live: boolean;
  /** Puts these lines, cut to the screen's width, in place of the last `up` ones of a live screen. */
  redraw(up: number, lines: readonly string[]): void;
  /** Asks a question and returns the line that was typed, empty at the end of input; null if this is no interactive terminal. */
  readonly ask: ((question: string) => Promise<string>) | null;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What a terminal writes to, such as `process.stdout`. */
export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export function processTerminal(
  stdout: TextOutput = process.stdout,
  stderr: TextOutput = process.stderr,
  env: NodeJS.ProcessEnv = process.env,
): Terminal {
  const smart = env.TERM !== "dumb";
  const colored = stdout.isTTY === true && smart && !env.NO_COLOR;
  return {
    out: (line, color) => {
      const text = visibleText(line);
      stdout.write(
        color === undefined || !colored ? `${text}\n` : `\u001B[${colorCodes[color]}m${text}\u001B[39m\n`,
      );
    },
    err: (line) => void stderr.write(`${visibleText(line)}\n`),
    raw: (line) => void stdout.write(`${line}\n`),
    live: stderr.isTTY === true && smart && env.CI === undefined,
    redraw: (up, lines) => {
      const columns = stderr.columns !== undefined && stderr.columns > 0 ? stderr.columns : 100;
      const drawn = lines.map((line) => `\u001B[2K${clip(visibleText(line), columns)}\n`).join("");
      stderr.write(`${up > 0 ? `\u001B[${up}A` : ""}${drawn}\u001B[J`);
    },
    ask: process.stdin.isTTY && stderr.isTTY === true && env.CI === undefined ? askLine : null,
    cwd: process.cwd(),
    env,
  };
}

function clip(line: string, columns: number): string {
  return line.length > columns ? `${line.slice(0, columns - 1)}…` : line;
}

/** Ctrl-C and the end of input count as an empty answer. */
function askLine(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    lines.once("close", () => resolve(""));
    lines.once("SIGINT", () => lines.close());
    lines.question(visibleText(question), (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}
