import { type SpawnOptions, spawn } from "node:child_process";

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Show what it prints; otherwise it is only in the error. */
  readonly show?: boolean;
}

/** A program did not end well; its last output is in the message. */
export class RunError extends Error {
  readonly reason = "program-failed";
}

/** Runs a program with these words and waits for its end. @throws {RunError} when it does not end with 0. */
export async function run(
  program: string,
  words: readonly string[],
  { cwd, env, show }: RunOptions = {},
): Promise<void> {
  const options: SpawnOptions = {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32" && program === "npm",
  };
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, words, options);
    let tail = "";
    const read = (data: Buffer): void => {
      if (show) process.stderr.write(data);
      tail = (tail + data.toString()).slice(-4000);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", (error) => reject(new RunError(`${program} could not be started: ${error.message}`)));
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new RunError(`${program} ${words.join(" ")} ended with ${code ?? signal}:\n${tail}`));
    });
  });
}
