/** A short run of `npm run fuzz`: the same cases every time, and others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzz } from "../../scripts/lib/fuzz.ts";
import { fuzzSources } from "../../scripts/lib/fuzz-sources.ts";

const chosen = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 2 ** 30));

console.log(`from ${fuzzSources().what}`);

for (const [name, seed, cases, seconds] of [
  ["the same cases every time", 1, 70, 60],
  ["other cases", chosen, 1_000_000, 4],
] as const) {
  test(`${name}: seed ${seed}`, { timeout: 120_000 }, async () => {
    const report = await fuzz({ seed, cases, seconds });
    console.log(`${report.cases} cases, ${(report.characters / 1_000_000).toFixed(1)} MB of text`);
    assert.ok(report.cases > 0);
    assert.deepEqual(report.failures, []);
  });
}
