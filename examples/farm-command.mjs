// A submit command for trying things out: it records its words and answers as a render manager would.
import { appendFileSync, mkdirSync } from "node:fs";

mkdirSync("renders", { recursive: true });
appendFileSync("renders/submitted.jsonl", `${JSON.stringify(process.argv.slice(2))}\n`);
console.log(`Submitted job ${Date.now().toString(36)}: ${process.argv.slice(2).join(" ")}`);
