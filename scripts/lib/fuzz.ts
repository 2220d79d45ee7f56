/** Runs mutated scripts through everything that reads scripts, in a thread that is ended when it hangs. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { FuzzMessage } from "./fuzz-message.ts";
import { fuzzCase } from "./fuzz-worker.ts";

export interface FuzzOptions {
  /** Of the first case; the next one has the next. */
  readonly seed: number;
  readonly cases: number;
  readonly seconds: number;
  /** Told of each failure when it is found. */
  readonly onFailure?: (text: string) => void;
}

export interface FuzzReport {
  readonly cases: number;
  readonly characters: number;
  /** Bytes of WebAssembly's memory at the end. */
  readonly wasm: number;
  /** One line and more for each failure, with its seed. */
  readonly failures: readonly string[];
}

/** A case that says nothing for so long, ms, hangs. */
const HANGS_AFTER = 30_000;

export const failureFolder = join(import.meta.dirname, "..", "..", ".test-output", "fuzz");

export async function fuzz({ seed, cases, seconds, onFailure }: FuzzOptions): Promise<FuzzReport> {
  const failures: string[] = [];
  const fail = async (at: number, reason: string, message: string): Promise<void> => {
    const file = join(failureFolder, `${at}.nk`);
    const { text, source, done } = fuzzCase(at);
    await mkdir(failureFolder, { recursive: true });
    await writeFile(file, text);
    const failure = `seed ${at}: ${reason}: ${message}\n  ${done.join(", ")} of ${source}\n  case: ${file}\n  again: npm run fuzz -- --seed ${at} --cases 1`;
    failures.push(failure);
    onFailure?.(failure);
  };
  const worker = new Worker(join(import.meta.dirname, "fuzz-worker.ts"), {
    workerData: { seed, cases, seconds },
  });
  const pending: Promise<void>[] = [];
  let current = seed;
  const end = await new Promise<{ cases: number; characters: number; wasm: number }>((resolve) => {
    const stopped = (reason: string, message: string): void => {
      clearTimeout(watchdog);
      pending.push(fail(current, reason, message));
      resolve({ cases: current - seed + 1, characters: 0, wasm: 0 });
    };
    const watchdog = setTimeout(
      () => stopped("hangs", `nothing for ${HANGS_AFTER / 1000} seconds`),
      HANGS_AFTER,
    );
    worker.on("message", (message: FuzzMessage) => {
      watchdog.refresh();
      if (message.type === "case") current = message.seed;
      else if (message.type === "failure") pending.push(fail(message.seed, message.reason, message.message));
      else {
        clearTimeout(watchdog);
        resolve(message);
      }
    });
    worker.once("error", (error) => stopped("crashed", error.stack ?? error.message));
  });
  await worker.terminate();
  await Promise.all(pending);
  return { ...end, failures };
}
