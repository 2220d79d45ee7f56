import { createInterface } from "node:readline";

/** Where a command writes. Results go to `out`, everything said on the way to `err`, so that `--json` output can be piped. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
  /** `err` is a screen that lines can be redrawn on. */
  readonly live: boolean;
  readonly columns: number;
  /** `out` is a screen that shows colors, and they are wanted. */
  readonly color: boolean;
  /** Text to a live screen, without a line end. */
  draw(text: string): void;
  /** Asks a question and returns the line that was typed, empty at the end of input; null if this is no interactive terminal. */
  readonly ask: ((question: string) => Promise<string>) | null;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  return {
    out: (line) => void stdout.write(`${line}\n`),
    err: (line) => void stderr.write(`${line}\n`),
    live: stderr.isTTY && process.env.TERM !== "dumb" && process.env.CI === undefined,
    get columns() {
      return stderr.columns > 0 ? stderr.columns : 100;
    },
    color: stdout.isTTY && process.env.TERM !== "dumb" && !process.env.NO_COLOR,
    draw: (text) => void stderr.write(text),
    ask: process.stdin.isTTY && stderr.isTTY && process.env.CI === undefined ? askLine : null,
    cwd: process.cwd(),
    env: process.env,
  };
}

/** Ctrl-C and the end of input count as an empty answer. */
function askLine(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    lines.once("close", () => resolve(""));
    lines.once("SIGINT", () => lines.close());
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}
