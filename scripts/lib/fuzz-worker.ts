/** The thread that reads the cases: one that hangs can be ended from outside. */
import { parentPort, workerData } from "node:worker_threads";
import * as z from "zod";
import { FuzzFailure, checkText } from "./fuzz-checks.ts";
import { memoryUse, wasmBytes, watchWasm } from "./fuzz-memory.ts";
import type { FuzzMessage } from "./fuzz-message.ts";
import { fuzzSources, readSource } from "./fuzz-sources.ts";
import { type FuzzCase, mutate } from "./mutations.ts";
import { Random } from "./random.ts";

const taskSchema = z.object({ seed: z.int(), cases: z.number(), seconds: z.number() });

/** Cases that are read again to measure memory. */
const REPLAYED = 25;
/** What a collection and a fragmented heap may leave behind. */
const HEAP_SLACK = 16_000_000;
const WASM_SLACK = 4_000_000;

const { files } = fuzzSources();

/** The case of a seed, always the same. */
export function fuzzCase(seed: number): FuzzCase & { source: string } {
  const random = new Random(seed);
  const file = (): string => files[random.below(files.length)] ?? "";
  const source = file();
  return { source, ...mutate(readSource(source), random, () => readSource(file())) };
}

if (parentPort !== null) await work(taskSchema.parse(workerData));

async function work(task: z.infer<typeof taskSchema>): Promise<void> {
  watchWasm();
  const end = performance.now() + task.seconds * 1000;
  let failed = false;
  let characters = 0;
  let done = 0;
  while (done < task.cases && performance.now() < end) {
    const seed = task.seed + done++;
    say({ type: "case", seed });
    const { text } = fuzzCase(seed);
    characters += text.length;
    failed = !(await passes(seed, text)) || failed;
  }
  // Cases that failed need not leave anything clean behind.
  if (!failed) await measure(task.seed, Math.min(done, REPLAYED));
  say({ type: "end", cases: done, characters, wasm: wasmBytes() });
}

async function passes(seed: number, text: string): Promise<boolean> {
  try {
    await checkText(text);
    return true;
  } catch (error) {
    const reason = error instanceof FuzzFailure ? error.reason : "threw";
    say({ type: "failure", seed, reason, message: error instanceof Error ? error.message : String(error) });
    return false;
  }
}

/** The same cases again and again: the second time must not need more than the first. */
async function measure(seed: number, count: number): Promise<void> {
  const replay = async (): Promise<void> => {
    for (let at = 0; at < count; at++) {
      say({ type: "case", seed: seed + at });
      await checkText(fuzzCase(seed + at).text);
    }
  };
  try {
    await replay();
    const before = memoryUse();
    await replay();
    await replay();
    const after = memoryUse();
    const [heap, wasm] = [after.heap - before.heap, after.wasm - before.wasm];
    if (heap > HEAP_SLACK || wasm > WASM_SLACK) {
      const message = `${count} cases, read twice more, left ${heap} bytes on the heap and ${wasm} in WebAssembly's memory`;
      say({ type: "failure", seed, reason: "memory", message });
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    say({ type: "failure", seed, reason: "threw", message: `in a later pass: ${message}` });
  }
}

function say(message: FuzzMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  parentPort?.postMessage(message);
}
