/** Asks a program which Nuke it is. The one file of this folder that starts anything. */
import { messageOf } from "../plan/text/message-of.ts";
import { type ChildProcess, spawn } from "node:child_process";

/** What came of it: a version; no version, which a studio's launcher may be right about; or it could not be started. */
export type Probe =
  | { readonly kind: "nuke"; readonly version: string }
  /** `how`: a clause about the program, such as `it ended with exit code 2`. */
  | { readonly kind: "silent"; readonly how: string }
  | { readonly kind: "not-started"; readonly why: string };

export interface ProbeOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Launchers that set up a whole environment take their time. */
  readonly timeoutMs?: number;
  /** Aborted if the answer is not needed anymore. */
  readonly signal?: AbortSignal;
}

const USUAL_TIMEOUT_MS = 60_000;
/** Of each stream, bytes. The version is in the first line, after what a launcher says. */
const MOST_OUTPUT = 256 * 1024;
/** What it printed last may come after its end; a process it left behind may keep the pipe open for good. */
const DRAIN_MS = 500;

/** `Nuke 15.1v5, 64 bit, built …`; which stream and which exit code are not known (nuke-cli.md 1.5). */
const versionLine = /\bNuke[A-Za-z]{0,12}\s{1,4}(\d{1,3}\.\d{1,3}v\d{1,4})\b/u;

/** Runs `argv` with `--version` for a bounded time; the program and what it has started are ended then. Never rejects. */
export async function probeNuke(
  argv: readonly string[],
  { env, cwd, timeoutMs = USUAL_TIMEOUT_MS, signal }: ProbeOptions,
): Promise<Probe> {
  const [program = "", ...words] = argv;
  let child: ChildProcess;
  try {
    child = spawn(program, [...words, "--version"], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      // Its own process group, so everything a launcher starts ends with it.
      detached: process.platform !== "win32",
    });
  } catch (error) {
    return { kind: "not-started", why: messageOf(error) };
  }
  const timers: NodeJS.Timeout[] = [];
  try {
    return await new Promise<Probe>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        let text = "";
        stream?.on("data", (piece: Buffer) => {
          // The rest of a flood is read and thrown away.
          if (text.length >= MOST_OUTPUT) return;
          text += piece.toString("latin1");
          const version = versionLine.exec(text)?.[1];
          if (version !== undefined) resolve({ kind: "nuke", version });
        });
      }
      child.once("error", (error) => resolve({ kind: "not-started", why: error.message }));
      const ended = (code: number | null, name: string | null): void =>
        resolve({ kind: "silent", how: `it ended with ${name ?? `exit code ${code ?? "unknown"}`}` });
      child.once("close", ended);
      child.once("exit", (code, name) => timers.push(setTimeout(() => ended(code, name), DRAIN_MS)));
      const late = `it did not end within ${Math.round(timeoutMs / 1000)} s`;
      timers.push(setTimeout(() => resolve({ kind: "silent", how: late }), timeoutMs));
      signal?.addEventListener("abort", () => resolve({ kind: "silent", how: "the test was cancelled" }), {
        once: true,
      });
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    end(child);
  }
}

function end(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === "win32") {
    if (child.exitCode !== null) return;
    spawn("taskkill", ["/PID", String(pid), "/T", "/F"], { stdio: "ignore", windowsHide: true }).on(
      "error",
      () => child.kill(),
    );
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended, with all it had started.
  }
}
