/** Injects the faults a Nuke can have, for real: memory use, signals, hangs, child processes. */
import { spawn } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Profile } from "./profile.ts";

const MB = 1024 * 1024;

export class FaultInjection {
  readonly #profile: Profile;
  readonly #held: Buffer[] = [];

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  /** At the start of the process. */
  begin(argv: readonly string[]): void {
    const { ignoreTerm, spawnChild, startupMB, recordTo } = this.#profile;
    if (ignoreTerm) for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => undefined);
    if (spawnChild) {
      const deaf = ignoreTerm ? "for (const s of ['SIGTERM','SIGINT','SIGHUP']) process.on(s, () => 0);" : "";
      spawn(process.execPath, ["-e", `${deaf} setInterval(() => 0, 1000)`], { stdio: "ignore" });
    }
    if (recordTo !== undefined) {
      const start = Date.now();
      process.on("exit", () =>
        appendFileSync(
          recordTo,
          `${JSON.stringify({ argv, cwd: process.cwd(), pid: process.pid, start, end: Date.now() })}\n`,
        ),
      );
    }
    if (startupMB > 0) this.#held.push(taken(startupMB));
  }

  /** Allocates memory for one frame; the returned function frees it. */
  take(megabytes: number): () => void {
    if (megabytes > 0) this.#held.push(taken(megabytes));
    return () => {
      if (megabytes > 0) this.#held.pop();
    };
  }

  /** Whether this frame fails now. */
  fails(frame: number): boolean {
    const { failFrames, failTimes, counterFolder } = this.#profile;
    if (!failFrames.includes(frame)) return false;
    if (failTimes === undefined || counterFolder === undefined) return true;
    mkdirSync(counterFolder, { recursive: true });
    for (let time = 0; time < failTimes; time++) {
      const mark = join(counterFolder, `failed-${frame}-${time}`);
      if (existsSync(mark)) continue;
      writeFileSync(mark, "");
      return true;
    }
    return false;
  }

  /** Never returns. */
  async hang(): Promise<never> {
    return await new Promise<never>(() => setInterval(() => undefined, 60_000));
  }

  /** Dies of a signal, like a crash. */
  async crash(): Promise<never> {
    process.kill(process.pid, this.#profile.crashSignal);
    return await this.hang();
  }
}

/** Random bytes, so that no system can compress them. */
function taken(megabytes: number): Buffer {
  const block = Buffer.allocUnsafeSlow(Math.round(megabytes * MB));
  const pattern = randomFillSync(Buffer.allocUnsafe(MB));
  for (let at = 0; at < block.length; at += MB) pattern.copy(block, at);
  return block;
}

export async function pause(seconds: number): Promise<void> {
  if (seconds > 0) await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
