/** `npm test`: every tier in order. `npm test -- unit service` runs those alone. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { table } from "../src/cli/summary.ts";
import { findRenderService } from "../src/render-service/client/connect.ts";
import { processesWith } from "./lib/leftovers.ts";
import type { Counts } from "./lib/node-tests.ts";
import { type Tier, tiers } from "./lib/tiers.ts";

const wanted = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const unknown = wanted.filter((name) => !tiers.some((tier) => tier.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no tier ${unknown.join(", ")}. The tiers are ${tiers.map((tier) => tier.name).join(", ")}.\n`,
  );
  process.exit(2);
}

interface Result extends Counts {
  readonly name: string;
  readonly seconds: number;
  readonly obstacle: string | null;
}

const results: Result[] = [];
for (const tier of tiers)
  if (wanted.length === 0 || wanted.includes(tier.name)) results.push(await runTier(tier));

const rows = results.map((result) => [
  result.name,
  String(result.passed),
  String(result.failed),
  String(result.skipped),
  result.seconds.toFixed(0),
  result.obstacle === null ? "" : "NOT RUN",
]);
process.stdout.write(
  `\n${table(["tier", "passed", "failed", "skipped", "seconds", ""], rows, [1, 2, 3, 4]).join("\n")}\n`,
);
for (const { name, obstacle } of results)
  if (obstacle !== null) process.stdout.write(`\nNOT RUN: ${name}: ${obstacle}\n`);
const sum = (what: keyof Counts): number => results.reduce((total, result) => total + result[what], 0);
process.stdout.write(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped\n`);
process.exit(sum("failed") > 0 ? 1 : 0);

async function runTier(tier: Tier): Promise<Result> {
  const line = `━━ ${tier.name} ${"━".repeat(Math.max(3, 76 - tier.name.length))}`;
  process.stdout.write(`\n${line}\n`);
  const started = performance.now();
  const obstacle = (await tier.obstacle?.()) ?? null;
  if (obstacle !== null) {
    process.stdout.write(`\n!! NOT RUN: ${obstacle}\n`);
    return { name: tier.name, passed: 0, failed: 0, skipped: 0, seconds: 0, obstacle };
  }
  const stateFolder = await mkdtemp(join(tmpdir(), `nuke-render-test-${tier.name}-`));
  process.env.NUKE_RENDER_STATE_DIR = stateFolder;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), tier.minutes * 60_000);
  let counts: Counts;
  try {
    counts = await tier.run(limit.signal);
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    counts = { passed: 0, failed: 1, skipped: 0 };
  }
  clearTimeout(timer);
  const late = limit.signal.aborted ? [`took longer than ${tier.minutes} minutes`] : [];
  const empty = counts.passed + counts.failed + counts.skipped === 0 ? ["ran no test"] : [];
  await stopService();
  // What ends by itself gets the time for it.
  const patience = Date.now() + 5000;
  while (processesWith(stateFolder).length > 0 && Date.now() < patience) await wait(50);
  const left = processesWith(stateFolder).map(({ pid, command }) => {
    process.kill(pid, "SIGKILL");
    return `left process ${pid}: ${command}`;
  });
  const faults = [...late, ...empty, ...left];
  for (const fault of faults) process.stdout.write(`✖ the tier ${fault}\n`);
  await rm(stateFolder, { recursive: true, force: true });
  return {
    name: tier.name,
    ...counts,
    failed: counts.failed + faults.length,
    seconds: (performance.now() - started) / 1000,
    obstacle: null,
  };
}

/** The service of a tier would end by itself when idle; what is left after it is a leak. */
async function stopService(): Promise<void> {
  const client = await findRenderService();
  await client?.shutdown({ force: true });
  client?.dispose();
}
