import { type ChildProcess, spawn } from "node:child_process";
import { programFile } from "../../src/paths.ts";

export interface NbrResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface NbrOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Called with the process and with each line of stdout as it comes. */
  readonly onLine?: (line: string, child: ChildProcess) => void;
}

/** Runs `nbr` as a separate process, from the sources, and waits for its end. */
export function runNbr(
  args: readonly string[],
  { env = process.env, cwd, onLine }: NbrOptions = {},
): Promise<NbrResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", programFile("cli"), ...args],
      {
        env,
        cwd,
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let [stdout, stderr, tail] = ["", "", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      const lines = (tail + text).split("\n");
      tail = lines.pop() ?? "";
      for (const line of lines) onLine?.(line, child);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}
