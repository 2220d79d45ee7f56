import { run } from "node:test";
import { spec } from "node:test/reporters";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs test files with Node's own runner, prints them for people, and counts. */
export async function runTestFiles(
  files: readonly string[],
  { concurrency, signal }: { concurrency: number; signal: AbortSignal },
): Promise<Counts> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (files.length === 0) return counts;
  const events = run({ files: [...files], concurrency, signal });
  events.on("test:pass", (test) => {
    if (test.details.type === "suite") return;
    if (test.skip !== undefined || test.todo !== undefined) counts.skipped++;
    else counts.passed++;
  });
  events.on("test:fail", () => counts.failed++);
  const shown = events.compose(new spec());
  for await (const text of shown) process.stdout.write(String(text));
  return counts;
}
