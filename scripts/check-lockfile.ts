/** Checks `package-lock.json` before anything of it is installed: `node scripts/check-lockfile.ts`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lockfileProblems } from "./lib/lockfile.ts";

const root = join(import.meta.dirname, "..");
const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), "utf8"));
const problems = lockfileProblems(read("package-lock.json"), read("package.json"));
for (const problem of problems) process.stderr.write(`package-lock.json: ${problem}\n`);
if (problems.length === 0) process.stdout.write("package-lock.json: every package is known by its hash.\n");
process.exitCode = problems.length === 0 ? 0 : 1;
