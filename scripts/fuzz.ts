/**
 * `npm run fuzz`: mutated real scripts, read by everything that reads scripts. `-- --seed 7 --cases 1` is one case again; `--seconds 600`
 * goes on for ten minutes. Ends with 1 when a case failed; its text is in .test-output/fuzz.
 */
import { parseArgs } from "node:util";
import { fuzz } from "./lib/fuzz.ts";
import { fuzzSources } from "./lib/fuzz-sources.ts";

const { values } = parseArgs({
  options: { seed: { type: "string" }, seconds: { type: "string" }, cases: { type: "string" } },
});

function number(flag: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  process.stderr.write(`--${flag} takes a number, not "${text}".\n`);
  return process.exit(2);
}

const seed = Math.floor(number("seed", values.seed, Math.random() * 2 ** 30));
const cases = number("cases", values.cases, 1_000_000_000);
const seconds = number("seconds", values.seconds, values.cases === undefined ? 60 : 1_000_000);

process.stdout.write(`seed ${seed}, ${fuzzSources().what}\n`);
const report = await fuzz({
  seed,
  cases,
  seconds,
  onFailure: (text) => process.stdout.write(`✖ ${text}\n`),
});
const mb = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;
process.stdout.write(
  `${report.cases} cases, ${mb(report.characters)} of text, ${report.failures.length} failed; WebAssembly's memory ${mb(report.wasm)}\n`,
);
process.exitCode = report.failures.length > 0 ? 1 : 0;
