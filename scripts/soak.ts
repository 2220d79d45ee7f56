/**
 * `npm run soak`: every fault a thousand times, at moments that are new each time. `-- kill-service --rounds 50` is one of them, `--seed 7 --rounds 1`
 * one moment again. Ends with 1 when a promise was broken, and says with which seed.
 */
import { parseArgs } from "node:util";
import { randomFrom } from "../test/faults/scenario.ts";
import { scenarios } from "../test/faults/scenarios.ts";

const { values, positionals } = parseArgs({
  options: { rounds: { type: "string" }, seed: { type: "string" } },
  allowPositionals: true,
});
const rounds = Math.max(1, Math.floor(Number(values.rounds ?? 1000)));
const first = Math.floor(Number(values.seed ?? Math.random() * 2 ** 30));
const unknown = positionals.filter((name) => scenarios[name] === undefined);
if (unknown.length > 0 || !Number.isFinite(rounds) || !Number.isFinite(first)) {
  process.stderr.write(`Say which faults (${Object.keys(scenarios).join(", ")}), --rounds N and --seed N.\n`);
  process.exit(2);
}

let broken = 0;
for (const [name, scenario] of Object.entries(scenarios)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const began = performance.now();
  let failed = 0;
  for (let round = 0; round < rounds; round++) {
    const seed = first + round;
    try {
      await scenario(randomFrom(seed));
    } catch (error) {
      failed++;
      const what = error instanceof Error ? error.message : String(error);
      process.stdout.write(`✖ ${name} --seed ${seed}: ${what}\n`);
    }
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  process.stdout.write(`${name}: ${rounds - failed} of ${rounds} kept, ${seconds} s\n`);
  broken += failed;
}
process.exitCode = broken > 0 ? 1 : 0;
