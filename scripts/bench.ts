/**
 * `npm run bench`: measurements, each next to its rival in one run, printed as a table. A ratio that misses its bound makes the exit
 * code 1. `npm run bench -- split` runs one case; `-- --keep` puts the results into docs/benchmarks.md, where cases that were not run keep theirs.
 */
import { readFile, readdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { table } from "../src/cli/summary.ts";

const resultSchema = z.object({
  what: z.string(),
  measured: z.string(),
  rival: z.string(),
  ratio: z.number(),
  bound: z.number(),
});
const caseSchema = z.object({
  run: z.custom<() => Promise<unknown>>((value) => typeof value === "function"),
});

const folder = join(import.meta.dirname, "..", "test", "bench");
const keep = process.argv.includes("--keep");
const wanted = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const files = (await readdir(folder)).filter((name) => name.endsWith(".bench.ts")).sort();
const rows: string[][] = [];
let missed = 0;
for (const file of files) {
  const name = file.replace(".bench.ts", "");
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`${name}…\n`);
  const { run } = caseSchema.parse(await import(join(folder, file)));
  for (const result of z.array(resultSchema).parse(await run())) {
    const held = result.ratio <= result.bound;
    if (!held) missed++;
    rows.push([
      name,
      result.what,
      result.measured,
      result.rival,
      result.ratio.toFixed(3),
      `≤ ${result.bound}`,
      held ? "held" : "MISSED",
    ]);
  }
}
for (const line of table(["case", "what", "measured", "rival", "ratio", "bound", ""], rows, [4, 5]))
  process.stdout.write(`${line}\n`);
if (keep) await keepResults();
if (rows.length === 0) process.stderr.write(`There is no bench case ${wanted.join(", ")}.\n`);
process.exitCode = missed > 0 || rows.length === 0 ? 1 : 0;

/** Replaces the table between the marks of docs/benchmarks.md. */
async function keepResults(): Promise<void> {
  const file = join(import.meta.dirname, "..", "docs", "benchmarks.md");
  const text = await readFile(file, "utf8");
  const ran = new Set(rows.map(([name = ""]) => name));
  const row = /^\| (\w+) \| .* \|$/u;
  const kept = text.split("\n").filter((line) => {
    const name = row.exec(line)?.[1];
    return name !== undefined && name !== "case" && wanted.length > 0 && !ran.has(name);
  });
  const fresh = rows.map((cells) => `| ${cells.join(" | ")} |`);
  const lines = [
    `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}:`,
    "",
    "| case | what | measured | rival | ratio | bound | |",
    "| --- | --- | ---: | ---: | ---: | ---: | --- |",
    ...[...kept, ...fresh].sort((a, b) => (row.exec(a)?.[1] ?? "").localeCompare(row.exec(b)?.[1] ?? "")),
  ];
  await writeFile(
    file,
    text.replace(
      /(<!-- results -->)[^]*(<!-- end -->)/u,
      (_all, start: string, end: string) => `${start}\n${lines.join("\n")}\n${end}`,
    ),
  );
}
